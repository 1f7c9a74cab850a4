/* The wall's units, area by area, drawn from the live board without a round trip to the server.

   One shape per unit where an area's units fit on its line; of a larger area those that are not free are counted, state by state.
   The server draws the areas' names and the empty lines (ui/pages/wall.py); nothing in a line is known to Dash, which pays for every
   component on the page whenever anything changes. */
(() => {
  const cc = (window.cc = window.cc || {});
  const MOST_SHAPES = 5, FREE = new Set(["available", "returning"]);
  const COUNTED = { dispatched: ["dispatched"], en_route: ["en_route"], on_scene: ["on_scene"], out_of_service: ["charging", "out_of_service"] };   // shape -> the states it stands for
  const make = (name, className) => { const element = document.createElement(name); element.className = className; return element; };
  const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  function sign(key, children) {   // one thing on a line: a shape, with words for those who listen
    const element = make("span", "unit-sign"), shape = make("span", "mk unit");
    shape.setAttribute("aria-hidden", "true");
    shape.append(make("i", "body"));
    element.setAttribute("role", "img");
    element.dataset[key] = "";
    element.append(shape, ...children);
    return element;
  }

  function name(element, words) {
    if (element.title === words) return;
    element.title = words;
    element.setAttribute("aria-label", words);
  }

  function keep(line, keys, key, children) {   // as many signs as there are keys, the ones that stand there already kept
    for (const sight of [...line.children]) if (!keys.includes(sight.dataset[key])) sight.remove();
    return keys.map((id, index) => {
      let element = [...line.children].find(sight => sight.dataset[key] === id);
      if (!element) { element = sign(key, children()); element.dataset[key] = id; }
      if (line.children[index] !== element) line.insertBefore(element, line.children[index] || null);
      return element;
    });
  }

  function shapes(line, units) {
    keep(line, units.map(unit => unit.id), "unit", () => []).forEach((element, index) => {
      const unit = units[index];
      Object.assign(element.firstChild.dataset, { kind: unit.unit_kind, state: unit.status, fix: cc.freshness(unit.id) });
      name(element, `${cc.read(unit.call_sign)} ${cc.say(unit.status)}`);
    });
  }

  function counts(line, units) {
    const many = shape => units.reduce((sum, unit) => sum + COUNTED[shape].includes(unit.status), 0);
    const shown = Object.keys(COUNTED).filter(many);
    keep(line, shown, "count", () => [make("b", "")]).forEach((element, index) => {
      const state = shown[index], count = many(state);
      Object.assign(element.firstChild.dataset, { kind: "patrol_vehicle", state, fix: "fresh" });
      write(element.lastChild, String(count));
      name(element, `${COUNTED[state].map(one => cc.say(one)).join(" / ")} ${count}`);
    });
  }

  function draw() {
    const areas = document.querySelectorAll(".wall-area");
    if (!areas.length) return;
    const units = new Map([...areas].map(area => [area.dataset.area, []]));
    for (const unit of cc.rows("unit")) if (units.has(unit.area)) units.get(unit.area).push(unit);
    for (const area of areas) {
      const own = units.get(area.dataset.area).sort((a, b) => (a.id < b.id ? -1 : 1)), counted = own.length > MOST_SHAPES;
      area.classList.toggle("counted", counted);
      (counted ? counts : shapes)(area.querySelector(".unit-line"), own);
      write(area.lastChild, `${own.filter(unit => FREE.has(unit.status)).length}/${own.length}`);
    }
  }

  let frame = 0;
  const soon = () => { frame = frame || requestAnimationFrame(() => { frame = 0; draw(); }); };
  for (const name of ["cc:rows", "cc:second", "cc:wall"]) document.addEventListener(name, soon);
})();
