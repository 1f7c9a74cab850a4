/* Plans: addresses without a new document, the form a person fills in, the bar that asks for a word, and the keyboard.

   What buttons carry: data-go (an address), data-order (an order as JSON), data-ask (the same with a question), data-notice (a message to
   unfold), data-group-choice, data-fill (a text for a field of the form, with data-variant), data-gone-at (the moment after which a key is gone).
   Everything that matters is decided on the server; this file turns keys and presses into orders. */
(() => {
  const cc = (window.cc = window.cc || {});
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const byId = (id) => document.getElementById(id);
  const page = () => byId("plans");
  const view = () => page()?.dataset.view;
  const visible = (element) => element && element.checkVisibility();
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const TYPING_MS = 250, BUSY_MS = 8000;

  /* ---- addresses ------------------------------------------------------------------------------------------------- */
  cc.go = (href) => {
    if (location.pathname + location.search === href) return;
    history.pushState({}, "", href);
    dispatchEvent(new CustomEvent("_dashprivate_pushstate"));      // dcc.Location listens to its own links only
  };

  function follow(link) {
    const list = link.closest(".plan-lines, .plans-list");
    list?.querySelectorAll("[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    if (link.matches(".plan-line")) link.setAttribute("aria-current", "true");      // answered at once, drawn a moment later
    cc.go(link.dataset.go);
  }

  function takeCall() {            // the console knows how: go there, then press its key
    cc.go("/console");
    const waiting = setInterval(() => {
      if (!byId("console-dock")) return;
      clearInterval(waiting);
      byId("console-open-call").click();
    }, 50);
  }

  const NAMES = ["plan", "activation", "incident", "level", "variant", "reason"];
  function placeOf(search) {
    const query = new URLSearchParams(search), at = {};
    for (const name of NAMES) at[name] = query.get(name);
    at.view = at.activation ? "board" : at.plan ? "preview" : "cards";
    at.token = [...query].map(([name, value]) => `${name}=${value}`).join("&");
    return at;
  }

  /* ---- the form -------------------------------------------------------------------------------------------------- */
  let typing = 0, pressKey = newKey();
  const token = () => byId("plans-fields")?.querySelector("[data-token]")?.dataset.token ?? "";
  const filled = () => ({ ...Object.fromEntries(new FormData(byId("plans-form"))), token: token() });
  const tell = () => { clearTimeout(typing); set("plans-filled", { data: filled() }); };

  document.addEventListener("input", (event) => {
    if (!event.target.closest?.("#plans-form")) return;
    clearTimeout(typing);
    typing = setTimeout(tell, event.target.matches("[type=radio],[type=checkbox]") ? 0 : TYPING_MS);
  });
  document.addEventListener("submit", (event) => { if (event.target.closest("#plans-form")) event.preventDefault(); });

  function fill(name, text) {
    set("plans-" + name, { value: text });
    setTimeout(tell, 30);
    byId("plans-" + name)?.focus();
  }

  /* ---- orders ---------------------------------------------------------------------------------------------------- */
  let number = 0, asking = null, askKey = "";

  function give(order, more) {
    const form = order.act === "activate" ? { form: filled() } : {};
    const key = order.act === "activate" ? pressKey : more?.key || newKey();
    set("plans-order", { data: { ...order, ...form, ...more, key, n: ++number } });
  }

  function wait(button) {
    button.setAttribute("aria-busy", "true");
    setTimeout(() => button.removeAttribute("aria-busy"), BUSY_MS);
  }

  function ask(question, from) {
    asking = { ...question, from };
    askKey = newKey();
    byId("plans-ask").hidden = false;
    set("plans-ask-title", { children: question.title });
    set("plans-ask-word", { children: question.confirm });
    set("plans-word", { value: question.value, label: question.label });
    set("plans-ask-life", { checked: false });
    byId("plans-ask-life-row").hidden = !question.life;
    byId("plans-word").inputMode = question.kind === "number" ? "decimal" : "text";
    document.querySelectorAll(".asked").forEach((row) => row.classList.remove("asked"));
    from.closest(".task")?.classList.add("asked");
    byId("plans-word").focus();
    setTimeout(() => byId("plans-word").select(), 30);
  }

  function answer() {
    if (!asking || byId("plans-ask-go").getAttribute("aria-busy") === "true") return;
    wait(byId("plans-ask-go"));
    give(asking.order, { word: byId("plans-word").value, life: byId("plans-ask-life").checked, key: askKey });
  }

  function closeAsk() {
    const from = asking?.from;
    asking = null;
    if (byId("plans-ask")) byId("plans-ask").hidden = true;
    document.querySelectorAll(".asked").forEach((row) => row.classList.remove("asked"));
    if (from?.isConnected) from.focus(); else byId("plans-tasks")?.closest(".scroll").focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button, a[data-go]");
    if (!button || button.disabled) return;
    const { go, order, ask: question, notice, groupChoice, fill: field, variant } = button.dataset;
    if (go && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); follow(button); return; }
    if (!page()) return;
    if (button.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
    if (order) { if (button.classList.contains("order")) wait(button); give(JSON.parse(order)); }
    if (question) ask(JSON.parse(question), button);
    if (notice) set("plans-notice", { data: button.getAttribute("aria-expanded") === "true" ? null : notice });
    if (groupChoice !== undefined) set("plans-group", { data: groupChoice });
    if (variant) document.querySelector(`#plans-form input[name="variant"][value="${CSS.escape(variant)}"]`)?.click();
    if (field) fill(field, button.textContent.trim());
    if (button.id === "plans-ask-go") answer();
    if (button.id === "plans-ask-cancel") closeAsk();
    if (button.id === "plans-take-call") takeCall();
  });

  /* ---- keys ------------------------------------------------------------------------------------------------------ */
  const lines = () => [...document.querySelectorAll(".plan-line, .plan-lines .plan-card")].filter(visible);

  function step(by) {
    const all = lines(), at = all.indexOf(document.activeElement);
    all[Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
  }

  function back() {
    if (asking) return closeAsk();
    if (view() === "cards") return cc.go("/console");
    const plan = document.querySelector(".plan-line[aria-current]")?.dataset.plan;
    cc.go("/plans");
    document.querySelector(`.plan-line[data-plan="${plan}"]`)?.focus();
  }

  function mainAction() {
    if (asking) return answer();
    [...document.querySelectorAll("#plans [data-main]")].find((button) => visible(button) && !button.disabled)?.click();
  }

  addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const onLine = document.activeElement?.matches?.(".plan-line, .plan-card");
    if (onLine && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); step(event.key === "ArrowDown" ? 1 : -1); return; }
    if (!page()) return;
    if (event.ctrlKey && event.key === "Enter") { event.preventDefault(); if (!event.repeat) mainAction(); }
    else if (event.key === "Enter" && event.target.id === "plans-word") { event.preventDefault(); if (!event.repeat) answer(); }
    else if (event.key === "Escape") { event.preventDefault(); back(); }
    else if (event.key === "F9") { event.preventDefault(); (document.querySelector(".plan-line[aria-current]") || lines()[0])?.focus(); }
    else if (event.key === "F2") { event.preventDefault(); takeCall(); }
  }, true);

  /* ---- what is drawn anew keeps what the person at the keyboard had: the place of the focus, and what was unfolded ---- */
  const folds = new Map();
  let focused = null;              // attributes that find the same button again

  document.addEventListener("click", (event) => {
    const details = event.target.closest?.("#plans summary")?.parentNode;
    if (details) folds.set(details.dataset.fold, !details.open);
  });
  document.addEventListener("focusin", ({ target }) => {
    if (!target.closest?.("#plans")) { focused = null; return; }
    const marks = ["data-order", "data-ask", "data-notice", "data-group-choice", "data-plan", "data-go"].filter((name) => target.hasAttribute(name));
    focused = target.id ? "#" + CSS.escape(target.id) : marks.length ? marks.map((name) => `[${name}="${CSS.escape(target.getAttribute(name))}"]`).join("") : null;
  });

  function keep() {
    for (const details of document.querySelectorAll("#plans details[data-fold]")) {
      const open = folds.get(details.dataset.fold);
      if (open !== undefined && details.open !== open) details.open = open;
    }
    if (focused && page() && document.activeElement === document.body) page().querySelector(focused)?.focus({ preventScroll: true });
  }

  new MutationObserver((records) => {
    if (!records.some((record) => [...record.addedNodes].some((node) => node.nodeType === 1))) return;
    if (page()) keep();
    const list = document.querySelector(".plan-lines");      // the choice of the console: its first plan has the keyboard at once
    if (!list || list.dataset.seen || !visible(list)) return;
    list.dataset.seen = "1";
    setTimeout(() => lines()[0]?.focus(), 60);
  }).observe(document.documentElement, { childList: true, subtree: true });

  /* ---- what ticks ------------------------------------------------------------------------------------------------ */
  document.addEventListener("cc:second", () => {
    document.querySelectorAll("[data-gone-at]").forEach((key) => { key.hidden = Date.parse(key.dataset.goneAt) <= cc.now(); });
    document.querySelectorAll("[data-axis-start]").forEach((axis) => {
      const minutes = (cc.now() - Date.parse(axis.dataset.axisStart)) / 60000;
      axis.style.setProperty("--now", (Math.sqrt(Math.min(1, Math.max(0, minutes / Number(axis.dataset.axisMin)))) * 100).toFixed(2) + "%");
    });
  });

  /* ---- called by Dash -------------------------------------------------------------------------------------------- */
  function settle() {              // the keyboard stands where the next decision is
    if (view() === "preview" && !document.activeElement?.closest("#plans-form")) byId("plans-fields")?.querySelector("input:checked")?.focus({ preventScroll: true });
    if (view() === "board" && !document.activeElement?.closest(".plans-board")) byId("plans-board-head")?.focus({ preventScroll: true });
  }

  let settled = null;
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    plans: {
      at(search, pathname, held) {
        const no = window.dash_clientside.no_update, at = placeOf(search);
        if (pathname !== "/plans") { settled = null; return [no, no]; }
        if (asking) closeAsk();
        pressKey = newKey();
        return [held?.token === at.token ? no : at, at.view];
      },
      drawn(seen, at) {
        if (at.token !== settled) { settled = at.token; requestAnimationFrame(() => requestAnimationFrame(settle)); }
        return at.token || "-";
      },
      answered(told) {
        document.querySelectorAll("#plans .order[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
        if (told?.ok) { pressKey = newKey(); if (asking) closeAsk(); }
        if (told?.go) cc.go(told.go);
        return told?.at;
      },
    },
  });
})();
