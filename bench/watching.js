/* What a page tells about itself while it is measured: when something became true in its DOM, when a marker moved, what was drawn.
   All moments are Date.now(): every process of this machine has the same clock. */
(() => {
  const afterPaint = act => requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel(); port1.onmessage = () => act(Date.now()); port2.postMessage(0); });

  /* ---- screens: when does the page show it? -------------------------------------------------------------------- */
  const marker = sign => [...document.querySelectorAll(".leaflet-marker-pane .mk.unit, .leaflet-map-pane .mk-at .mk.unit")].find(box => {
    const text = box.lastChild.textContent;
    return text === sign || text.startsWith(sign + " ");
  });
  const shows = {
    marker: (unit, state) => { const box = marker(cc.get("unit", unit).call_sign[document.documentElement.lang === "en" ? "en" : "zh"]); return Boolean(box) && box.dataset.state === state; },
    list: (unit, state) => { const box = document.querySelector(`#wall-areas [data-unit="${unit}"] .mk.unit`); return Boolean(box) && box.dataset.state === state; },
    figures: (_, free) => [...document.querySelectorAll("#wall-kpis b")].some(box => box.textContent === `${free}/${cc.rows("unit").length}`),
  };
  const free = () => cc.rows("unit").filter(unit => unit.status === "available" || unit.status === "returning").length;
  let expected = {}, seen = {};
  const check = () => {
    for (const [name, { unit, state }] of Object.entries(expected)) {
      if (!shows[name](unit, state)) continue;
      seen[name] = Date.now();
      delete expected[name];
      afterPaint(at => { seen[name + "_painted"] = at; });
    }
  };

  /* ---- vehicles: when does a marker stand where its fix says? --------------------------------------------------- */
  let moves = null, layers = new Map();
  function markersById() {          // a dot is known by its place: only while no fix waits to be drawn
    const drawn = Object.values(cc.map._layers), found = new Map(), dots = new Map();
    for (const layer of drawn) if (layer instanceof L.CircleMarker) { const at = layer.getLatLng(); dots.set(at.lat + "," + at.lng, layer); }
    const signs = new Map();
    for (const layer of drawn) {
      const box = layer instanceof L.Marker && layer._icon && layer._icon.querySelector(".mk.unit");
      if (box) signs.set(box.lastChild.textContent.split(" ")[0], layer);
    }
    for (const unit of cc.rows("unit")) {
      const [lat, lon] = cc.unitPlace(unit.id);
      const layer = signs.get(unit.call_sign.zh) || dots.get(lat + "," + lon);
      if (layer) found.set(unit.id, layer);
    }
    return found;
  }
  const stands = one => { const at = one.layer.getLatLng(); return Math.abs(at.lat - one.lat) < 1e-9 && Math.abs(at.lng - one.lon) < 1e-9; };
  function settle() {
    const now = Date.now(), moved = [];
    for (const [unit, one] of moves.waiting) if (stands(one)) { moves.moved.push(now - one.at); moved.push(one.at); moves.waiting.delete(unit); }
    if (moved.length) afterPaint(at => { for (const sent of moved) moves.drawn.push(at - sent); });
    if (moves.waiting.size) requestAnimationFrame(() => moves && settle());
  }
  const expectMoves = ({ detail }) => {
    if (!moves) return;
    for (const fix of (detail && detail.moved) || []) {
      const layer = layers.get(fix[0]);
      if (!layer) { moves.unknown += 1; continue; }
      if (moves.waiting.has(fix[0])) moves.overtaken += 1;
      moves.waiting.set(fix[0], { layer, lat: fix[1], lon: fix[2], at: Date.parse(fix[6]) });
    }
    moves.frames += 1;
    settle();
  };

  /* ---- how smooth the page is ------------------------------------------------------------------------------------ */
  const smooth = { drawn: 0, since: 0, long: [] };
  const beat = () => { smooth.drawn += 1; requestAnimationFrame(beat); };

  window.bench = {
    watch: () => {
      new MutationObserver(check).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["data-state"] });
      document.addEventListener("cc:rows", ({ detail }) => { if (!detail.snapshot && !seen.stream) seen.stream = Date.now(); check(); });
    },
    expect: (unit, state) => {
      expected = { marker: { unit, state }, list: { unit, state }, figures: { unit, state: free() - 1 } }; seen = {};
      return Object.entries(expected).every(([name, one]) => !shows[name](one.unit, one.state));
    },
    seen: () => (Object.keys(expected).length || !seen.marker_painted || !seen.list_painted || !seen.figures_painted ? null : seen),
    rests: () => shows.figures(null, free()),
    missing: () => Object.keys(expected),
    knowsMarkers: () => (layers = markersById()).size === cc.rows("unit").length,
    startVehicles: () => {
      moves = { moved: [], drawn: [], waiting: new Map(), overtaken: 0, unknown: 0, frames: 0 };
      Object.assign(smooth, { drawn: 0, since: Date.now(), long: [] });
    },
    stopVehicles: () => {
      const told = { moved: moves.moved, drawn: moves.drawn, overtaken: moves.overtaken, unknown: moves.unknown, frames: moves.frames, waiting: moves.waiting.size,
        fps: smooth.drawn / ((Date.now() - smooth.since) / 1000), long: smooth.long };
      moves = null;
      return told;
    },
  };
  setTimeout(() => document.addEventListener("cc:positions", expectMoves), 500);   // after the page's own listener
  new PerformanceObserver(list => { for (const entry of list.getEntries()) smooth.long.push(entry.duration); }).observe({ type: "longtask" });
  requestAnimationFrame(beat);
})();
