/* Plans: what only this page has. Addresses, orders and the bar that asks for a word are those of every page of the desk (desk.js).

   What buttons carry besides: data-group-choice, data-fill (a text for a field of the form, with data-variant), data-unit-choice (a vehicle
   that is ticked), data-units-offered (ticks as the centre offers them). */
(() => {
  const cc = (window.cc = window.cc || {});
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const byId = (id) => document.getElementById(id);
  const page = () => byId("plans");
  const view = () => page()?.dataset.view;
  const visible = (element) => element && element.checkVisibility();

  const NAMES = ["plan", "activation", "incident", "level", "variant", "reason", "exercise", "to"];
  cc.places.plans = (query) => {
    const at = Object.fromEntries(NAMES.map((name) => [name, query.get(name)]));
    return { ...at, view: at.activation ? "board" : at.plan ? "preview" : "cards" };
  };

  function fill(name, text) {
    set("plans-" + name, { value: text });
    setTimeout(cc.tellForm, 30);
    byId("plans-" + name)?.focus();
  }

  /* vehicles as a person ticked them at this address; what is not on offer any more is not ordered */
  let choice = null;               // {token, units}; null: as the centre offers them
  const boxes = () => [...document.querySelectorAll("[data-unit-choice]")];
  const token = () => document.querySelector("#plans-form [data-token]")?.dataset.token;

  function tick(box) {
    const unit = box.dataset.unitChoice;
    if (choice?.token !== token()) choice = { token: token(), units: new Set(boxes().filter((one) => one.ariaChecked === "true").map((one) => one.dataset.unitChoice)) };
    if (!choice.units.delete(unit)) choice.units.add(unit);
    box.setAttribute("aria-checked", String(choice.units.has(unit)));      // answered at once, drawn a moment later
    cc.tellForm();
  }
  cc.fills.plans = () => (choice && choice.token === token() ? { units: boxes().map((one) => one.dataset.unitChoice).filter((unit) => choice.units.has(unit)).join(" ") } : {});

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button || button.disabled || !page()) return;
    const { groupChoice, fill: field, variant, unitChoice, unitsOffered } = button.dataset;
    if (unitChoice) tick(button);
    if (unitsOffered !== undefined) { choice = null; cc.tellForm(); }
    if (groupChoice !== undefined) set("plans-group", { data: groupChoice });
    if (variant) document.querySelector(`#plans-form input[name="variant"][value="${CSS.escape(variant)}"]`)?.click();
    if (field) fill(field, button.textContent.trim());
  });

  /* ---- keys ------------------------------------------------------------------------------------------------------ */
  const lines = () => [...document.querySelectorAll(".plan-line, .plan-lines .plan-card")].filter(visible);

  function step(by) {
    const all = lines(), at = all.indexOf(document.activeElement);
    all[Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
  }

  cc.backs.plans = () => {          // by the address: what is drawn may be a press behind
    const at = new URLSearchParams(location.search);
    if (!at.has("plan") && !at.has("activation")) return cc.go("/console");
    const plan = document.querySelector(".plan-line[aria-current]")?.dataset.plan;
    cc.go("/plans");
    document.querySelector(`.plan-line[data-plan="${plan}"]`)?.focus();
  };

  addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const onLine = document.activeElement?.matches?.(".plan-line, .plan-card");
    if (onLine && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); step(event.key === "ArrowDown" ? 1 : -1); }
    else if (page() && event.key === "F9") (document.querySelector(".plan-line[aria-current]") || lines()[0])?.focus();
  }, true);

  new MutationObserver(() => {
    const list = document.querySelector(".plan-lines");      // the choice of the console: its first plan has the keyboard at once
    if (!list || list.dataset.seen || !visible(list)) return;
    list.dataset.seen = "1";
    setTimeout(() => lines()[0]?.focus(), 60);
  }).observe(document.documentElement, { childList: true, subtree: true });

  cc.settles.plans = () => {       // the keyboard stands where the next decision is
    if (view() === "preview" && !document.activeElement?.closest("#plans-form")) byId("plans-fields")?.querySelector("input:checked")?.focus({ preventScroll: true });
    if (view() === "board" && !document.activeElement?.closest(".plans-board")) byId("plans-board-head")?.focus({ preventScroll: true });
  };

  /* ---- what ticks ------------------------------------------------------------------------------------------------ */
  document.addEventListener("cc:second", () => {
    document.querySelectorAll("[data-axis-start]").forEach((axis) => {
      const minutes = (cc.now() - Date.parse(axis.dataset.axisStart)) / 60000;
      axis.style.setProperty("--now", (Math.sqrt(Math.min(1, Math.max(0, minutes / Number(axis.dataset.axisMin)))) * 100).toFixed(2) + "%");
    });
  });
})();
