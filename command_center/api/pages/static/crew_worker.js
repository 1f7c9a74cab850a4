/* Keeps the card's own files, so that it opens without network, and sends waiting taps when the network is back. */
importScripts("/api/static/crew_outbox.js");

const SHELF = "crew-card-2";
const FILES = [
  "/api/static/crew_card.css", "/api/static/crew_card.js", "/api/static/crew_board.js", "/api/static/crew_position.js",
  "/api/static/crew_outbox.js", "/assets/theme.css", "/assets/favicon.svg",
];
const FONTS = "/assets/fonts/"; // only fetched by a phone without Chinese letters of its own

self.addEventListener("install", event => event.waitUntil(fill().then(() => self.skipWaiting())));
self.addEventListener("activate", event => event.waitUntil(tidy().then(() => self.clients.claim())));

async function fill() {
  const shelf = await caches.open(SHELF);
  await shelf.addAll(FILES);
  const page = await fetch("/m", { credentials: "same-origin" });
  if (page.ok && !page.redirected) await shelf.put("/m", page);
}

async function tidy() {
  for (const name of await caches.keys()) if (name !== SHELF) await caches.delete(name);
}

self.addEventListener("fetch", event => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname === "/m" || FILES.includes(url.pathname) || url.pathname.startsWith(FONTS)) event.respondWith(freshOrKept(event.request, url.pathname));
});

/* The network first, so that a new version and a new language show at once; the shelf when there is none. */
async function freshOrKept(request, path) {
  const shelf = await caches.open(SHELF);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected && answer.type === "basic") await shelf.put(path, answer.clone());
    return answer;
  } catch (problem) {
    const kept = await shelf.match(path);
    if (kept) return kept;
    throw problem;
  }
}

self.addEventListener("sync", event => { if (event.tag === "taps") event.waitUntil(outbox.flush()); });
