/* What this phone knows: its unit, its order and the incident, by id and version, from the board and then the stream. The last state is
   kept on the phone, so that a card opened without network still shows the job. */
self.crewBoard = (unitId, changed) => {
  const DEAF_MS = 8000;
  const rows = new Map();
  let stream = "", source = null, heardAt = 0;
  let clock = { read: Date.now(), at: Date.now(), speed: 1 };   // the center's clock, which in a drill runs faster than the phone's

  const wanted = row => (row.kind === "unit" && row.id === unitId) || (row.kind === "assignment" && row.unit_id === unitId) || row.kind === "incident" || row.kind === "roll_call";

  function take(incoming) {
    for (const row of incoming.filter(wanted)) {
      const held = rows.get(row.kind + row.id);
      if (!held || row.version > held.version) rows.set(row.kind + row.id, row);
    }
    keep();
    changed();
  }

  const ofKind = kind => [...rows.values()].filter(row => row.kind === kind && !row.gone);

  function job() {
    const order = ofKind("assignment").find(row => row.unit_id === unitId);
    const incident = order && rows.get("incident" + order.incident_id);
    return order && incident ? { order, incident } : null;
  }

  /* The question that is open for this unit's station: {id, due_at, station, name, expected, on_duty}; null when nobody asks. */
  function rollCall() {
    const station = rows.get("unit" + unitId)?.station, call = ofKind("roll_call").at(-1);
    const line = call?.stations.find(one => one.station === station);
    return line ? { id: call.id, due_at: call.due_at, ...line } : null;
  }

  function keep() {
    const now = job();
    outbox.remember("board:" + unitId, { rows: now ? [now.order, now.incident] : [], stream }).catch(() => {});
  }

  const setClock = (at, speed) => { clock = { read: Date.parse(at), at: Date.now(), speed: speed || 1 }; };

  async function read() {
    const answer = await fetch("/api/v1/board", { cache: "no-store" });
    if (answer.status === 401) { location.reload(); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    const board = await answer.json();
    rows.clear();
    stream = board.stream;
    setClock(board.now, board.speed);
    take(board.rows);
    listen();
  }

  function listen() {
    source?.close();
    source = new EventSource(`/api/v1/stream?unit=${encodeURIComponent(unitId)}&last=${encodeURIComponent(stream)}`);
    source.addEventListener("facts", event => {
      heardAt = Date.now();
      stream = event.lastEventId || stream;
      take(JSON.parse(event.data).rows);
    });
    source.addEventListener("beat", event => {
      heardAt = Date.now();
      const beat = JSON.parse(event.data);
      setClock(beat.at, beat.speed);
    });
    source.addEventListener("reset", () => { heardAt = Date.now(); read().catch(() => {}); });
  }

  let reading = false;
  async function watch() {
    if (reading || navigator.onLine === false || (source && source.readyState !== EventSource.CLOSED && Date.now() - heardAt < DEAF_MS)) return;
    reading = true;
    try { await read(); heardAt = Date.now(); } catch { /* the next look tries again */ } finally { reading = false; }
  }

  async function start() {
    const kept = await outbox.recall("board:" + unitId).catch(() => null);
    if (kept) { take(kept.rows); }
    await watch();
    setInterval(watch, 1000);
  }

  return { start, job, rollCall, watch, quietMs: () => Date.now() - heardAt, now: () => clock.read + (Date.now() - clock.at) * clock.speed };
};
