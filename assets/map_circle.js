/* Where help would come late: streets that no free unit reaches within five minutes, and roads that are closed.

   The server says when the circle has changed (cc:circle); the streets are asked for then: at once when roads, weather or the number of free
   units changed, else not oftener than every REST_MS. */
(() => {
  const cc = (window.cc = window.cc || {});
  const REST_MS = 2000, PROMISE_S = 300;
  let late = null, closed = null, asked = 0, waiting = 0, turn = 0, roads = "", closures = "";

  const line = (at, pane, className) => L.polyline(at, { pane, className, interactive: false, smoothFactor: 0 });

  async function ask() {
    if (waiting || !late) return;
    const wait = asked + REST_MS - Date.now();
    if (wait > 0) { waiting = setTimeout(() => { waiting = 0; ask(); }, wait); return; }
    asked = Date.now();
    const mine = ++turn;
    const answer = await fetch("/api/v1/coverage/rings", { cache: "no-store" }).catch(() => null);
    if (!answer?.ok || !late) return;
    const { rings } = await answer.json();
    if (mine !== turn || !late) return;  // a later answer was faster
    late.clearLayers();
    for (const ring of rings) {
      if (ring.within_s !== null && ring.within_s <= PROMISE_S) continue;
      for (const at of ring.lines) line(at, "layer-circle", ring.within_s === null ? "road-late latest" : "road-late").addTo(late);
    }
  }

  function told({ detail: { figures } }) {
    const now = [figures.closed_roads, figures.weather, figures.free_units].join();
    if (now !== roads) { clearTimeout(waiting); waiting = 0; asked = 0; }
    roads = now;
    ask();
  }

  function drawClosures() {
    const rows = cc.rows("closure").filter((row) => row.state === "closed" || row.state === "proposed");
    const told = rows.map((row) => `${row.id} ${row.version}`).join();
    if (!closed || told === closures) return;
    closures = told;
    closed.clearLayers();
    for (const row of rows) {
      const look = row.state === "closed" ? "road-closed" : "road-closed asked";
      for (const at of row.lines || []) line(at, "layer-closures", look).addTo(closed);
      const box = document.createElement("div"), sign = document.createElement("i"), tag = document.createElement("span");
      box.className = "mk closure"; sign.className = "i i-ban"; tag.className = "mk-tag"; tag.textContent = cc.read(row.name);
      box.append(sign, tag);
      L.marker([row.lat, row.lon], { pane: "layer-closures", icon: L.divIcon({ className: "mk-at", html: box, iconSize: [0, 0] }), keyboard: false, interactive: false }).addTo(closed);
    }
  }

  cc.draw.adoptCircle = (event) => { late = event.target; event.target.on("remove", () => { if (late === event.target) late = null; }); ask(); };
  cc.draw.adoptClosures = (event) => { closed = event.target; closures = ""; event.target.on("remove", () => { if (closed === event.target) closed = null; }); drawClosures(); };
  document.addEventListener("cc:circle", told);
  document.addEventListener("cc:rows", drawClosures);
})();
