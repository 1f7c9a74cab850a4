/* Everything that ticks: lengths of time, the time of day, the data's own time, the banner of a lost line.

   data-since / data-until / data-stop / data-limit   see widgets.clock
   data-clock="time|date|data"                         the server's clock, and the moment of the last heartbeat
   data-blink-since                                    blinks until two minutes after that moment */
(() => {
  const cc = (window.cc = window.cc || {});
  const BLINK_MS = 120000, ZONE = "Asia/Shanghai";
  const two = number => String(number).padStart(2, "0");
  const daytime = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const dates = {};

  cc.length = seconds => {
    const sign = seconds < 0 ? "-" : "", s = Math.floor(Math.abs(seconds)), h = Math.floor(s / 3600);
    if (h >= 48) return `${sign}${Math.floor(h / 24)} d`;
    return h ? `${sign}${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${sign}${Math.floor(s / 60)}'${two(s % 60)}"`;
  };
  cc.timeOfDay = at => daytime.format(new Date(at));
  const dateOf = at => {
    const lang = document.documentElement.lang || "zh-CN";
    dates[lang] = dates[lang] || new Intl.DateTimeFormat(lang, { timeZone: ZONE, month: lang === "en" ? "short" : "long", day: "numeric", weekday: "short" });
    return dates[lang].format(new Date(at));
  };
  const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  function tickLength(element) {
    const { since, until, stop, limit } = element.dataset, now = cc.now();
    const seconds = until ? (Date.parse(until) - now) / 1000 : ((stop ? Date.parse(stop) : now) - Date.parse(since)) / 1000;
    write(element, cc.length(until ? seconds : Math.max(0, seconds)));
    if (!limit) return;
    const late = seconds > Number(limit), row = element.closest(".inc");
    element.classList.toggle("late", late);
    if (row) row.classList.toggle("overdue", late && !row.hasAttribute("data-settled"));
  }

  function tickBanner(state) {
    const bar = document.getElementById("link");
    if (!bar) return;
    const degraded = state === "live" && cc.degraded.length, seconds = Math.round((cc.quietMs || 0) / 1000);
    bar.dataset.state = state === "red" ? "red" : state === "amber" || degraded ? "amber" : "";
    if (state === "red") write(bar, cc.say("lost", { time: cc.length(seconds), at: cc.dataAt ? cc.timeOfDay(cc.dataAt) : "--:--:--" }));
    else if (state === "amber") write(bar, cc.say("quiet", { seconds }));
    else write(bar, degraded ? cc.degraded.map(part => cc.say(part)).join(" ") : "");
  }

  cc.tick = () => {
    if (!cc.now) return;
    const now = cc.now();
    document.querySelectorAll("[data-since],[data-until]").forEach(tickLength);
    document.querySelectorAll("[data-clock]").forEach(element => {
      const kind = element.dataset.clock;
      write(element, kind === "date" ? dateOf(now) : kind === "time" ? cc.timeOfDay(now) : cc.dataAt ? cc.timeOfDay(cc.dataAt) : "--:--:--");
    });
    document.querySelectorAll("[data-blink-since]").forEach(element => {
      element.classList.toggle("blinking", now - Date.parse(element.dataset.blinkSince) < BLINK_MS);
    });
    tickBanner(cc.link());
  };

  const begin = () => {
    cc.on("second", cc.tick);
    cc.on("link", cc.tick);
    new MutationObserver(records => {      // freshly drawn rows show their time at once, not a second later
      if (records.some(record => [...record.addedNodes].some(node => node.querySelector && (node.matches("[data-since],[data-until],[data-clock]") || node.querySelector("[data-since],[data-until],[data-clock]"))))) cc.tick();
    }).observe(document.body, { childList: true, subtree: true });
  };
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", begin) : setTimeout(begin);
})();
