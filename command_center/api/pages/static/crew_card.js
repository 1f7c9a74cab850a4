/* The card: draws the present order and turns taps into reports. Everything people wrote goes in as text, never as HTML. */
(() => {
  const settings = JSON.parse(document.getElementById("settings").textContent);
  const say = (key, facts = {}) => settings.texts[key].replace(/%\((\w+)\)s/g, (_, name) => facts[name] ?? "");
  const byId = id => document.getElementById(id);
  const inLanguage = text => (settings.lang === "en" ? text.en : text.zh);
  const acceptLanguage = settings.lang === "en" ? "en" : "zh-CN";

  const STEPS = {
    acknowledged: { text: "acknowledge", from: ["queued", "sent", "failed", "no_answer"] },
    en_route: { text: "roll", from: ["queued", "sent", "failed", "no_answer", "acknowledged"] },
    on_scene: { text: "arrive", from: ["en_route"] },
    cleared: { text: "done", from: ["on_scene"] },
    declined: { text: "decline", from: ["queued", "sent", "failed", "no_answer", "acknowledged", "en_route"] },
  };
  const ENDED = ["cleared", "declined"];

  let waiting = [], notice = "", drawn = "", jobSeen = null, lastStatus = null;
  const board = crewBoard(settings.unit, draw);
  const position = crewPosition(settings.unit, drawShare);

  /* ---- small things ---- */
  /* A browser lets a page vibrate once somebody has touched it, and complains before. */
  const vibrate = rhythm => { if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(rhythm); };
  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }
  function minutes(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    return `${Math.floor(whole / 60)}'${String(whole % 60).padStart(2, "0")}"`;
  }
  const since = at => (board.now() - Date.parse(at)) / 1000;
  function metresTo(incident) {
    const here = position.here;
    if (!here) return null;
    const rad = Math.PI / 180, y = (incident.lat - here.latitude) * rad, x = (incident.lon - here.longitude) * rad * Math.cos(incident.lat * rad);
    return 6371009 * Math.hypot(x, y);
  }
  const distance = metres => (metres < 950 ? `${Math.round(metres / 10) * 10} m` : `${(metres / 1000).toFixed(1)} km`);

  /* What the crew did counts at once, also while it still waits for the network. */
  function statusOf(order) {
    const own = waiting.filter(tap => tap.assignment === order.id);
    return own.length ? own.at(-1).status : order.status;
  }

  /* ---- drawing ---- */
  function draw() {
    const job = board.job();
    const status = job && statusOf(job.order);
    const shown = JSON.stringify([job, status]);
    if (shown !== drawn) {
      drawn = shown;
      const over = !job || ENDED.includes(status);
      byId("job").replaceChildren(...(over ? [element("p", "calm", say("no_job"))] : card(job, status)));
      byId("actions").replaceChildren(...(over ? [] : buttons(job.order, status)));
      if (job && job.order.id !== jobSeen && !ENDED.includes(status)) announce(job, status);
      if (!job && jobSeen && !ENDED.includes(lastStatus)) { tell(say("ended")); vibrate([200, 100, 200]); }
      if (!job) jobSeen = null;
      lastStatus = status;
    }
    tick();
  }

  function announce(job, status) {
    jobSeen = job.order.id;
    if (!STEPS.acknowledged.from.includes(status)) return;
    vibrate([500, 200, 500, 200, 500]);
    document.title = settings.mark + `${say("new_job")} · ${settings.call_sign}`;
    tell("");
  }

  function card({ order, incident }, status) {
    const head = element("div", "head");
    const rank = { I: 1, II: 2, III: 3, IV: 4 }[incident.severity];
    const level = element("span", `sev sev${rank}`);
    level.append(element("b", "", incident.severity));
    level.title = `${say("level", { level: incident.severity })} ${settings.levels[incident.severity]}`;
    const name = element("h2", "", inLanguage(incident.type_name));
    name.append(element("small", "", `${settings.levels[incident.severity]} · ${say("incident", { number: incident.number })}`));
    head.append(level, name);
    const marks = element("p", "marks");
    if (incident.life_risk) marks.append(element("span", "mark bad", say("life_risk")));
    if (incident.is_simulated) marks.append(element("span", "mark", say("simulated")));
    if (incident.caller_count > 1) marks.append(element("span", "mark", say("callers", { count: incident.caller_count })));
    const clock = element("div", "clock");
    clock.append(element("strong", "", ""), element("span", "", ""), element("progress"));
    clock.id = "clock";
    const way = element("p", "way");
    way.id = "way";
    return [
      head, marks, element("p", "place", inLanguage(incident.place)),
      ...(order.stop && !["on_scene", ...ENDED].includes(status) ? [element("p", "load", loading(order.stop))] : []),
      ...(incident.note ? [element("p", "note", incident.note)] : []),
      clock, way, element("p", "status", settings.statuses[status]),
    ];
  }

  /* Where to stop on the way, and for what. */
  function loading(stop) {
    const loads = stop.loads.map(load => `${inLanguage(load.name)}×${load.quantity}`).join(settings.lang === "en" ? ", " : "、");
    return say("load_first", { depot: inLanguage(stop.name), loads });
  }

  function buttons(order, status) {
    const possible = Object.entries(STEPS).filter(([, step]) => step.from.includes(status));
    return possible.map(([to, step], place) => {
      const button = element("button", to === "declined" ? "decline" : place === 0 ? "first" : "next", say(step.text));
      button.type = "button";
      button.dataset.status = to;
      button.onclick = () => (to === "declined" ? askWhy(order) : tap(order, to, ""));
      return button;
    });
  }

  /* ---- the roll call: a number and one tap ---- */
  let rollDrawn = "";
  function drawRollCall() {
    const call = board.rollCall(), late = call && since(call.due_at) > 0;
    const shown = JSON.stringify([call, late]);
    if (shown === rollDrawn) return;
    if (call && call.on_duty === null && !JSON.parse(rollDrawn || "[null]")[0]) vibrate([300, 150, 300]);
    rollDrawn = shown;
    const place = byId("roll");
    place.hidden = !call;
    place.replaceChildren(...(call ? (call.on_duty === null ? rollQuestion(call, late) : [element("p", "", say("roll_call_done", { n: call.on_duty }))]) : []));
  }

  function rollQuestion(call, late) {
    const due = new Date(call.due_at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: settings.zone });
    const number = element("input"), step = by => { number.value = Math.min(200, Math.max(0, (Number(number.value) || 0) + by)); };
    Object.assign(number, { type: "number", inputMode: "numeric", min: 0, max: 200, value: call.expected });
    number.setAttribute("aria-label", say("people"));
    const [fewer, more, send] = [["−", "fewer", () => step(-1)], ["+", "more", () => step(1)], [say("send"), "", () => answerRollCall(call, number, send)]].map(([text, label, act]) => {
      const button = element("button", label ? "" : "first", text);
      button.type = "button";
      button.onclick = act;
      if (label) button.setAttribute("aria-label", say(label));
      return button;
    });
    const row = element("div", "roll-number");
    row.append(fewer, number, more, send);
    return [
      element("h2", "", say("roll_call", { station: inLanguage(call.name) })),
      element("p", late ? "late" : "", say(late ? "roll_call_late" : "roll_call_due", { expected: call.expected, at: due })),
      row,
    ];
  }

  async function answerRollCall(call, number, send) {
    if (!number.reportValidity() || number.value === "") return;
    vibrate(40);
    send.disabled = true;
    let reason = say("lost");
    try {
      const answer = await fetch(`/api/v1/duty/roll-calls/${call.id}/answers`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "Accept-Language": acceptLanguage },
        body: JSON.stringify({ station: call.station, on_duty: Number(number.value) }),
      });
      if (answer.ok) { tell(say("roll_call_done", { n: number.value })); return; }
      reason = (await answer.json().catch(() => ({}))).title || String(answer.status);
    } catch { /* the network is away: the question stays */ } finally { send.disabled = false; }
    tell(say("roll_call_failed", { reason }));
  }

  /* Every second: clocks, distance, connection. */
  function tick() {
    const job = board.job();
    const clock = byId("clock");
    if (job && clock) drawClock(job, clock);
    drawLink();
    drawShare();
    drawRollCall();
  }

  function drawClock({ order, incident }, clock) {
    const limit = incident.sla.arrive_limit_s || 300, [number, text, bar] = clock.children;
    const arrived = order.on_scene_at || incident.on_scene_at;
    const elapsed = arrived ? (Date.parse(arrived) - Date.parse(incident.reported_at)) / 1000 : since(incident.reported_at);
    const facts = { minutes: Math.round(limit / 60) };
    number.textContent = minutes(elapsed);
    text.textContent = arrived ? say("on_scene_after", { time: minutes(elapsed) })
      : `${say("since_call")} · ${say(elapsed > limit ? "over_limit" : "limit", facts)}`;
    clock.classList.toggle("late", elapsed > limit);
    bar.max = limit;
    bar.value = Math.min(elapsed, limit);
    byId("way").textContent = arrived ? "" : wayText(order, incident);
  }

  function wayText(order, incident) {
    const metres = metresTo(incident), parts = [];
    if (metres !== null) parts.push(say("away", { distance: distance(metres) }));
    if (order.expected_arrival_at) {
      const left = -since(order.expected_arrival_at);
      parts.push(say(left >= 0 ? "expected" : "expected_past", { time: minutes(Math.abs(left)) }));
    }
    return parts.join(" · ");
  }

  function drawLink() {
    const quiet = board.quietMs(), link = byId("link");
    const state = !navigator.onLine || quiet > 10000 ? "lost" : quiet > 3000 ? "quiet" : "live";
    if (link.dataset.state !== state) {
      link.dataset.state = state;
      link.textContent = say(state);
    }
    const count = waiting.length;
    byId("outbox").textContent = count ? say("waiting", { count }) : "";
  }

  function drawShare(problem) {
    const button = byId("share"), age = position.ageMs();
    button.setAttribute("aria-pressed", String(position.on));
    button.textContent = say(position.on ? "share_on" : "share_off");
    if (typeof problem === "string") byId("share-state").textContent = say("share_failed", { reason: problem });
    else if (position.on && age !== null) byId("share-state").textContent = say("share_age", { seconds: Math.round(age / 1000) });
    else if (!position.on) byId("share-state").textContent = "";
  }

  function tell(text, link) {
    const banner = byId("banner");
    notice = text;
    banner.replaceChildren(text);
    if (link) { const way = element("a", "", "›"); way.href = link; banner.append(" ", way); }
    banner.hidden = !text;
  }

  /* ---- taps ---- */
  async function tap(order, status, reason) {
    vibrate(40);
    tell("");
    document.title = settings.mark + settings.call_sign;
    await outbox.put(order.id, status, reason, acceptLanguage);
    await refreshWaiting();
    sendWaiting();
  }

  async function refreshWaiting() {
    waiting = await outbox.taps();
    draw();
  }

  async function sendWaiting() {
    if (!(await outbox.taps()).length) return;
    const told = await outbox.flush();
    if (told.refused.length) tell(say("refused", { reason: told.refused.at(-1) }));
    if (told.stopped === "sign_in") tell(say("sign_in_again"), "/sign-in?next=/m");
    else if (notice === say("sign_in_again")) tell("");
    if (told.stopped === "network") askForSync();
    await refreshWaiting();
    if (told.refused.length) { drawn = ""; draw(); }
  }

  /* Where the browser can, the service worker sends the taps when the network is back, even if the page is closed by then. */
  const askForSync = () => navigator.serviceWorker?.ready.then(worker => worker.sync?.register("taps")).catch(() => {});

  function askWhy(order) {
    const dialog = byId("decline");
    dialog.returnValue = "";
    dialog.onclose = () => {
      if (dialog.returnValue !== "send") return;
      const form = dialog.querySelector("form");
      tap(order, "declined", (form.more.value.trim() || form.reason.value).slice(0, 100));
    };
    dialog.showModal();
  }

  /* ---- day and night ---- */
  byId("theme").onclick = () => {
    const root = document.documentElement, light = root.dataset.mantineColorScheme !== "light";
    root.dataset.mantineColorScheme = light ? "light" : "dark";
    document.cookie = `theme=${light ? "day" : "night"};path=/;max-age=31536000;samesite=lax`;
  };
  byId("sign-out").onclick = () => confirm(say("sign_out_sure"));
  byId("share").onclick = () => { position.toggle(); drawShare(); };

  addEventListener("online", () => { board.watch(); sendWaiting(); });
  addEventListener("offline", tick);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { board.watch(); sendWaiting(); } });
  navigator.serviceWorker?.register("/m/worker.js", { scope: "/m" }).catch(() => {});
  setInterval(tick, 1000);
  setInterval(sendWaiting, 4000);
  refreshWaiting().then(() => { sendWaiting(); position.resume(); return board.start(); });
})();
