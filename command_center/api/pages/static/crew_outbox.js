/* The outbox: taps wait in the phone's IndexedDB until the center has taken them, in order, each exactly once (its key sees to that).
   Used by the page and by the service worker, so that waiting taps also leave when the page is closed. */
self.outbox = (() => {
  const opened = new Promise((resolve, reject) => {
    const asked = indexedDB.open("crew-card", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("taps", { keyPath: "order", autoIncrement: true });
      asked.result.createObjectStore("seen");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

  async function stored(name, mode, act) {
    const transaction = (await opened).transaction(name, mode);
    const asked = act(transaction.objectStore(name));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  const taps = () => stored("taps", "readonly", store => store.getAll());
  const drop = order => stored("taps", "readwrite", store => store.delete(order));
  const remember = (key, value) => stored("seen", "readwrite", store => store.put(value, key));
  const recall = key => stored("seen", "readonly", store => store.get(key));

  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("");

  function put(assignment, status, reason, lang) {
    const tap = { assignment, status, reason, lang, at: new Date().toISOString(), key: newKey() };
    return stored("taps", "readwrite", store => store.add(tap));
  }

  /* Send what waits. Returns {sent, refused: [title], stopped: "" | "network" | "sign_in"}. */
  async function send() {
    const told = { sent: 0, refused: [], stopped: "" };
    for (const tap of await taps()) {
      if (navigator.onLine === false) return { ...told, stopped: "network" };
      let answer;
      try {
        answer = await fetch(`/api/v1/assignments/${tap.assignment}/status`, {
          method: "POST",
          headers: { "Content-Type": "application/json", "Idempotency-Key": tap.key, "Accept-Language": tap.lang },
          body: JSON.stringify({ status: tap.status, reason: tap.reason, at: tap.at }),
        });
      } catch { return { ...told, stopped: "network" }; }
      if (answer.status === 401) return { ...told, stopped: "sign_in" };
      if (answer.status === 429 || answer.status >= 500) return { ...told, stopped: "network" };
      if (!answer.ok) told.refused.push((await answer.json().catch(() => ({}))).title || String(answer.status));
      await drop(tap.order);
      told.sent += 1;
    }
    return told;
  }

  let running = null;
  const flush = () => (running ||= send().finally(() => { running = null; }));

  return { put, taps, flush, remember, recall };
})();
