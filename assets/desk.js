/* Pages of the desk (plans, warnings, reports, people, texts): addresses without a new document, forms, orders, the bar that asks for a word.

   The page is the element with data-desk="NAME" and data-path; its stores are NAME-at, NAME-filled, NAME-opened, NAME-order, NAME-answered.
   What buttons carry: data-go (an address), data-order (an order as JSON), data-ask (the same with a question), data-unfold (what to unfold),
   data-gone-at (the moment after which a key is gone), data-stay (who pressed it keeps the keyboard there), data-saves (the form is closed
   once it is saved). An order given from within a form takes the form along; the form #NAME-form is told to the server while a person types.
   Everything that matters is decided on the server; this file turns keys and presses into orders.

   A page may add its own: cc.places[NAME](query) reads its address, cc.backs[NAME]() is its Escape, cc.settles[NAME]() puts the keyboard,
   cc.fills[NAME]() gives fields of its form that are no inputs. */
(() => {
  const cc = (window.cc = window.cc || {});
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const byId = (id) => document.getElementById(id);
  const page = () => document.querySelector("[data-desk]");
  const name = () => page()?.dataset.desk;
  const part = (id) => byId(`${name()}-${id}`);
  const tellStore = (store, data) => set(`${name()}-${store}`, { data });
  const visible = (element) => element && element.checkVisibility();
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const TYPING_MS = 250, BUSY_MS = 8000, MORE = [1, 2];
  Object.assign(cc, { places: cc.places || {}, backs: cc.backs || {}, settles: cc.settles || {}, fills: cc.fills || {} });

  /* ---- addresses ------------------------------------------------------------------------------------------------- */
  let led = null;                  // where an answer has just led
  const tokenOf = (query) => [...query].map(([key, value]) => `${key}=${value}`).join("&");

  function formedBy(at) {          // what of an address the form belongs to: all of it, or what the page says
    const query = new URLSearchParams(at.search), names = page()?.dataset.formedBy?.split(" ");
    return JSON.stringify([at.pathname, names ? names.map((one) => query.get(one)) : tokenOf(query)]);
  }

  cc.go = (href) => {
    if (location.pathname + location.search === href) return;
    history.pushState({}, "", href);
    dispatchEvent(new CustomEvent("_dashprivate_pushstate"));      // dcc.Location listens to its own links only
  };

  function follow(link) {
    const list = link.closest("[data-lines]");
    list?.querySelectorAll("[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    if (list) link.setAttribute("aria-current", "true");      // answered at once, drawn a moment later
    cc.go(link.dataset.go);
  }

  cc.takeCall = () => {            // the console knows how: go there, then press its key
    cc.go("/console");
    const waiting = setInterval(() => {
      if (!byId("console-dock")) return;
      clearInterval(waiting);
      byId("console-open-call").click();
    }, 50);
  };

  /* ---- forms ----------------------------------------------------------------------------------------------------- */
  let typing = 0, pressKeys = {};
  const picks = (form) => Object.fromEntries([...form.querySelectorAll("[data-combo]")].filter((box) => box.dataset.picked).map((box) => [box.dataset.combo, box.dataset.picked]));
  const factsOf = (form) => form?.querySelector("[data-token]")?.dataset;
  const filled = (form) => ({ ...Object.fromEntries(new FormData(form)), ...picks(form), ...cc.fills[name()]?.(), ...factsOf(form), ...(isHeld(form) ? typed.facts : {}) });

  /* What a person typed is never drawn over. A text that others may save too (data-mark) is held over every redraw, also by an answer that was on
     its way when the first letter was typed, and keeps the version that it was begun from. Any other form is emptied by the order that took it
     along: what was typed after the press stays, in the form that the answer draws. */
  let typed = null;                // {token, facts: of the form when the first letter was typed, values: field -> text}
  let emptied = null;              // {token, taken: of the press whose answer empties the form, to: the token of the form that it draws}
  const isTyped = (form) => typed !== null && factsOf(form)?.token === typed.token;
  const isHeld = (form) => isTyped(form) && typed.facts.mark !== undefined;

  function noteTyped(form, field) {
    const facts = factsOf(form);
    if (!facts || !field.name) return;
    adopt(form);
    if (!isTyped(form)) typed = { token: facts.token, facts: { ...facts }, values: {} };
    typed.values[field.name] = field.value;
  }

  const typedSince = (press) => (typed?.token === press.token ? Object.fromEntries(Object.entries(typed.values).filter(([field, text]) => press.taken[field] !== text)) : {});

  function adopt(form) {           // the form that an answer led to is there: what was typed since the press goes on in it
    const facts = factsOf(form);
    if (!emptied || facts?.token !== emptied.to) return;
    const values = typedSince(emptied);
    typed = Object.keys(values).length ? { token: facts.token, facts: { ...facts }, values, isFresh: true } : null;
    emptied = null;
  }

  function keepTyped() {
    const form = part("form");
    if (form) adopt(form);
    if (!form || !isTyped(form) || !(isHeld(form) || typed.isFresh)) return;
    const fields = Object.entries(typed.values).map(([field, text]) => [form.elements.namedItem(field), text]);
    const lost = fields.filter(([field, text]) => field?.matches?.("input, textarea, select") && field.value !== text);
    for (const [field, text] of lost) if (field.id) set(field.id, { value: text }); else field.value = text;
    if (lost.length) setTimeout(cc.tellForm, 60);
  }
  const liveForm = (element) => { const form = element?.closest?.("[data-desk] form"); return form && form.id === `${name()}-form` ? form : null; };

  cc.tellForm = () => { clearTimeout(typing); const form = part("form"); if (form) tellStore("filled", filled(form)); };

  document.addEventListener("input", (event) => {
    const form = liveForm(event.target);
    if (!form) return;
    noteTyped(form, event.target);
    clearTimeout(typing);
    typing = setTimeout(cc.tellForm, event.target.matches("[type=radio],[type=checkbox]") ? 0 : TYPING_MS);
  });
  document.addEventListener("cc:chosen", () => { if (page()) setTimeout(cc.tellForm, 60); });      // once the box shows what was picked
  document.addEventListener("submit", (event) => { if (event.target.closest("[data-desk] form")) event.preventDefault(); });

  /* ---- orders ---------------------------------------------------------------------------------------------------- */
  let number = 0, asking = null, askKey = "", askedPhoto = null;
  const presses = new Map();       // key -> {form: its id, formed: what the address named, token and taken: of the form, saves}

  function give(order, more, form, saves) {
    const key = more?.key || (form ? (pressKeys[form.id] ??= newKey()) : newKey());      // a press that is repeated is the same press
    const own = part("form"), isOwn = form && form === own;
    presses.set(key, { form: form?.id, formed: formedBy(location), token: factsOf(own)?.token, taken: isOwn && isTyped(own) ? { ...typed.values } : {}, saves });
    tellStore("order", { ...order, ...(form ? { form: filled(form) } : {}), ...more, key, n: ++number });
  }
  cc.order = (order, more) => give(order, more);

  /* Where an answer leads goes who still has the form before them that the order was given from. */
  function goOn(key, go, press) {
    if (press && formedBy(location) !== press.formed) return;
    const to = new URL(go, location);
    if (press?.saves && Object.keys(typedSince(press)).length) {      // who wrote on while it was saved stays with the text
      to.search = location.search;
      to.searchParams.set("again", key);
    }
    emptied = press && formedBy(to) === press.formed ? { token: press.token, taken: press.taken, to: tokenOf(to.searchParams) } : null;
    led = to.search;
    cc.go(to.pathname + to.search);
  }

  function wait(button) {
    button.setAttribute("aria-busy", "true");
    setTimeout(() => button.removeAttribute("aria-busy"), BUSY_MS);
  }

  function ask(question, from) {
    asking = { ...question, from, form: from.closest("form")?.id };
    askKey = newKey();
    askedPhoto = null;
    part("ask").hidden = false;
    set(`${name()}-ask-title`, { children: question.title });
    set(`${name()}-ask-word`, { children: question.confirm });
    set(`${name()}-word`, { value: question.value, label: question.label });
    set(`${name()}-ask-life`, { checked: false });
    part("word").closest(".asked-word").hidden = question.kind === "none";
    part("ask-life-row").hidden = !question.life;
    part("ask-photo-row").hidden = !question.photo;
    part("ask-photo-row").querySelector("img")?.remove();
    for (const place of MORE) {
      const more = question.more?.[place - 1];
      part(`more-${place}-row`).hidden = !more;
      if (more) set(`${name()}-more-${place}`, { value: more.value, label: more.label });
    }
    part("word").type = question.secret ? "password" : "text";
    part("word").inputMode = question.kind === "number" ? "decimal" : "text";
    document.querySelectorAll(".asked").forEach((row) => row.classList.remove("asked"));
    from.closest(".task, .line")?.classList.add("asked");
    (question.kind === "none" ? part("ask-go") : part("word")).focus();
    setTimeout(() => question.kind !== "none" && part("word")?.select(), 30);
  }

  function answer() {
    if (!asking || part("ask-go").getAttribute("aria-busy") === "true") return;
    wait(part("ask-go"));
    const more = Object.fromEntries((asking.more || []).map((field, place) => [field.name, part(`more-${place + 1}`).value]));
    give(asking.order, { ...more, word: part("word").value, life: part("ask-life").checked, photo: askedPhoto, key: askKey }, asking.form && byId(asking.form));
  }

  function closeAsk() {
    const from = asking?.from;
    asking = null;
    if (part("ask")) part("ask").hidden = true;
    document.querySelectorAll(".asked").forEach((row) => row.classList.remove("asked"));
    if (from?.isConnected) from.focus(); else [...(page()?.querySelectorAll(".scroll[tabindex]") || [])].find(visible)?.focus({ preventScroll: true });
  }

  async function askForPhoto() {
    const photo = await cc.takePhoto();
    if (!photo || !asking) return;
    askedPhoto = photo;
    part("ask-photo-row").querySelector("img")?.remove();
    part("ask-photo-row").append(cc.thumbnail(photo));
    part("ask-go").focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button, a[data-go]");
    if (!button || button.disabled) return;
    const { go, order, ask: question, unfold } = button.dataset;
    if (go && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); follow(button); return; }
    if (!button.closest("[data-desk]")) return;
    if (button.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
    if (order) { if (button.classList.contains("order")) wait(button); give(JSON.parse(order), null, button.closest("form"), button.dataset.saves !== undefined); }
    if (question) ask(JSON.parse(question), button);
    if (unfold) tellStore("opened", button.getAttribute("aria-expanded") === "true" ? null : unfold);
    if (button === part("ask-go")) answer();
    if (button === part("ask-cancel")) closeAsk();
    if (button === part("ask-photo")) askForPhoto();
    if (button.dataset.takeCall !== undefined) cc.takeCall();
  });

  /* ---- a box that narrows lists: data-filter names them; what a line answers to is console.js's to say ---- */
  function narrow(box) {
    const list = byId(box.dataset.filter), wanted = box.value.trim();
    if (!list) return;
    for (const line of list.querySelectorAll("[data-search]")) line.hidden = !cc.answersTo(line, wanted);
    if (wanted) for (const details of list.querySelectorAll("details:not([open])")) if (details.querySelector("[data-search]:not([hidden])")) { folds.set(details.dataset.fold, true); details.open = true; }
  }
  document.addEventListener("input", (event) => { if (event.target.dataset?.filter) narrow(event.target); });

  /* ---- keys ------------------------------------------------------------------------------------------------------ */
  function back() {
    if (asking) return closeAsk();
    const typed = document.activeElement?.closest("[data-desk] form") && document.activeElement.matches("input, textarea, select");
    if (cc.backs[name()]) return cc.backs[name()]();
    if (typed) return page().focus();                            // the first Escape leaves the field, the second the page
    cc.go(location.search ? page().dataset.path : "/console");
  }

  function mainAction() {
    if (asking) return answer();
    const own = document.activeElement?.closest("[data-desk] form");      // who writes in a form means that form
    const ready = (button) => visible(button) && !button.disabled;
    ([...(own?.querySelectorAll("[data-main]") || [])].find(ready) || [...page().querySelectorAll("[data-main]")].find(ready))?.click();
  }

  const KEYS = { F2: () => cc.takeCall(), F6: () => cc.go("/roads"), F7: () => cc.go("/warnings"), F9: () => name() === "plans" || cc.go("/plans") };

  addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || !page()) return;
    if (cc.photoIsOpen?.()) return;
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
    if (event.ctrlKey && event.key === "Enter") { event.preventDefault(); if (!event.repeat) mainAction(); }
    else if (event.key === "Enter" && event.target.closest?.(".ask-bar") && event.target.matches("input")) { event.preventDefault(); if (!event.repeat) answer(); }
    else if (event.key === "Escape") { event.preventDefault(); back(); }
    else if (plain && KEYS[event.key]) { event.preventDefault(); if (!event.repeat) KEYS[event.key](); }
  }, true);

  /* ---- what is drawn anew keeps what the person at the keyboard had: the place of the focus, and what was unfolded ---- */
  const folds = new Map();
  let focused = null;              // attributes that find the same button again
  const MARKS = ["data-order", "data-ask", "data-unfold", "data-group-choice", "data-plan", "data-go"];

  document.addEventListener("click", (event) => {
    const details = event.target.closest?.("[data-desk] summary")?.parentNode;
    if (details) folds.set(details.dataset.fold, !details.open);
  });
  document.addEventListener("focusin", ({ target }) => {
    if (!target.closest?.("[data-desk]")) { focused = null; return; }
    const marks = MARKS.filter((mark) => target.hasAttribute(mark));
    focused = target.id ? "#" + CSS.escape(target.id) : marks.length ? marks.map((mark) => `[${mark}="${CSS.escape(target.getAttribute(mark))}"]`).join("") : null;
  });

  function choose() {              // lists that the browser keeps: chosen once for every address and every proposal of the server
    for (const list of document.querySelectorAll("[data-desk] select[data-for]")) {
      if (list.dataset.set === list.dataset.for) continue;
      list.dataset.set = list.dataset.for;
      list.value = list.dataset.chosen;
    }
  }

  function keep() {
    choose();
    keepTyped();
    document.querySelectorAll("[data-desk] [data-filter]").forEach((box) => { if (box.value) narrow(box); });
    for (const details of document.querySelectorAll("[data-desk] details[data-fold]")) {
      const open = folds.get(details.dataset.fold);
      if (open !== undefined && details.open !== open) details.open = open;
    }
    if (focused && document.activeElement === document.body) page().querySelector(focused)?.focus({ preventScroll: true });
  }

  const unfolded = new Set();      // paper has no folds
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("[data-desk] details:not([open])")) { details.open = true; unfolded.add(details); }
  });
  addEventListener("afterprint", () => {
    for (const details of unfolded) details.open = false;
    unfolded.clear();
  });

  new MutationObserver((records) => {
    if (page() && records.some((record) => [...record.addedNodes].some((node) => node.nodeType === 1))) keep();
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("cc:second", () => {
    document.querySelectorAll("[data-gone-at]").forEach((key) => { key.hidden = Date.parse(key.dataset.goneAt) <= cc.now(); });
  });

  /* ---- called by Dash -------------------------------------------------------------------------------------------- */
  const plainPlace = (query) => Object.fromEntries(query);
  let settled = null, formed = null;

  function settle() {              // the keyboard stands where the next decision is
    if (cc.settles[name()]) return cc.settles[name()]();
    const first = [...(page()?.querySelectorAll("[data-first]") || [])].map((one) => (one.matches("input, textarea, button") ? one : one.querySelector("input, textarea, button"))).find(visible);
    if (first && !document.activeElement?.closest("form, [data-stay]")) first.focus({ preventScroll: true });
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    desk_page: {
      at(search, pathname, held) {
        const no = window.dash_clientside.no_update;
        if (page()?.dataset.path !== pathname) { settled = null; return [no, no]; }
        const query = new URLSearchParams(search), at = (cc.places[name()] || plainPlace)(query);
        at.token = tokenOf(query);
        if (asking && search !== led) closeAsk();
        if (formed !== formedBy(location)) pressKeys = {};
        [formed, led] = [formedBy(location), null];
        if (held?.token !== at.token) page().querySelectorAll("[data-combo]").forEach((box) => delete box.dataset.picked);
        return [held?.token === at.token ? no : at, at.view || ""];
      },
      drawn(seen, at) {
        const moved = at.token !== settled;
        settled = at.token;
        requestAnimationFrame(() => requestAnimationFrame(() => { choose(); keepTyped(); if (typed) typed.isFresh = false; if (moved) settle(); }));
        return at.token || "-";
      },
      answered(told) {
        document.querySelectorAll("[data-desk] .order[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
        const press = presses.get(told?.key);
        presses.delete(told?.key);
        if (told?.ok) {
          if (press?.form && pressKeys[press.form] === told.key) delete pressKeys[press.form];
          if (asking && askKey === told.key) {
            if (asking.secret) { tellStore("order", null); set(`${name()}-word`, { value: "" }); }      // a secret does not stay in the page
            closeAsk();
          }
        }
        cc.answered();
        if (told?.go) goOn(told.key, told.go, press);
        return told?.at;
      },
    },
  });
})();
