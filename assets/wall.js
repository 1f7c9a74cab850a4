/* The wall: letters as large as the distance asks, nothing that does not fit, and 20 seconds of attention for a grave new incident.

   Height of a letter for an angle of sight: h = 6.283 * distance * arc minutes / 21600 (NUREG-0700); a Han glyph fills 0.92 em. */
(() => {
  const cc = (window.cc = window.cc || {});
  const ARCMIN = 16, LARGEST_ARCMIN = 45, LARGEST_EM = 1.5, LINES_EM = 32, GLYPH_EM = 0.92, HAN_LIMIT = 200, FOCUS_MS = 20000;
  const page = () => document.querySelector(".wall");
  const asked = () => new URLSearchParams(location.search);

  const millimetresPerPixel = (diagonal, width, height) => diagonal * 25.4 / Math.hypot(width, height);
  const sizeFor = (arcmin, distance, diagonal, width, height) => 6.283 * distance * 1000 * arcmin / 21600 / GLYPH_EM / millimetresPerPixel(diagonal, width, height);
  cc.rootSize = (...seen) => {      // never below 16 arc minutes; a wall with room to spare gets larger letters, not more lines
    const [, , , height] = seen;
    return Math.max(sizeFor(ARCMIN, ...seen), Math.min(height / LINES_EM, sizeFor(LARGEST_ARCMIN, ...seen) / LARGEST_EM));
  };
  cc.arcmin = (pixels, distance, diagonal, width, height) => pixels * GLYPH_EM * millimetresPerPixel(diagonal, width, height) * 21600 / 6.283 / 1000 / distance;

  function calibrate() {
    const root = document.documentElement;
    if (!location.pathname.startsWith("/wall")) { root.style.removeProperty("--fs"); return; }
    const distance = Number(asked().get("d")) || 5, diagonal = Number(asked().get("diag")) || 65;
    root.style.setProperty("--fs", cc.rootSize(distance, diagonal, innerWidth, innerHeight).toFixed(2) + "px");
    fit();
  }

  const overflows = box => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1;
  const visible = element => element.getClientRects().length > 0;
  const han = () => (page().innerText.match(/[\u4e00-\u9fff]/g) || []).length;

  function hideLast(rows, keep) {
    const shown = rows.filter(visible);
    if (shown.length <= keep) return false;
    shown[shown.length - 1].style.display = "none";
    return true;
  }

  function fit() {                 // hide whole rows, the least important first; say how many
    const wall = page();
    if (!wall) return;
    const rows = [...wall.querySelectorAll(".wall-incidents .inc")], entries = [...wall.querySelectorAll(".wall-entry")], kpis = [...wall.querySelectorAll(".wall-kpis .kpi")], warnings = [...wall.querySelectorAll(".wall-warning")];
    for (const element of [...rows, ...entries, ...kpis, ...warnings]) element.style.display = "";
    const list = wall.querySelector("#wall-incidents"), log = wall.querySelector("#wall-entries"), head = wall.querySelector(".wall-head");
    if (!list || !log || !head) return;
    while (overflows(head) && hideLast(kpis, 2));
    const strip = wall.querySelector(".wall-warnings");
    count(warnings, "more", "more-warnings");
    while (strip && overflows(strip) && hideLast(warnings, 1)) count(warnings, "more", "more-warnings");
    count(rows);
    while (overflows(list) && hideLast(rows, 1)) count(rows);
    while (overflows(log) && hideLast(entries, 0));
    while (han() > HAN_LIMIT && (hideLast(entries, 1) || hideLast(rows, 3))) count(rows);
  }

  function count(rows, name = "rest", words = name) {
    const rest = page().querySelector(`[data-${name}]`);
    if (!rest) return;
    const left = Number(rest.dataset[name]) + rows.filter(row => row.style.display === "none").length;
    rest.hidden = left === 0;
    const text = cc.say(words, { count: left });
    if (rest.textContent !== text) rest.textContent = text;
  }

  let focused = null, focusTimer = 0;
  const mark = () => document.querySelectorAll(".wall .inc").forEach(row => row.classList.toggle("focus", row.dataset.incident === focused));
  cc.wall = {
    fit, han,
    focused: () => focused,
    focus: id => {
      const row = cc.get("incident", id);
      if (!row || !cc.map || !page()) return;
      if (!focused) cc.wall.home = cc.map.getBounds();
      focused = id;
      clearTimeout(focusTimer);
      cc.wall.focusEndsAt = Date.now() + FOCUS_MS;
      focusTimer = setTimeout(cc.wall.release, FOCUS_MS);
      cc.map.flyTo([row.lat, row.lon], cc.map.getZoom() < 15 ? 15.5 : cc.map.getZoom(), { duration: 1 });
      mark();
    },
    release: () => { focused = null; mark(); if (cc.map && cc.wall.home) cc.map.flyToBounds(cc.wall.home, { duration: 1, padding: [0, 0] }); },
  };

  const seen = new Set();
  document.addEventListener("cc:rows", ({ detail }) => {
    for (const row of detail.rows) {
      if (row.kind !== "incident") continue;
      const fresh = !seen.has(row.id);
      seen.add(row.id);
      if (fresh && !detail.snapshot && !row.gone && !row.acknowledged_at && (row.severity === "I" || row.severity === "II")) cc.wall.focus(row.id);
    }
  });

  function times() {
    document.querySelectorAll("[data-at]").forEach(element => { const text = cc.timeOfDay(element.dataset.at); if (element.textContent !== text) element.textContent = text; });
  }

  let pending = 0;
  const soon = () => { cancelAnimationFrame(pending); pending = requestAnimationFrame(() => { times(); mark(); fit(); }); };
  function begin() {
    addEventListener("resize", calibrate);
    document.addEventListener("cc:second", times);
    let drawn = null;
    new MutationObserver(() => {
      if (page() !== drawn) { drawn = page(); calibrate(); if (drawn) { watchLists(drawn); cc.emit("wall", {}); } }
    }).observe(document.body, { childList: true, subtree: true });
    document.fonts.ready.then(soon);
  }
  function watchLists(wall) {
    const observer = new MutationObserver(records => { if (records.some(record => record.addedNodes.length && record.target.nodeType === 1 && !record.target.matches("time,[data-rest],[data-more]"))) soon(); });
    wall.querySelectorAll("#wall-kpis, #wall-incidents, #wall-areas, #wall-entries, #wall-warnings").forEach(box => observer.observe(box, { childList: true, subtree: true }));
    new ResizeObserver(soon).observe(wall);
    soon();
  }
  if (location.pathname.startsWith("/wall")) calibrate();
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", begin) : begin();
})();
