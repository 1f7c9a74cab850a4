/* Roads: the line of a closure is drawn by clicks, a ponding point is one click; what the server found out about it is drawn over the map.

   The form gets what was drawn as its fields "line" and "at". Backspace takes the last point back, Enter closes, Escape gives up. */
(() => {
  const cc = (window.cc = window.cc || {});
  const page = () => document.getElementById("roads");
  const fields = () => document.querySelector("#roads-fields [data-way]");
  const way = () => fields()?.dataset.way || "";
  const PANE = "sketch", SAME_PX = 6;
  let corners = [], spot = null, drawn = null, token = null, told = "";

  cc.fills = cc.fills || {};
  cc.backs = cc.backs || {};
  cc.fills.roads = () => ({ ...(corners.length ? { line: JSON.stringify(corners) } : {}), ...(spot ? { at: JSON.stringify(spot) } : {}) });

  /* ---- drawing --------------------------------------------------------------------------------------------------- */
  const rounded = (lat, lon) => [Number(lat.toFixed(6)), Number(lon.toFixed(6))];
  const isSame = (a, b) => cc.map.latLngToContainerPoint(a).distanceTo(cc.map.latLngToContainerPoint(b)) < SAME_PX;

  function changed() { draw(); cc.tellForm(); }
  function clear() { corners = []; spot = null; changed(); }
  function back() { corners.pop(); changed(); }

  document.addEventListener("cc:mapclick", ({ detail }) => {
    if (!page() || !cc.map) return;
    const at = rounded(detail.lat, detail.lon);
    if (way() === "line" && !(corners.length && isSame(corners[corners.length - 1], at))) corners.push(at);   // a double click is one point
    else if (way() === "spot") { spot = at; forgetPlace(); }
    else return;
    changed();
  });

  function forgetPlace() {         // the place that was typed, and a click: what came last counts
    const box = document.querySelector('[data-combo="roads-place"]');
    if (!box?.dataset.picked) return;
    delete box.dataset.picked;
    cc.set(box.id, { value: "" });
    cc.set("roads-place", { data: null });
  }
  document.addEventListener("cc:chosen", ({ detail }) => { if (detail.store === "roads-place" && spot) { spot = null; draw(); } });

  document.addEventListener("click", (event) => {
    const tool = event.target.closest?.("[data-sketch]")?.dataset.sketch;
    if (tool === "back") back();
    if (tool === "clear") clear();
  });

  cc.backs.roads = () => {
    if (corners.length || spot) return clear();
    if (document.activeElement?.closest("#roads form") && document.activeElement.matches("input, textarea, select")) return page().focus();
    cc.go(location.search ? "/roads" : "/console");
  };

  addEventListener("keydown", (event) => {
    if (!page() || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || way() !== "line") return;
    if (event.target.closest?.("input, textarea, select, button, a, summary, [role=option]")) return;
    if (event.key === "Backspace" && corners.length) { event.preventDefault(); back(); }
    if (event.key === "Enter" && corners.length > 1 && !event.repeat) { event.preventDefault(); page().querySelector("[data-main]:not(:disabled)")?.click(); }
  });

  /* ---- on the map ------------------------------------------------------------------------------------------------ */
  const make = (name, className, text) => { const element = document.createElement(name); element.className = className; element.textContent = text || ""; return element; };
  const line = (at, className) => L.polyline(at, { pane: PANE, className, interactive: false, smoothFactor: 0 }).addTo(drawn);
  function sign(at, className, text) {
    const box = make("div", `mk ${className}`);
    if (text) box.append(make("span", "mk-tag", text));
    L.marker(at, { pane: PANE, icon: L.divIcon({ className: "mk-at", html: box, iconSize: [0, 0] }), keyboard: false, interactive: false }).addTo(drawn);
  }

  function draw() {
    const shown = JSON.parse(document.querySelector("#roads-sketch [data-shown]")?.dataset.shown || "null");
    const count = document.querySelector("[data-sketched]"), clicked = document.querySelector("[data-clicked]");
    if (count) count.textContent = corners.length ? cc.say("sketched", { n: corners.length }) : "";
    if (clicked) clicked.textContent = spot ? cc.say("clicked", { at: spot.map((degrees) => degrees.toFixed(5)).join(", ") }) : "";
    if (!drawn) return;
    drawn.clearLayers();
    for (const at of shown?.lines || []) if (at.length > 1) line(at, "sketch-ground"); else sign(at[0], "sketch-spot");
    for (const [lat, lon] of shown?.lost || []) sign([lat, lon], "sketch-lost");
    for (const [unit, lat, lon, words] of shown?.moves || []) {
      const from = cc.unitPlace(unit);
      if (from) line([from, [lat, lon]], "sketch-move");
      sign([lat, lon], "sketch-stand", words.split(" → ")[0]);
    }
    if (corners.length) line(corners, "sketch-line");
    for (const at of corners) sign(at, "sketch-corner");
    if (spot) sign(spot, "sketch-corner");
  }

  function look() {                // the form of another address begins with nothing drawn; what the server says is drawn when it is new
    const now = fields()?.dataset.token ?? null, shown = document.querySelector("#roads-sketch [data-shown]")?.dataset.shown || "";
    if (now === token && shown === told) return;
    if (now !== token) { token = now; corners = []; spot = null; }
    told = shown;
    draw();
  }
  new MutationObserver(() => { if (page()) look(); else { token = null; corners = []; spot = null; } }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-shown", "data-token"] });

  document.addEventListener("cc:map", ({ detail: { map } }) => {
    if (!page()) return;
    map.createPane(PANE).style.zIndex = 455;
    map.doubleClickZoom.disable();
    drawn = L.layerGroup().addTo(map);
    map.on("unload", () => { drawn = null; });
    draw();
  });
})();
