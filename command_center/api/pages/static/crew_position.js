/* Sharing the phone's position: only while the crew wants it, at most every few seconds, kept for later when there is no network. */
self.crewPosition = (unitId, told) => {
  const EVERY_MS = 3000, KEPT = 200;
  let watch = null, battery = null, queue = [], here = null, sentAt = 0, lock = null;
  navigator.getBattery?.().then(found => { battery = found; }).catch(() => {});

  function seen(position) {
    here = position.coords;
    const last = queue.at(-1);
    if (last && position.timestamp - Date.parse(last.at) < EVERY_MS) return;
    queue.push({
      unit: unitId, at: new Date(position.timestamp).toISOString(), lat: here.latitude, lon: here.longitude,
      speed_kmh: here.speed == null ? null : here.speed * 3.6, heading_deg: Number.isFinite(here.heading) ? here.heading : null,
      accuracy_m: here.accuracy, battery_pct: battery ? Math.round(battery.level * 100) : null,
    });
    queue = queue.slice(-KEPT);
    send();
  }

  let sending = false;
  async function send() {
    if (sending || !queue.length || navigator.onLine === false) return;
    sending = true;
    const batch = queue.slice();
    try {
      const answer = await fetch("/api/v1/positions", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(batch) });
      if (answer.status < 500 && answer.status !== 401 && answer.status !== 429) {
        queue = queue.filter(reading => !batch.includes(reading));
        if (answer.ok) sentAt = Date.now();
      }
    } catch { /* they wait for the network */ } finally { sending = false; }
    told();
  }

  function start() {
    watch = navigator.geolocation.watchPosition(seen, failed, { enableHighAccuracy: true, maximumAge: 2000, timeout: 20000 });
    navigator.wakeLock?.request("screen").then(held => { lock = held; }).catch(() => {});
    localStorage.setItem("share", "on");
  }
  function stop() {
    navigator.geolocation.clearWatch(watch);
    watch = null;
    lock?.release();
    localStorage.setItem("share", "off");
  }
  const failed = problem => told(problem.message);
  addEventListener("online", send);

  return {
    get on() { return watch !== null; },
    get here() { return here; },
    ageMs: () => (sentAt ? Date.now() - sentAt : null),
    toggle: () => (watch === null ? start() : stop()),
    resume: () => { if (localStorage.getItem("share") === "on" && watch === null) start(); },
  };
};
