/* Buttons that need no server: day and night, language, sign-out, try again; and the title of the page that is open. */
(() => {
  const cc = (window.cc = window.cc || {});
  const DAY_BEGINS_H = 7, DAY_ENDS_H = 19, YEAR_S = 31536000;
  const cookie = (name, value) => { document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR_S}; SameSite=Strict`; };
  const root = document.documentElement;

  const hour = () => Number(new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit" }).format(cc.now ? cc.now() : Date.now()));
  const byClock = () => (hour() >= DAY_BEGINS_H && hour() < DAY_ENDS_H ? "day" : "night");
  cc.theme = () => { const chosen = root.dataset.theme || "auto"; return chosen === "auto" ? byClock() : chosen; };
  const paint = () => {
    const scheme = cc.theme() === "day" ? "light" : "dark";
    if (root.dataset.mantineColorScheme !== scheme) { root.dataset.mantineColorScheme = scheme; cc.set("mantine", { forceColorScheme: scheme }); cc.emit("theme", {}); }
    document.querySelectorAll("[data-theme-name]").forEach(element => {
      const name = cc.say(cc.theme() === "day" ? "night" : "day");
      if (element.textContent !== name) element.textContent = name;   // the key names what it switches to
    });
  };

  const acts = {
    theme: () => {                  // the opposite of what is shown; what the clock would show anyway goes back to automatic
      const wanted = cc.theme() === "day" ? "night" : "day";
      root.dataset.theme = wanted === byClock() ? "auto" : wanted;
      cookie("theme", root.dataset.theme);
      paint();
    },
    lang: key => { cookie("lang", key.dataset.lang); location.reload(); },
    "sign-out": async () => { await fetch("/sign-out", { method: "POST" }); location.assign("/sign-in"); },
    reload: () => location.reload(),
    sound: () => cc.sound && cc.sound.press(),
  };
  document.addEventListener("click", event => {
    const key = event.target.closest && event.target.closest("[data-do]");
    if (key && acts[key.dataset.do]) acts[key.dataset.do](key);
  });

  const title = () => { const page = document.querySelector("[data-title]"); if (page && document.title !== page.dataset.title) document.title = page.dataset.title; };
  document.addEventListener("cc:second", () => { paint(); title(); });
})();
