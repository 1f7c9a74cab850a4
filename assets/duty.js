/* Duty: what is asked of the log becomes an address, so that it can be kept, sent on and gone back from. */
(() => {
  const cc = (window.cc = window.cc || {});
  const KEPT = ["handover", "corrects"], WANTED = ["q", "from", "to", "part", "incident", "unit", "who"];
  const form = () => document.getElementById("duty-search-form");

  function search() {
    const here = new URLSearchParams(location.search), typed = new FormData(form()), query = new URLSearchParams({ tab: "log" });
    for (const name of KEPT) if (here.get(name)) query.set(name, here.get(name));
    for (const name of WANTED) {
      const value = String(typed.get(name) || "").trim();
      if (value) query.set(name, value);
    }
    cc.go(`/duty?${query}`);
  }

  document.addEventListener("submit", (event) => { if (event.target === form()) search(); });      // desk.js has kept the browser from sending it
  document.addEventListener("change", (event) => { if (form()?.contains(event.target)) search(); });
})();
