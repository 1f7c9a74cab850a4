/* The duty officer's keyboard: search boxes, function keys, the pin of the call being taken.

   Everything that matters is decided on the server; this file only turns keys into picks and clicks.
   A search box is an input with data-combo="NAME"; its list is #NAME-list and the pick goes into the store #NAME.
   Lists whose options come from the server carry the query they answer (data-query), so that an Enter pressed
   before the answer is here picks from the right answer, not from an old one. */
(() => {
  const cc = (window.cc = window.cc || {});
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const byId = (id) => document.getElementById(id);
  const onConsole = () => byId("console-dock");
  const held = {};              // what the call form holds: {"call-type": code, "call-place": {...}}
  let pending = null;           // {box, then}: Enter came before the list did
  let pin = null;

  /* ---- search boxes ---------------------------------------------------------------------------------------------- */
  const listOf = (box) => byId(box.dataset.combo + "-list");
  const isLocal = (box) => listOf(box).dataset.source === "local";
  const options = (box) => [...listOf(box).querySelectorAll("[role=option]")].filter((option) => !option.hidden);
  const answered = (box) => isLocal(box) || listOf(box).querySelector("[data-query]")?.dataset.query === box.value.trim();
  const isOpen = (box) => box.getAttribute("aria-expanded") === "true";

  function open(box, on) {
    box.setAttribute("aria-expanded", String(on));
    listOf(box).classList.toggle("open", on);
    if (!on) box.removeAttribute("aria-activedescendant");
  }

  function mark(box, option) {
    for (const other of listOf(box).querySelectorAll("[aria-selected=true]")) other.setAttribute("aria-selected", "false");
    if (!option) return box.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option.id);
  }

  const marked = (box) => listOf(box).querySelector("[aria-selected=true]:not([hidden])");

  /* Whether typed letters spell the beginning of a name: each character by any reading, its initial, or itself; the last may break
     off. The same rule as words/readings.py; `name` is its `spelled`, taken apart. */
  const spells = (wanted, name) => !wanted || (name.length > 0 && name[0].some((reading) =>
    reading.startsWith(wanted) || [reading, reading[0], /^[zcs]h/.test(reading) ? reading.slice(0, 2) : ""].some((part) =>
      part && wanted.startsWith(part) && spells(wanted.slice(part.length), name.slice(1)))));
  const readings = (spelt) => spelt.split(" ").map((character) => character.split(","));

  cc.answersTo = (line, typed) => {            // a line with data-search and data-spelt, as ui/console_search.py writes them
    const wanted = typed.trim().toLowerCase(), letters = wanted.replace(/[\s'’]+/g, "");
    const named = line.dataset.search.split("|").some((word, i) => (i ? word.startsWith(wanted) : word.includes(wanted)));
    return !wanted || named || Boolean(letters && line.dataset.spelt && spells(letters, readings(line.dataset.spelt)));
  };

  function narrow(box) {
    const wanted = box.value.trim();
    for (const option of listOf(box).querySelectorAll("[role=option]")) option.hidden = !cc.answersTo(option, wanted);
    mark(box, wanted ? options(box)[0] : null);
  }

  function refresh(box) {
    if (isLocal(box)) narrow(box);
    else mark(box, answered(box) ? options(box)[0] : null);
    if (pending?.box === box && answered(box)) {
      const { then } = pending;
      pending = null;
      if (options(box)[0]) pick(box, options(box)[0], then);
    }
  }

  function pick(box, option, then) {
    const store = box.dataset.combo, label = option.dataset.label, value = JSON.parse(option.dataset.value);
    open(box, false);
    pending = null;
    if (box.dataset.run) return run(value, box);
    held[store] = value;
    box.dataset.picked = option.dataset.value;
    if (onConsole()) set("call-offered", { data: null });      // what was ticked belonged to another type or place
    set(box.id, { value: label, error: null });
    set(store, { data: value });
    cc.emit("chosen", { store, value });
    if (then) then();
    else byId(box.dataset.next)?.focus();
  }

  function comboKey(event, box) {
    const all = options(box);
    const at = all.indexOf(marked(box));
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen(box)) { open(box, true); refresh(box); return; }
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(box, all[(at + step + all.length) % all.length] || all[0]);
    } else if (event.key === "Enter" && !event.ctrlKey && isOpen(box)) {
      event.preventDefault();
      event.stopPropagation();
      if (!answered(box)) pending = { box };
      else if (marked(box)) pick(box, marked(box));
    } else if (event.key === "Tab" && isOpen(box) && box.value && !box.dataset.run && marked(box)) {
      pick(box, marked(box), () => {});
    } else if (event.key === "Escape" && isOpen(box)) {
      event.preventDefault();
      event.stopPropagation();
      open(box, false);
    } else if (/^[1-9]$/.test(event.key) && box.value === "" && !event.ctrlKey && !event.altKey && !event.metaKey) {
      const chip = document.querySelector(`[data-combo-digit="${box.dataset.combo} ${event.key}"]`);
      if (chip) { event.preventDefault(); chip.click(); }
    }
  }

  document.addEventListener("input", (event) => {
    const box = event.target;
    if (!box.dataset?.combo) return;
    delete box.dataset.picked;
    if (!box.dataset.run && held[box.dataset.combo] != null) { held[box.dataset.combo] = null; set(box.dataset.combo, { data: null }); }
    open(box, true);
    if (isLocal(box)) narrow(box); else mark(box, null);
  });
  document.addEventListener("focusin", (event) => {
    const box = event.target;
    if (!box.dataset?.combo) return;
    box.select();
    if (box.dataset.run || !box.value) { open(box, true); refresh(box); }
  });
  document.addEventListener("focusout", (event) => {
    const box = event.target;
    if (box.dataset?.combo) setTimeout(() => document.activeElement !== box && open(box, false), 120);
  });
  document.addEventListener("pointerdown", (event) => {
    const option = event.target.closest?.("[role=option][data-value]");
    const box = option && document.querySelector(`[data-combo="${option.closest("[data-combo-list]").dataset.comboList}"]`);
    if (box) { event.preventDefault(); pick(box, option); }
  });
  document.addEventListener("click", (event) => {
    const chip = event.target.closest?.("[data-combo-digit]");
    if (!chip) return;
    const box = document.querySelector(`[data-combo="${chip.dataset.comboDigit.split(" ")[0]}"]`);
    const option = byId(chip.dataset.option);
    if (box && option) pick(box, option);
  });
  new MutationObserver((changes) => {
    const lists = new Set(changes.map((change) => change.target.closest?.("[data-combo-list]")).filter(Boolean));
    for (const list of lists) {
      const box = document.querySelector(`[data-combo="${list.dataset.comboList}"]`);
      if (box && !isLocal(box) && (isOpen(box) || pending?.box === box)) refresh(box);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });

  /* ---- what a palette line does ---------------------------------------------------------------------------------- */
  function run(value, box) {
    set(box.id, { value: "" });
    set("console-palette", { opened: false });
    setTimeout(() => {               // the dialog gives the focus back first
      if (value.press) press(value.press);
      if (value.go) window.cc.go(value.go);
      if (value.panel) dock(value.panel.kind, value.panel.id);
      if (value.place) takeCallAt(value.place);
      if (value.point) askAt(value.point, { pan: true });
    }, 60);
  }

  function takeCallAt(place) {
    held["call-place"] = place;
    dock("call");
    set("call-place", { data: place });
    set("call-place-search", { value: place.label });
  }

  /* ---- keys ------------------------------------------------------------------------------------------------------ */
  const openDialog = () => [...document.querySelectorAll("[role=dialog]")].find((dialog) => dialog.checkVisibility());
  const kind = () => byId("console-dock")?.dataset.kind;
  const press = (id) => { const button = byId(id); if (button && !button.disabled) button.click(); };
  function dock(what, id) {        // the panel is there at once; what stands in it follows
    byId("console-dock").dataset.kind = what;
    if (what === "call") beginTyping();
    set("console-panel", { data: { kind: what, id: id || null, at: Date.now() } });
  }
  const beginTyping = () => byId(held["call-type"] == null ? "call-type-search" : "call-place-search")?.focus();
  const show = (what) => dock(what);

  function mainAction() {
    const dialog = openDialog();
    if (dialog) return dialog.querySelector(".foot .primary:not(:disabled)")?.click();
    const view = document.querySelector(`.dock-view[data-kind="${kind()}"]`);
    if (kind() === "call") return submit("call-send");
    const button = [...(view?.querySelectorAll("[data-main]") || [])].find((one) => !one.disabled && one.checkVisibility());
    button?.click();
  }

  /* Take the call only when kind and place are known; otherwise go to the box that is missing. */
  function submit(button) {
    const place = document.querySelector('[data-combo="call-place"]');
    if (held["call-type"] == null) return byId("call-type-search")?.focus();
    if (held["call-place"] == null) {
      if (place?.value.trim()) { pending = { box: place, then: () => press(button) }; open(place, true); refresh(place); }
      else place?.focus();
      return;
    }
    press(button);
  }

  const KEYS = { F2: () => show("call"), F3: () => press("console-open-palette"), F4: () => press("console-open-waiting"), F6: () => cc.go("/roads"), F7: () => press("console-open-warnings"), F8: () => press("console-ack"), F9: () => press("console-open-plans") };

  function key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const box = event.target.dataset?.combo ? event.target : null;
    if (!onConsole()) { if (box) comboKey(event, box); return; }      // a search box works on every page
    if (event.ctrlKey && event.key === "Enter") {
      event.preventDefault();
      if (!event.repeat) mainAction();
    } else if (event.altKey && event.key === "Enter") {
      event.preventDefault();
      if (!event.repeat && kind() === "call") document.querySelector("[data-join]")?.click();
    } else if (event.ctrlKey && event.code === "KeyK") {
      event.preventDefault();
      KEYS.F3();
    } else if (KEYS[event.key] && !event.ctrlKey && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      if (!event.repeat && !openDialog()) KEYS[event.key]();
    } else if (box && (comboKey(event, box), event.defaultPrevented)) {
      return;
    } else if (event.key === "Enter" && event.target.classList.contains("leaflet-container") && window.cc.map) {
      event.preventDefault();
      const { lat, lng } = window.cc.map.getCenter();
      if (!event.repeat) askAt({ lat, lon: lng });
    } else if (event.key === "Escape" && !openDialog() && pointIsOpen()) {
      event.preventDefault();
      closePoint();
    } else if (event.key === "Escape" && !openDialog()) {
      event.preventDefault();
      byId("console-dock").focus();
      show("idle");
    } else if (event.key === "Enter" && !event.ctrlKey && kind() === "call" && event.target.matches("#call-form input:not([type=checkbox]):not([type=radio])")) {
      event.preventDefault();
      if (!event.repeat) submit("call-keep");
    }
  }
  addEventListener("keydown", key, true);

  /* ---- a press is answered at once, long before the server has ----------------------------------------------------- */
  let orders = 0;
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button || button.disabled || !onConsole()) return;
    if (button.getAttribute("aria-busy") === "true") { event.preventDefault(); event.stopPropagation(); return; }
    const { open, id, order: what, dialog, focus, join } = button.dataset;
    if (button.classList.contains("order")) {
      button.setAttribute("aria-busy", "true");
      setTimeout(() => button.removeAttribute("aria-busy"), 8000);
    }
    if (open) { dock(open, id); if (open === "incident" || open === "unit") lookAt(open, id); }
    if (what) set("console-order", { data: { ...JSON.parse(what), n: ++orders } });
    if (dialog) set(dialog, { opened: true });
    if (focus) lookAt(focus, id);
    if (join) set("call-join", { data: { incident: join, n: ++orders } });
    if (button.dataset.callAt) { closePoint(); takeCallAt(JSON.parse(button.dataset.callAt)); }
    if (button.dataset.closePoint !== undefined) closePoint();
  }, true);
  window.cc.consoleOrder = (what) => set("console-order", { data: { ...what, n: ++orders } });
  const answeredOrder = () => document.querySelectorAll(".order[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));

  /* ---- the map looks where the officer looks, and back at the whole street afterwards ------------------------------ */
  let street = null;
  function lookAt(kind, id) {
    const map = window.cc?.map;
    if (!map) return;
    street = street || { center: map.getCenter(), zoom: map.getZoom() };
    window.cc.focus(kind, id);
  }
  function wholeStreet() {
    if (street && window.cc.map) window.cc.map.flyTo(street.center, street.zoom, { duration: 0.5 });
    street = null;
  }

  /* ---- the pin of the call being taken ----------------------------------------------------------------------------- */
  const pinned = (at, map, className) => L.marker(at, { icon: L.divIcon({ className, iconSize: [0, 0], html: "<b></b>" }), keyboard: false, interactive: false, zIndexOffset: 2000 }).addTo(map);
  const bringIntoView = (at, map) => { if (!map.getBounds().pad(-0.1).contains(at)) map.panTo(at, { animate: false }); };

  function movePin(place) {
    const map = window.cc?.map;
    if (!map?.addLayer || !window.L) return;
    if (!place) { pin?.remove(); pin = null; return; }
    const at = [place.lat, place.lon];
    if (pin) pin.setLatLng(at);
    else pin = pinned(at, map, "call-pin");
    bringIntoView(at, map);
  }

  /* ---- a point that is asked about: a small panel over the map says what is there (ui/console_point.py) ------------- */
  let pointPin = null, asksByKey = false;
  const pointBox = () => byId("console-point");
  const pointIsOpen = () => pointBox() && !pointBox().hidden;

  function ask({ lat, lon }) {                 // the point is marked at once, its panel follows
    pointPin?.remove();
    pointPin = pinned([lat, lon], window.cc.map, "point-pin");
    set("console-asked", { data: { lat, lon, n: ++orders } });
  }

  function askAt(place, { pan } = {}) {        // by keyboard: as if the map had been clicked there
    if (!window.cc.map) return;
    if (pan) bringIntoView([place.lat, place.lon], window.cc.map);
    asksByKey = kind() !== "call";
    if (asksByKey) ask(place);
    else set("map", { clickData: { latlng: { lat: place.lat, lng: place.lon }, n: ++orders } });
  }

  function closePoint() {
    const held = document.activeElement?.closest("#console-point");
    pointPin?.remove();
    pointPin = null;
    asksByKey = false;
    if (!pointIsOpen()) return;
    pointBox().hidden = true;
    set("console-point", { hidden: true });
    if (held) document.querySelector(".console-map .leaflet-container")?.focus({ preventScroll: true });
  }
  document.addEventListener("cc:mapclick", ({ detail }) => {      // while a call is being taken a click is the call's place
    asksByKey = false;
    if (onConsole() && kind() !== "call") ask(detail);
  });

  /* The docked unit's readings follow its fixes, which are no facts: the server draws nothing anew for them. */
  const measured = { speed: [3, "km/h"], battery: [5, "%"], accuracy: [7, "m"] };
  document.addEventListener("cc:positions", () => {
    for (const element of document.querySelectorAll("[data-fix-of]")) {
      const fix = cc.positions[element.dataset.fixOf], [at, unit] = measured[element.dataset.part] || [];
      if (!fix) continue;
      if (!unit) element.dataset.since = fix[6];
      else element.textContent = fix[at] === null ? "–" : `${unit === "m" ? "± " : ""}${Math.round(fix[at])} ${unit}`;
    }
  });

  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  /* ---- called by Dash ------------------------------------------------------------------------------------------------ */
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    desk: {
      show(panel) {
        const shown = panel?.kind || "idle";
        if (shown === "call" && !document.activeElement?.closest("#call-form")) requestAnimationFrame(() => requestAnimationFrame(beginTyping));
        movePin(shown === "call" ? held["call-place"] : null);
        if (shown === "call") closePoint();
        if (shown === "idle") wholeStreet();
        window.cc.emit("docked", { incident: shown === "incident" ? panel.id : null });
        const left = document.activeElement?.closest(".dock-view");
        if (left && left.dataset.kind !== shown) byId("console-dock").focus({ preventScroll: true });
        return [shown, shown === "incident" ? panel : window.dash_clientside.no_update];
      },
      /* Who asked by keyboard about a point of the map goes on from its panel. */
      pointed() {
        if (asksByKey) requestAnimationFrame(() => pointBox()?.querySelector("[data-first]")?.focus());
        asksByKey = false;
        return window.dash_clientside.no_update;
      },
      /* A crew card is shown for the unit it was drawn for, and nowhere else. */
      cardHidden(card, panel) { return !card || panel?.kind !== "unit" || panel.id !== card.unit; },
      /* A click on the map's signs: while a call is being taken a unit is ticked or unticked, otherwise it is opened. */
      picked(what, panel, units, offered) {
        const no = window.dash_clientside.no_update;
        if (!what || !what.kind) return [no, no];
        if (panel?.kind === "call" && what.kind === "unit") {
          if (!(offered || []).includes(what.id)) return [no, no];
          const ticked = units || [];
          return [no, ticked.includes(what.id) ? ticked.filter((id) => id !== what.id) : [...ticked, what.id]];
        }
        return [{ kind: what.kind, id: what.id, at: Date.now() }, no];
      },
      held(type, place) {
        held["call-type"] = type ?? null;
        held["call-place"] = place ?? null;
        if (kind() === "call") movePin(place);
        return [type && "type", place && "place"].filter(Boolean).join(" ");
      },
      reset() {
        held["call-type"] = held["call-place"] = null;
        movePin(null);
        return [newKey(), null, "", null, "", "", "", ""];
      },
      noted(noted, text) { return text === noted?.text ? "" : window.dash_clientside.no_update; },
      answered() { answeredOrder(); cc.answered(); return window.dash_clientside.no_update; },
      opened(clicks) {
        if (!clicks) return window.dash_clientside.no_update;
        setTimeout(() => openDialog()?.querySelector("[data-autofocus]")?.focus(), 120);
        return true;
      },
    },
  });
})();
