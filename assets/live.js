/* The live board of this screen: one EventSource, rows kept by id and version, a watchdog that never trusts an open socket.

   cc.get(kind, id), cc.rows(kind)   rows on the board, tombstones left out
   cc.positions                      unit id -> [id, lat, lon, speed_kmh, heading_deg, battery_pct, at, accuracy_m]
   cc.now()                          the server's clock, in milliseconds; a drill's runs faster than this machine's (cc.speed)
   cc.read({zh, en}), cc.say(key)    a text of the board, a sentence of the scripts, in the language of the page
   events on document                cc:rows {rows, snapshot}, cc:positions, cc:entry {entry}, cc:circle {figures}, cc:link {state}, cc:second
   Ordinary server callbacks learn of new facts through the store "facts" {stream, n}, at most every 100 ms. */
(() => {
  const cc = (window.cc = window.cc || {});
  const AMBER_MS = 3000, RED_MS = 10000, TELL_MS = 100, STILL_MS = 30000, PULSE_MS = 10000, PROBE_MS = 2000, DEAF_MS = 6000;
  const held = { unit: new Map(), incident: new Map(), assignment: new Map(), job: new Map() };
  let source = null, lastId = "", heardAt = 0, toldAt = 0, tellTimer = 0, probedAt = 0, probing = false, count = 0, state = "";
  let clock = { read: Date.now(), at: Date.now() };   // what the server's clock read, and this machine's moment then

  Object.assign(cc, {
    positions: {}, entries: [], degraded: [], dataAt: null, speed: 1,
    now: () => clock.read + (Date.now() - clock.at) * cc.speed,
    get: (kind, id) => { const row = held[kind] && held[kind].get(String(id)); return row && !row.gone ? row : null; },
    rows: kind => [...(held[kind] || new Map()).values()].filter(row => !row.gone),
    emit: (name, detail) => document.dispatchEvent(new CustomEvent("cc:" + name, { detail })),
    on: (name, act) => document.addEventListener("cc:" + name, event => act(event.detail || {})),
    set: (id, props) => { if (window.dash_clientside && dash_clientside.set_props && document.getElementById("page")) dash_clientside.set_props(id, props); },
    lang: () => (document.documentElement.lang === "en" ? "en" : "zh"),
    read: text => (text ? text[cc.lang()] || text.zh || "" : ""),
    say: (key, names) => {
      const box = document.getElementById("cc-words");
      if (!cc.words && box) cc.words = JSON.parse(box.dataset.words);
      return ((cc.words || {})[key] || key).replace(/%\((\w+)\)s/g, (_, name) => (names || {})[name]);
    },
  });

  cc.upsert = rows => rows.filter(row => {
    const kind = (held[row.kind] = held[row.kind] || new Map()), old = kind.get(String(row.id));
    if (old && old.version >= row.version) return false;
    kind.set(String(row.id), row);
    return true;
  });

  function takeSnapshot(board) {
    for (const kind of Object.values(held)) kind.clear();
    cc.upsert(board.rows);
    lastId = board.stream || "";
    cc.entries = (board.entries || []).slice();
    cc.positions = {};
    for (const fix of (board.positions || {}).v || []) cc.positions[fix[0]] = fix;
    hear(board.now, board.speed);
    cc.emit("rows", { rows: board.rows, snapshot: true });
    cc.emit("positions", {});
    tell();
  }

  function hear(at, speed) {       // any message proves that the line is alive; those with a time set the clock
    heardAt = Date.now();
    if (speed) cc.speed = speed;
    if (at) { cc.dataAt = at; clock = { read: Date.parse(at), at: heardAt }; }
  }

  function tell() {                // leading and trailing edge: the first fact of a burst is on screen at once
    clearTimeout(tellTimer);
    const wait = toldAt + TELL_MS - Date.now();
    if (wait > 0) { tellTimer = setTimeout(tell, wait); return; }
    toldAt = Date.now();
    cc.set("facts", { data: { stream: lastId, n: ++count } });
  }

  const listeners = {
    facts: event => {
      hear();
      if (event.lastEventId) lastId = event.lastEventId;
      const fact = JSON.parse(event.data), changed = cc.upsert(fact.rows || []);
      if (changed.length) cc.emit("rows", { rows: changed, snapshot: false });
      if (fact.entry) { cc.entries = [...cc.entries, fact.entry].slice(-100); cc.emit("entry", { entry: fact.entry }); }
      tell();
    },
    positions: event => {
      const frame = JSON.parse(event.data);
      hear();
      for (const fix of frame.v) cc.positions[fix[0]] = fix;
      cc.emit("positions", { moved: frame.v });
    },
    coverage: event => { hear(); cc.emit("circle", { figures: JSON.parse(event.data) }); tell(); },
    beat: event => {
      const beat = JSON.parse(event.data);
      hear(beat.at, beat.speed);
      cc.degraded = beat.degraded || [];
      if (Date.now() - toldAt > STILL_MS) tell();          // what is late is late by the clock alone, also where nothing happens
    },
    reset: () => { hear(); probe(true); },
  };

  function connect() {
    if (source) source.close();
    source = new EventSource("/api/v1/stream" + (lastId ? "?last=" + encodeURIComponent(lastId) : ""));
    for (const [name, listen] of Object.entries(listeners)) source.addEventListener(name, listen);
  }

  async function probe(force) {    // ask for the board; only an answer opens a new stream
    if (probing || (!force && Date.now() - probedAt < PROBE_MS)) return;
    probing = true; probedAt = Date.now();
    try {
      const answer = await fetch("/api/v1/board", { cache: "no-store", signal: AbortSignal.timeout(4000) });
      if (answer.status === 401) { signIn(); return; }
      if (answer.ok) { takeSnapshot(await answer.json()); connect(); }
    } catch (error) {
      if (error instanceof SyntaxError) throw error;   // not the network: a board that cannot be read is a bug
    } finally { probing = false; }
  }

  function signIn() {
    if (cc.leaving || !document.querySelector("[data-page]") || document.querySelector("[data-page=notice]")) return;
    cc.leaving = true;
    location.assign("/sign-in?next=" + encodeURIComponent(location.pathname + location.search));
  }

  function watch() {
    const quiet = heardAt ? Date.now() - heardAt : 0;
    const next = !heardAt ? "starting" : quiet > RED_MS ? "red" : quiet > AMBER_MS ? "amber" : "live";
    if (!document.getElementById("page")) return;
    if (!source || source.readyState === EventSource.CLOSED || quiet > DEAF_MS) probe(false);
    if (next !== state) { state = next; document.body.dataset.link = state; cc.emit("link", { state }); }
    cc.quietMs = quiet;
    if (state === "live" && Date.now() - toldAt > PULSE_MS) tell();   // figures that change with time alone
    cc.emit("second", {});
  }

  cc.link = () => state;
  cc.start = () => { if (!cc.timer) { cc.timer = setInterval(watch, 1000); watch(); } };
  cc.refresh = () => probe(true);
  cc.answered = () => { if (cc.degraded.includes("redis")) tell(); };   // no fact will come of the order just given: look for oneself
  const ready = setInterval(() => { if (document.getElementById("page")) { clearInterval(ready); cc.start(); } }, 30);
})();
