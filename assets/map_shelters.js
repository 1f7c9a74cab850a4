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
  }

  cc.draw.adoptShelters = (event) => {
    layer = event.target;
    markers.clear();
    event.target.on("remove", () => { if (layer === event.target) layer = null; });
    draw();
  };
  document.addEventListener("cc:rows", draw);
})();
