/* Where help would come late, to be seen at a glance: hatched ground around the streets that no free unit reaches within five minutes,
   the compounds there by name, and how many there are; and roads that are closed, with a guard who has left.

   The server says when the circle has changed (cc:circle); the streets are asked for then, and not oftener than every REST_MS. */
(() => {
  const cc = (window.cc = window.cc || {});
  const REST_MS = 2000, PROMISE_S = 300, HATCH = "late-hatch", GROUND_EM = 2.4, CLUSTER_EM = 7, CLUSTERS = 3;
  let late = null, closed = null, names = null, plate = null, asked = 0, waiting = 0, closures = "", figures = null;

  const make = (name, className, text) => { const element = document.createElement(name); element.className = className; if (text !== undefined) element.textContent = text; return element; };
  const line = (at, pane, className, more) => L.polyline(at, { pane, className, interactive: false, smoothFactor: 0, ...more });
  const em = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

  function hatch() {               // colour and shape: stripes are seen in greyscale, and from afar
    if (document.getElementById(HATCH)) return;
    const box = make("div", "hatch-box"), step = 12;
    box.innerHTML = `<svg width="0" height="0" aria-hidden="true"><pattern id="${HATCH}" width="${step}" height="${step}" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="${step}" height="${step}"/><rect class="hatch-stripe" width="${step / 3}" height="${step}"/></pattern></svg>`;
    document.body.append(box);
  }

  /* ---- streets ---------------------------------------------------------------------------------------------------- */
  async function ask() {
    if (waiting || !late) return;
    const wait = asked + REST_MS - Date.now();
    if (wait > 0) { waiting = setTimeout(() => { waiting = 0; ask(); }, wait); return; }
    asked = Date.now();
    const [answer, told] = await Promise.all(["/api/v1/coverage/rings", "/api/v1/coverage"].map((url) => fetch(url, { cache: "no-store" }).catch(() => null)));
    if (!answer?.ok || !told?.ok || !late) return;
    const { rings } = await answer.json();
    figures = await told.json();
    if (!late) return;
    drawStreets(rings.filter((ring) => ring.lines.length && (ring.within_s === null || ring.within_s > PROMISE_S)));
    drawNames();
  }

  function drawStreets(rings) {
    late.clearLayers();
    if (figures.outside_count && rings.length) line(rings.flatMap((ring) => ring.lines), "layer-circle", "late-ground", { color: `url(#${HATCH})`, weight: em() * GROUND_EM, opacity: 1 }).addTo(late);
    for (const ring of rings) line(ring.lines, "layer-circle", ring.within_s === null ? "road-late latest" : "road-late").addTo(late);
  }

  /* ---- names ------------------------------------------------------------------------------------------------------ */
  function clusters() {            // compounds that lie together, those with most demand give the name
    const reach = em() * CLUSTER_EM, found = [];
    for (const place of figures.outside) {
      if (place.kind !== "compound") continue;
      const at = cc.map.latLngToLayerPoint([place.lat, place.lon]), near = found.find((one) => one.at.distanceTo(at) < reach);
      if (near) near.places.push(place); else found.push({ at, places: [place] });
    }
    return found.sort((a, b) => b.places.length - a.places.length).slice(0, CLUSTERS);
  }

  function words(places) {         // beyond eight minutes the server does not say how much later
    const known = places.map((place) => place.arrival_s).filter((seconds) => seconds !== null), count = places.length;
    const from = Math.ceil(Math.min(...known) / 60), to = Math.ceil(Math.max(...known) / 60), name = cc.read(places[0].name);
    const minutes = known.length < count ? `${from}–8+` : from === to ? `${from}` : `${from}–${to}`;
    return [count > 1 ? cc.say("late_names", { name, count, more: count - 1 }) : name, known.length ? cc.say("late_in", { minutes }) : cc.say("late_latest")];
  }

  /* A name stands where one of its compounds lies, wherever it hides least, and wholly on the map. */
  const SIGNS = ".mk.incident .sev, .mk.station, .mk.station .mk-tag, .mk.unit .body, .mk.unit .mk-tag, .mk.closure, .mk.closure .mk-tag, .mk.shelter, .late-plate:not([hidden]), .map-note, .leaflet-bar, .map-tools > summary";
  const overlap = (a, b) => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  const MOST_TRIED = 24, RIM_PX = 6;

  function stand(marker, places, taken) {
    const frame = cc.map.getContainer().getBoundingClientRect(), box = marker._icon.firstChild.getBoundingClientRect(), width = box.width / 2, height = box.height / 2;
    const within = (value, most, half) => Math.min(Math.max(value, half + RIM_PX), most - half - RIM_PX);
    let best = null, least = Infinity;
    for (const place of places.slice(0, MOST_TRIED)) {
      const at = cc.map.latLngToContainerPoint([place.lat, place.lon]);
      for (const [dx, dy] of [[0, 0], [1, 0], [-1, 0], [0, 2], [0, -2]]) {
        const x = within(at.x + dx * width, frame.width, width), y = within(at.y + dy * height, frame.height, height);
        const rect = { left: frame.left + x - width, right: frame.left + x + width, top: frame.top + y - height, bottom: frame.top + y + height };
        const cost = taken.reduce((sum, other) => sum + overlap(rect, other), 0) + Math.hypot(x - at.x, y - at.y);
        if (cost < least) { least = cost; best = { x, y, rect }; }
      }
    }
    marker.setLatLng(cc.map.containerPointToLatLng([best.x, best.y]));
    taken.push(best.rect);
  }

  function drawNames() {
    if (!names || !figures || !cc.map) return;
    names.clearLayers();
    drawPlate();
    const taken = [...cc.map.getContainer().parentNode.querySelectorAll(SIGNS)].map((sign) => sign.getBoundingClientRect());
    for (const { places } of clusters()) {
      const box = make("div", "mk late-name"), [where, when] = words(places);
      box.append(make("b", "", where), make("span", "", when));
      const icon = L.divIcon({ className: "mk-at", html: box, iconSize: [0, 0] });
      stand(L.marker([places[0].lat, places[0].lon], { pane: "layer-late-names", icon, keyboard: false, interactive: false }).addTo(names), places, taken);
    }
    cc.wall?.fit();
  }

  function drawPlate() {           // what the stripes mean, with how many are in them
    const count = figures.outside_count, compounds = figures.outside_kinds.compound || 0;
    plate.hidden = !count;
    const text = cc.say(compounds ? "late_plate" : "late_plate_few", { count, compounds });
    if (plate.lastChild.textContent !== text) plate.lastChild.textContent = text;
  }

  function addPlate(map) {
    const control = L.control({ position: "topleft" });
    control.onAdd = () => {
      plate = make("div", "late-plate");
      plate.hidden = true;
      plate.append(make("i", "late-swatch"), make("span", "", ""));
      return plate;
    };
    control.addTo(map);
  }

  /* ---- closed roads ----------------------------------------------------------------------------------------------- */
  function drawClosures() {
    const rows = cc.rows("closure").filter((row) => row.state === "closed" || row.state === "proposed");
    const told = rows.map((row) => `${row.id} ${row.version} ${cc.lang()}`).join();
    if (!closed || told === closures) return;
    closures = told;
    closed.clearLayers();
    for (const row of rows) {
      const look = row.state === "closed" ? "road-closed" : "road-closed asked", left = Boolean(row.guard_left_at);
      for (const at of row.lines || []) line(at, "layer-closures", look).addTo(closed);
      const box = make("div", "mk closure"), tag = make("span", "mk-tag", cc.read(row.name));
      if (left) { box.dataset.left = "1"; tag.append(" ", make("b", "", cc.say("unguarded"))); }
      box.append(make("i", "i i-ban"), tag);
      box.title = tag.textContent;
      box.setAttribute("role", "img");
      box.setAttribute("aria-label", box.title);
      L.marker([row.lat, row.lon], { pane: "layer-closures", icon: L.divIcon({ className: "mk-at", html: box, iconSize: [0, 0] }), keyboard: false, interactive: false, zIndexOffset: left ? 1000 : 0 }).addTo(closed);
    }
  }

  let settling = 0;
  const settle = () => { clearTimeout(settling); settling = setTimeout(drawNames, 300); };      // what lies together depends on how near one looks

  cc.draw.adoptCircle = (event) => {
    hatch();
    late = event.target;
    late.on("remove", () => { if (late === event.target) late = null; });
    ask();
  };
  cc.draw.adoptLateNames = (event, context) => {
    names = event.target;
    names.on("remove", () => { if (names === event.target) names = null; });
    addPlate(context.map);
    context.map.on("zoomend moveend resize", settle);
    drawNames();
  };
  cc.draw.adoptClosures = (event) => { closed = event.target; closures = ""; event.target.on("remove", () => { if (closed === event.target) closed = null; }); drawClosures(); };
  document.addEventListener("cc:circle", ask);
  document.addEventListener("cc:rows", () => { drawClosures(); settle(); });
})();
