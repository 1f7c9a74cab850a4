/* Depots on the map: a square for a station's, a diamond for a community's, a small ring for a point. For a chosen material those that hold
   enough carry their rank by road, and the list beside the layers names them; a click on a depot opens its stock. */
(() => {
  const cc = (window.cc = window.cc || {});
  const SHOWN = 8, AGAIN_MS = 30000;
  const markers = new Map();
  let asked = 0, held = new Map(), docked = null;
  const make = (name, className, text) => { const element = document.createElement(name); element.className = className || ""; if (text) element.textContent = text; return element; };
  const form = () => document.getElementById("stock-finder");
  const opens = (code, material) => `/resources?${new URLSearchParams({ depot: code, ...(material ? { material } : {}) })}`;

  cc.draw.depot = (feature, at) => {
    const { code, tier, name, tier_name } = feature.properties, box = make("div", `mk depot tier-${tier}`);
    box.append(make("span", "body"), make("span", "mk-tag"));
    box.dataset.depot = code;
    Object.assign(box.dataset, { name, tier: tier_name });
    box.setAttribute("role", "img");
    const marker = L.marker(at, { pane: "layer-depots", keyboard: false, bubblingMouseEvents: false, icon: L.divIcon({ className: "mk-at", html: box, iconSize: [0, 0] }) });
    marker.on("add", () => { markers.set(code, box); mark(); }).on("remove", () => markers.delete(code));
    return marker.on("click", () => cc.go(opens(code, wanted()?.material)));
  };

  function wanted() {
    const typed = form() && new FormData(form()), material = typed?.get("material");
    return material ? { material, quantity: typed.get("quantity") || "1" } : null;
  }

  function near() {                // the incident that is open in the panel, else the middle of what is seen
    const row = docked && cc.get("incident", docked);
    if (row) return { lat: row.lat, lon: row.lon };
    const middle = cc.map.getCenter();
    return { lat: middle.lat, lon: middle.lng };
  }

  function minutes(seconds) {      // 4'07", as everywhere
    const whole = seconds === null ? null : Math.round(seconds);
    return whole === null ? "—" : `${Math.floor(whole / 60)}'${String(whole % 60).padStart(2, "0")}"`;
  }

  function mark() {
    for (const [code, box] of markers) {
      const found = held.get(code);
      box.dataset.rank = found ? String(found.rank) : "";
      box.classList.toggle("lacks", held.size > 0 && !found);
      box.lastChild.textContent = found && found.rank <= SHOWN ? String(found.rank) : "";
      const name = `${box.dataset.name} · ${box.dataset.tier}`;
      box.title = found ? `${found.rank}. ${name}: ${found.available} · ${minutes(found.travel_s)}` : name;
      box.setAttribute("aria-label", box.title);
    }
  }

  function list(material) {
    const place = document.getElementById("stock-found");
    if (!place) return;
    const lines = [...held.values()].slice(0, SHOWN).map((found) => {
      const link = make("a", "", `${markers.get(found.depot)?.dataset.name || found.depot} · ${found.available} · ${minutes(found.travel_s)}`);
      link.href = opens(found.depot, material);
      link.dataset.go = link.href.replace(location.origin, "");
      const line = make("li");
      line.append(link);
      return line;
    });
    place.replaceChildren(...(lines.length || !material ? lines : [make("li", "nothing", cc.say("no_depot_has_it"))]));
  }

  async function look() {
    const what = wanted(), turn = ++asked;
    if (!cc.map || !form()) return;
    if (!what) { held = new Map(); mark(); list(null); return; }
    const layer = document.querySelector('[data-layer="depots"][aria-checked="false"]');
    if (layer) layer.click();
    try {
      const answer = await fetch(`/api/v1/stock/where?${new URLSearchParams({ ...what, ...near() })}`, { cache: "no-store" });
      if (turn !== asked) return;
      if (!answer.ok) throw new Error(String(answer.status));
      held = new Map((await answer.json()).depots.map((found, place) => [found.depot, { ...found, rank: place + 1 }]));
      mark();
      list(what.material);
    } catch { if (turn === asked) document.getElementById("stock-found")?.replaceChildren(make("li", "nothing", cc.say("stock_unknown"))); }
  }

  document.addEventListener("change", (event) => { if (event.target.closest?.("#stock-finder")) look(); });
  document.addEventListener("submit", (event) => { if (event.target === form()) event.preventDefault(); });
  document.addEventListener("cc:docked", ({ detail }) => { docked = detail.incident; if (wanted()) look(); });
  setInterval(() => { if (wanted() && !document.hidden) look(); }, AGAIN_MS);
})();
