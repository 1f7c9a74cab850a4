/* What moves on the map: units and incidents, drawn from the live board without a round trip to the server.

   Unit: circle = patrol vehicle, square = guarantee vehicle; hollow = free, dot = dispatched, full = under way or on scene (with a bar
   below), half = returning, crossed = out of service. Parked units stand in a row under their station.
   Fix age: below 30 s solid, up to 120 s dashed with its age, then "lost", at its last place; a unit never vanishes.
   More than 300 units go to a canvas, where only place and state remain; there a message touches no more than the units it names.
   However many messages come, units are drawn once per frame of the screen.
   Everything a person wrote reaches the page as text, never as HTML. */
(() => {
  const cc = (window.cc = window.cc || {});
  const DOM_LIMIT = 300, GLIDE_LIMIT = 200, DASHED_S = 30, LOST_S = 120, HOME_M = 120, SCENE_M = 200;
  const PARKED = new Set(["available", "charging", "out_of_service", "dispatched"]), AT_REST = new Set(["available", "charging", "out_of_service"]);
  const ENDED = new Set(["closed", "false_alarm", "transferred", "merged"]);
  const units = new Map(), incidents = new Map();
  const waiting = new Set();       // units to be drawn in the next frame, unless `everything` is
  let unitLayer = null, incidentLayer = null, canvas = null, picks = 0, frame = 0, everything = false;

  const make = (name, className, text) => { const element = document.createElement(name); element.className = className; if (text !== undefined) element.textContent = text; return element; };
  const metres = (a, b) => Math.hypot((a[0] - b[0]) * 111195, (a[1] - b[1]) * 111195 * Math.cos(a[0] * Math.PI / 180));

  const pane = layer => (cc.map && cc.map.getPane("layer-" + layer) ? "layer-" + layer : "markerPane");   // a layer's markers lie in its own pane

  cc.pick = (kind, id) => { cc.set("picked", { data: { kind, id, n: ++picks } }); cc.emit("picked", { kind, id }); };
  cc.fixAge = id => { const fix = cc.positions[id]; return fix ? (cc.now() - Date.parse(fix[6])) / 1000 : null; };
  cc.freshness = id => { const age = cc.fixAge(id); return age === null ? "none" : age < DASHED_S ? "fresh" : age <= LOST_S ? "old" : "lost"; };

  function place(unit) {           // last fix, or home where none ever came
    const fix = cc.positions[unit.id];
    return fix ? [fix[1], fix[2]] : [unit.home.lat, unit.home.lon];
  }
  const parked = unit => PARKED.has(unit.status) && metres(place(unit), [unit.home.lat, unit.home.lon]) < HOME_M;

  const middleOf = (row, axis) => row.reduce((sum, unit) => sum + unit.home[axis], 0) / row.length;
  function scene(unit) {           // the incident that a unit works at, if it stands there
    const incident = unit.status === "on_scene" && unit.incident_id ? cc.get("incident", unit.incident_id) : null;
    return incident && metres(place(unit), [incident.lat, incident.lon]) < SCENE_M ? incident : null;
  }

  function slots() {               // units that stand together, in order of id: where their row is and each one's place in it
    const rows = new Map();
    const join = (key, at, where, unit) => { if (!rows.has(key)) rows.set(key, { at, where, incident: key.slice(9), units: [] }); rows.get(key).units.push(unit); };
    for (const unit of cc.rows("unit")) {
      const incident = scene(unit);
      if (incident) join("incident " + incident.id, [incident.lat, incident.lon], "scene", unit);
      else if (parked(unit)) join("station " + unit.station, null, "station", unit);
    }
    const found = new Map();
    for (const { at, where, incident, units: row } of rows.values()) {
      row.sort((a, b) => (a.id < b.id ? -1 : 1));
      const middle = at || [middleOf(row, "lat"), middleOf(row, "lon")];
      row.forEach((unit, index) => found.set(unit.id, { at: middle, where, incident, slot: index - (row.length - 1) / 2 }));
    }
    return found;
  }

  function unitIcon(unit) {
    const box = make("div", "mk unit");
    box.append(make("i", "arrow"), make("i", "body"), make("span", "mk-tag"));
    return L.divIcon({ className: "mk-at", html: box, iconSize: [0, 0] });
  }

  function unitMarker(unit) {
    const marker = L.marker(place(unit), { pane: pane("units"), icon: unitIcon(unit), keyboard: false, bubblingMouseEvents: false, riseOnHover: true });
    return marker.on("click", () => cc.pick("unit", unit.id));
  }

  function arrivals() {            // unit id -> when it should be there, by the order it is on; nothing for those that are there
    const found = new Map();
    for (const order of cc.rows("assignment")) if (order.expected_arrival_at && !order.on_scene_at) found.set(order.unit_id, Date.parse(order.expected_arrival_at));
    return found;
  }

  function ageOf(id, fresh) {      // how old a fix is, once that matters
    if (fresh !== "old" && fresh !== "lost") return "";
    const age = cc.length(cc.fixAge(id));
    return fresh === "lost" ? `${cc.say("fix_lost")} ${age}` : age;
  }

  function dress(unit, held, docked, arrives) {
    const box = held.marker._icon && held.marker._icon.firstChild;
    if (!box) return;
    const fresh = cc.freshness(unit.id), fix = cc.positions[unit.id], sign = cc.read(unit.call_sign), age = ageOf(unit.id, fresh);
    const eta = arrives && fresh !== "lost" ? cc.length((arrives - cc.now()) / 1000) : "";
    const look = [unit.unit_kind, unit.status, fresh, docked ? docked.where : "", sign, age, eta, unit.channel].join("|");
    box.style.setProperty("--slot", docked ? docked.slot : 0);
    box.style.setProperty("--heading", (fix && fix[4] !== null ? fix[4] : 0) + "deg");
    const nudge = docked && docked.where === "scene" ? (cc.nudges || {})[docked.incident] : "";
    if (box.style.translate !== (nudge || "")) box.style.translate = nudge || "";   // the row goes along with an incident that stood in another's way
    if (held.look === look) return;
    held.look = look;
    Object.assign(box.dataset, { kind: unit.unit_kind, state: unit.status, fix: fresh, docked: docked ? docked.where : "", age: age ? "1" : "", eta: eta ? "1" : "", heading: fix && fix[4] !== null ? "1" : "" });
    box.lastChild.textContent = [sign, eta && `→${eta}`, age].filter(Boolean).join(" ");
    const words = [sign, cc.say(unit.status), eta && cc.say("arrives", { time: eta }), fresh === "none" ? cc.say("no_fix") : age].filter(Boolean).join(", ");
    box.title = words;
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", words);
    held.marker.setZIndexOffset(docked ? 0 : unit.status === "available" ? 200 : 400);
  }

  function soon(ids) {             // without ids: every unit
    if (ids) for (const id of ids) waiting.add(id);
    else everything = true;
    frame = frame || requestAnimationFrame(drawUnits);
  }

  function drawUnits() {
    const all = everything, ids = [...waiting];
    frame = 0; everything = false; waiting.clear();
    if (!unitLayer) return;
    const rows = cc.rows("unit");
    if (rows.length > DOM_LIMIT) drawOnCanvas(all || !canvas ? null : ids, rows);
    else drawMarkers(rows);
    glide();
  }

  function drawMarkers(rows) {
    if (canvas) { canvas.layer.remove(); canvas = null; }
    const docked = slots(), arriving = arrivals(), seen = new Set();
    for (const unit of rows) {
      seen.add(unit.id);
      const dock = docked.get(unit.id), at = dock ? dock.at : place(unit);
      let held = units.get(unit.id);
      if (!held) units.set(unit.id, (held = { marker: unitMarker(unit).addTo(unitLayer) }));
      move(held.marker, at);
      dress(unit, held, dock, arriving.get(unit.id));
    }
    forget(units, seen);
  }

  function move(marker, at) {
    const now = marker.getLatLng();
    if (now.lat !== at[0] || now.lng !== at[1]) marker.setLatLng(at);
  }

  function drawOnCanvas(ids, rows) {
    if (!canvas) {
      forget(units, new Set());
      canvas = { layer: L.layerGroup().addTo(unitLayer), renderer: L.canvas({ padding: .2, pane: pane("units") }), dots: new Map() };
    }
    if (!ids) canvas.ink = ink();
    for (const unit of ids ? ids.map(id => cc.get("unit", id)).filter(Boolean) : rows) drawDot(unit);
    if (canvas.dots.size > rows.length) forget(canvas.dots, new Set(rows.map(unit => unit.id)));
  }

  function ink() {
    const style = getComputedStyle(document.documentElement);
    return { line: style.getPropertyValue("--unit").trim(), inside: style.getPropertyValue("--unit-in").trim(), busy: style.getPropertyValue("--unit-busy").trim() };
  }

  function drawDot(unit) {
    const { line, inside, busy } = canvas.ink, fresh = cc.freshness(unit.id), look = unit.status + fresh + line;
    let held = canvas.dots.get(unit.id);
    if (!held) {
      const marker = L.circleMarker(place(unit), { pane: pane("units"), renderer: canvas.renderer, radius: 6, weight: 2, fillOpacity: 1, bubblingMouseEvents: false });
      canvas.dots.set(unit.id, (held = { marker: marker.on("click", () => cc.pick("unit", unit.id)).addTo(canvas.layer) }));
    }
    move(held.marker, place(unit));
    if (held.look === look) return;
    held.look = look;
    held.marker.setStyle({ color: line, fillColor: AT_REST.has(unit.status) ? inside : busy, dashArray: fresh === "fresh" ? null : fresh === "old" ? "4 3" : "1 4" });
  }

  function incidentMarker(row) {
    const box = make("div", "mk incident");
    const sev = make("span", "sev sev0");
    sev.append(make("b", "", ""));
    box.append(sev, make("span", "mk-tag"));
    const marker = L.marker([row.lat, row.lon], { pane: pane("incidents"), icon: L.divIcon({ className: "mk-at", html: box, iconSize: [0, 0] }), keyboard: false, bubblingMouseEvents: false, zIndexOffset: 1000 });
    return marker.on("click", () => cc.pick("incident", row.id));
  }

  function drawIncidents() {
    if (!incidentLayer) return;
    const seen = new Set();
    for (const row of cc.rows("incident")) {
      if (ENDED.has(row.status) || row.lat === null || row.lat === undefined) continue;
      seen.add(row.id);
      let held = incidents.get(row.id);
      if (!held) incidents.set(row.id, (held = { marker: incidentMarker(row).addTo(incidentLayer) }));
      if (held.version === row.version && held.lang === cc.lang()) continue;
      held.version = row.version; held.lang = cc.lang();
      held.marker.setLatLng([row.lat, row.lon]);
      const box = held.marker._icon.firstChild, rank = { I: 1, II: 2, III: 3, IV: 4 }[row.severity];
      box.firstChild.className = "sev sev" + rank;
      box.firstChild.firstChild.textContent = row.severity;
      box.lastChild.textContent = (row.number || "").split("-").pop();   // today's running number; the whole one is in the title
      box.dataset.state = row.status;
      box.dataset.incidentId = row.id;
      box.dataset.grave = rank <= 2 ? "1" : "";
      box.classList.toggle("unack", !row.acknowledged_at);
      if (row.acknowledged_at) { delete box.dataset.blinkSince; box.classList.remove("blinking"); } else box.dataset.blinkSince = row.reported_at;
      box.title = [cc.say("level", { level: row.severity }), row.number, cc.read(row.place)].filter(Boolean).join(", ");
      box.setAttribute("role", "img");
      box.setAttribute("aria-label", box.title);
      held.marker.setZIndexOffset(1000 + (5 - rank) * 100);
    }
    forget(incidents, seen);
  }

  function forget(markers, seen) {
    for (const [id, held] of markers) if (!seen.has(id)) { held.marker.remove(); markers.delete(id); }
  }

  function glide() {               // smooth for a street's fleet; a thousand gliding markers would stall, and a zoom must not glide
    const box = cc.map && cc.map.getContainer();
    if (box) box.classList.toggle("glide", units.size > 0 && units.size <= GLIDE_LIMIT && !cc.zooming);
  }

  function adopt(map) {
    if (cc.map === map) return;
    cc.map = map;
    map.on("zoomstart", () => { cc.zooming = true; glide(); }).on("zoomend", () => setTimeout(() => { cc.zooming = false; glide(); }, 300));
    map.on("click", event => cc.emit("mapclick", { lat: event.latlng.lat, lon: event.latlng.lng }));
    const watching = new ResizeObserver(() => map.invalidateSize({ animate: false }));
    watching.observe(map.getContainer());
    map.on("unload", () => { watching.disconnect(); if (cc.map === map) leave(); });
    applyLayers();
    cc.emit("map", { map });
  }

  function leave() {               // another page was opened without a new document: nothing of this map may be touched any more
    cc.map.stop();
    cc.map = unitLayer = incidentLayer = canvas = null;
    units.clear(); incidents.clear();
  }

  // ---- layers on and off: a class on the map's box, kept in this browser ----
  const kept = () => { try { return JSON.parse(localStorage.getItem("layers") || "{}"); } catch { return {}; } };
  function applyLayers() {
    const chosen = kept();
    document.querySelectorAll("[data-layer]").forEach(key => {
      const on = key.dataset.layer in chosen ? chosen[key.dataset.layer] : key.dataset.on === "1";
      key.setAttribute("aria-checked", String(on));
    });
    if (!cc.map) return;
    for (const name of Object.keys(cc.map.getPanes())) {
      if (!name.startsWith("layer-")) continue;
      const key = document.querySelector(`[data-layer="${name.slice(6)}"]`);
      if (key) cc.map.getPane(name).style.display = key.getAttribute("aria-checked") === "true" ? "" : "none";
    }
  }
  document.addEventListener("click", event => {
    const key = event.target.closest && event.target.closest("[data-layer]");
    if (!key) return;
    localStorage.setItem("layers", JSON.stringify({ ...kept(), [key.dataset.layer]: key.getAttribute("aria-checked") !== "true" }));
    applyLayers();
  });

  cc.focus = (kind, id, zoom = 16) => {
    const row = cc.get(kind, id);
    if (!row || !cc.map) return false;
    cc.map.flyTo(kind === "unit" ? place(row) : [row.lat, row.lon], Math.max(cc.map.getZoom(), zoom), { duration: .6 });
    return true;
  };
  cc.unitPlace = id => { const unit = cc.get("unit", id); return unit ? place(unit) : null; };

  const label = (at, layer, className, text) => L.marker(at, { pane: "layer-" + layer, interactive: false, keyboard: false, icon: L.divIcon({ className: "mk-at", html: make("span", className, text), iconSize: [0, 0] }) });

  // functions that dash-leaflet calls by name: {"variable": "cc.draw.…"}
  cc.draw = {
    base: feature => ({ className: `base base-${feature.properties.layer} rank-${feature.properties.rank || 1}`, fill: /block|water-area|green|building/.test(feature.properties.layer) }),
    outline: () => ({ className: "area-outline", fill: false }),
    road: (feature, at) => {       // a street's name along the street; hidden where it would not fit
      const marker = label(at, "street-names", "street-name", feature.properties.name);
      marker.on("add", () => marker._icon && marker._icon.firstChild.style.setProperty("--turn", `${feature.properties.turn || 0}deg`));
      return marker;
    },
    station: (feature, at) => {
      const box = make("div", "mk station");
      box.append(make("i", "i i-building-community"), make("span", "mk-tag", feature.properties.name));
      box.title = feature.properties.title || feature.properties.name;
      return L.marker(at, { pane: "layer-stations", keyboard: false, icon: L.divIcon({ className: "mk-at", html: box, iconSize: [0, 0] }), bubblingMouseEvents: false });
    },
    place: (feature, at) => {      // depots and compounds: a small shape, its name on demand; a click on one is a click on the ground there
      const box = make("div", "mk place " + feature.properties.shape);
      box.append(make("span", "mk-tag", feature.properties.name));
      box.title = feature.properties.name;
      return L.marker(at, { pane: `layer-${feature.properties.shape}s`, keyboard: false, bubblingMouseEvents: true, icon: L.divIcon({ className: "mk-at", html: box, iconSize: [0, 0] }) });
    },
    adoptUnits: (event, context) => { adopt(context.map); unitLayer = event.target; units.clear(); canvas = null; soon(); },
    adoptIncidents: (event, context) => { adopt(context.map); incidentLayer = event.target; incidents.clear(); drawIncidents(); },
  };

  const unitsOf = rows => rows.filter(row => row.kind === "unit").map(row => row.id);
  const listen = () => {
    cc.on("rows", ({ rows, snapshot }) => { soon(snapshot || !rows ? null : unitsOf(rows)); drawIncidents(); cc.tick && cc.tick(); });
    cc.on("positions", ({ moved }) => soon(moved && moved.map(fix => fix[0])));
    cc.on("second", () => { soon(); applyLayersOnce(); });
    cc.on("theme", () => soon());
  };
  let layerKeys = 0;
  const applyLayersOnce = () => { const keys = document.querySelectorAll("[data-layer]").length; if (keys !== layerKeys) { layerKeys = keys; applyLayers(); } };
  setTimeout(listen);
})();
