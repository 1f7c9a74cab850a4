/* Signs on the map that do not hide one another. Incidents at one place stand side by side; a name takes the first free side of its
   shape, the important ones first.

   A name with no free side at all stays at its shape's right (left near the map's right edge): overlapping beats missing. */
(() => {
  const cc = (window.cc = window.cc || {});
  const MOST = 80, HIDES = 6, SIDES = ["right", "left", "above", "below"];
  const overlap = (a, b) => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

  function box(side, shape, width, height) {
    const middleX = (shape.left + shape.right) / 2, middleY = (shape.top + shape.bottom) / 2, gap = height * .2;
    const left = side === "right" ? shape.right + gap : side === "left" ? shape.left - gap - width : middleX - width / 2;
    const top = side === "above" ? shape.top - height - gap / 2 : side === "below" ? shape.bottom + gap / 2 : middleY - height / 2;
    return { left, top, right: left + width, bottom: top + height };
  }

  cc.nudges = {};
  cc.spreadIncidents = () => {      // push apart what overlaps; each moves half the way, so that both stay at their place together
    const signs = [...document.querySelectorAll(".map-box .mk.incident")].slice(0, MOST).map(element => {
      const held = { x: Number(element.dataset.nudgeX || 0), y: Number(element.dataset.nudgeY || 0) }, at = element.querySelector(".sev").getBoundingClientRect();
      return { element, size: at.width, x: (at.left + at.right) / 2, y: (at.top + at.bottom) / 2, homeX: (at.left + at.right) / 2 - held.x, homeY: (at.top + at.bottom) / 2 - held.y };
    });
    for (const sign of signs) { sign.x = sign.homeX; sign.y = sign.homeY; }
    for (let round = 0; round < 8; round++) {
      for (let i = 0; i < signs.length; i++) for (let j = i + 1; j < signs.length; j++) {
        const [a, b] = signs[i].x <= signs[j].x ? [signs[i], signs[j]] : [signs[j], signs[i]], least = (a.size + b.size) / 2 * .95, down = Math.abs(b.y - a.y);
        const short = down < least ? Math.sqrt(least * least - down * down) - (b.x - a.x) : 0;
        if (short > 0) { a.x -= short / 2; b.x += short / 2; }       // sideways only: below each stand its units
      }
    }
    for (const { element, x, y, homeX, homeY } of signs) {
      const [dx, dy] = [Math.round(x - homeX), Math.round(y - homeY)];
      if (Number(element.dataset.nudgeX || 0) === dx && Number(element.dataset.nudgeY || 0) === dy) continue;
      Object.assign(element.dataset, { nudgeX: dx, nudgeY: dy });
      element.style.translate = `${dx}px ${dy}px`;
      cc.nudges[element.dataset.incidentId] = dx || dy ? element.style.translate : "";
    }
  };

  cc.placeNames = () => {
    const map = cc.map && cc.map.getContainer();
    if (!map || cc.zooming) return;
    const frame = map.getBoundingClientRect();
    const shapes = [...map.querySelectorAll(".mk.incident .sev, .mk.unit .body, .mk.station > .i, .mk.station, .mk.shelter")].map(shape => ({ owner: shape.closest(".mk"), at: shape.getBoundingClientRect(), weight: shape.matches(".sev") ? HIDES : 1 }));
    const names = [...map.querySelectorAll(".mk.unit .mk-tag, .mk.station .mk-tag, .mk.incident .mk-tag")].filter(name => name.offsetParent !== null && name.textContent);
    if (names.length > MOST) return;
    const taken = shapes.slice();
    const weight = name => (name.parentNode.classList.contains("unit") ? 0 : name.parentNode.classList.contains("incident") ? 1 : 2);
    for (const name of names.sort((a, b) => weight(a) - weight(b))) {
      const owner = name.parentNode, shape = (owner.querySelector(".body, .sev") || owner).getBoundingClientRect();
      const { width, height } = name.getBoundingClientRect();
      const order = owner.classList.contains("unit") ? SIDES : ["above", "below", "left", "right"];
      const cost = side => {
        const at = box(side, shape, width, height), outside = width * height - overlap(at, frame);
        return outside * 4 + taken.reduce((sum, other) => sum + (other.owner === owner ? 0 : other.weight * overlap(at, other.at)), 0);
      };
      let best = order[0], least = Infinity;
      for (const side of order) { const c = cost(side); if (c < least - 1) { best = side; least = c; } }
      if (name.dataset.side !== best) name.dataset.side = best;
      taken.push({ owner, at: box(best, shape, width, height), weight: 1 });
    }
  };

  let pending = 0;
  const soon = () => { cancelAnimationFrame(pending); pending = requestAnimationFrame(() => { if (!cc.zooming) { cc.spreadIncidents(); cc.placeNames(); } }); };
  for (const name of ["cc:second", "cc:rows"]) document.addEventListener(name, soon);
  document.addEventListener("cc:map", ({ detail }) => detail.map.on("zoomend moveend", () => setTimeout(soon, 350)));
})();
