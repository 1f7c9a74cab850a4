/* Names on the map that do not hide one another: each takes the first free side of its shape, the important ones first.

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

  cc.placeNames = () => {
    const map = cc.map && cc.map.getContainer();
    if (!map || cc.zooming) return;
    const frame = map.getBoundingClientRect();
    const shapes = [...map.querySelectorAll(".mk.incident .sev, .mk.unit .body, .mk.station > .i, .mk.station")].map(shape => ({ owner: shape.closest(".mk"), at: shape.getBoundingClientRect(), weight: shape.matches(".sev") ? HIDES : 1 }));
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
  const soon = () => { cancelAnimationFrame(pending); pending = requestAnimationFrame(cc.placeNames); };
  document.addEventListener("cc:second", soon);
  document.addEventListener("cc:map", ({ detail }) => detail.map.on("zoomend moveend", () => setTimeout(soon, 350)));
})();
