/* Open shelters on the map, drawn from the live board: a house with how many people are in how many places; a thick edge when it is over-full. */
(() => {
  const cc = (window.cc = window.cc || {});
  const markers = new Map();
  let layer = null;
  const make = (name, className) => { const element = document.createElement(name); element.className = className; return element; };

  function marker(row) {
    const box = make("div", "mk shelter");
    box.append(make("i", "i i-home"), make("span", "mk-tag"));
    const icon = L.divIcon({ className: "mk-at", html: box, iconSize: [0, 0] });
    return L.marker([row.lat, row.lon], { pane: "layer-shelters", icon, keyboard: false, interactive: false }).addTo(layer);
  }

  function draw() {
    if (!layer) return;
    const seen = new Set();
    for (const row of cc.rows("shelter")) {
      if (row.lat === null || row.lat === undefined) continue;
      seen.add(row.id);
      let held = markers.get(row.id);
      if (!held) markers.set(row.id, (held = { marker: marker(row) }));
      const look = `${row.version} ${cc.lang()}`, box = held.marker._icon && held.marker._icon.firstChild;
      if (held.look === look || !box) continue;
      held.look = look;
      box.lastChild.textContent = `${row.occupied}/${row.capacity}`;
      box.dataset.full = row.occupied > row.capacity ? "1" : "";
      box.title = `${cc.read(row.name)} ${row.occupied}/${row.capacity}`;
      box.setAttribute("role", "img");
      box.setAttribute("aria-label", box.title);
    }
    for (const [id, held] of markers) if (!seen.has(id)) { held.marker.remove(); markers.delete(id); }
    step();
  }

  /* A shelter stands aside where a station, a unit or an incident stands, and inside the map: the first of these places that is free. */
  const ASIDE = [[0, 0], [0, 1], [0, -1], [1, 0], [-1, 0], [1, 1], [-1, 1], [1, -1], [-1, -1], [0, 2], [0, -2]];
  const OTHERS = ".mk.station, .mk.station .mk-tag, .mk.unit .body, .mk.incident .sev";

  function step() {
    const map = cc.map && cc.map.getContainer();
    if (!map || !markers.size) return;
    const frame = map.getBoundingClientRect();
    const taken = [...map.querySelectorAll(OTHERS)].filter(shape => shape.checkVisibility()).map(shape => shape.getBoundingClientRect());
    const free = box => box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom
      && !taken.some(other => other.left < box.right && other.right > box.left && other.top < box.bottom && other.bottom > box.top);
    for (const { marker } of markers.values()) {
      const box = marker._icon && marker._icon.firstChild;
      if (!box || !box.checkVisibility()) continue;
      box.style.translate = "";
      const at = box.getBoundingClientRect(), by = ([x, y]) => new DOMRect(at.x + x * at.width * .7, at.y + y * at.height * 1.15, at.width, at.height);
      const aside = ASIDE.find(place => free(by(place))) || ASIDE[0], moved = by(aside);
      if (aside[0] || aside[1]) box.style.translate = `${moved.x - at.x}px ${moved.y - at.y}px`;
      taken.push(moved);
    }
  }

  cc.draw.adoptShelters = (event) => {
    layer = event.target;
    markers.clear();
    event.target.on("remove", () => { if (layer === event.target) layer = null; });
    draw();
  };
  document.addEventListener("cc:rows", draw);
  document.addEventListener("cc:second", () => { if (!cc.zooming) step(); });
})();
