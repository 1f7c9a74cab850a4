/* Alarm sound: one rhythm per level, each at most two seconds, told apart without a musical ear.

   A page sounds only when it shows the sound key ([data-sound]); the key says whether the browser lets us.
   Unacknowledged I and II sound again every 30 s; mute lasts five minutes at most.
   From ten alarms in ten minutes on, more of the same kind, level and area come without a sound of their own.
   A task of a plan whose time runs out is told once: by the rhythm of level IV, and at the desk in words. */
(() => {
  const cc = (window.cc = window.cc || {});
  const REPEAT_MS = 30000, MUTE_MS = 300000, RUSH = 10, RUSH_MS = 600000;
  const ENDED = new Set(["closed", "false_alarm", "transferred", "merged"]);
  const RHYTHMS = {                // [frequency in Hz, start in s, length in s]
    I: [[880, 0, .14], [660, .18, .14], [880, .36, .14], [660, .54, .14], [880, .9, .14], [660, 1.08, .14], [880, 1.26, .14], [660, 1.44, .14]],
    II: [[740, 0, .22], [740, .3, .22], [740, .9, .22], [740, 1.2, .22]],
    III: [[560, 0, .3], [660, .4, .3]],
    IV: [[520, 0, .2]],
  };
  let audio = null, mutedUntil = 0, lastAt = 0;
  const started = Date.now();

  const unlock = () => {
    try { audio = audio || new AudioContext(); if (audio.state === "suspended") audio.resume().then(show, () => {}); } catch { audio = null; }
    show();
  };
  const key = () => document.querySelector("[data-sound]");
  const state = () => (!audio || audio.state !== "running" ? "off" : Date.now() < mutedUntil ? "muted" : "on");

  function play(level) {
    if (!key() || state() !== "on") return false;
    for (const [hertz, at, length] of RHYTHMS[level]) {
      const tone = audio.createOscillator(), volume = audio.createGain(), start = audio.currentTime + at;
      tone.type = "triangle"; tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(.35, start + .015);
      volume.gain.setValueAtTime(.35, start + length - .03);
      volume.gain.linearRampToValueAtTime(0, start + length);
      tone.connect(volume).connect(audio.destination);
      tone.start(start); tone.stop(start + length);
    }
    cc.emit("sound", { level });
    return true;
  }

  const unanswered = () => cc.rows("incident").filter(row => !row.acknowledged_at && !ENDED.has(row.status)).map(row => row.severity);
  const gravest = levels => ["I", "II", "III", "IV"].find(level => levels.includes(level));

  function show() {
    const box = key();
    if (!box || !cc.now) return;
    const now = state(), text = now === "muted" ? cc.say("sound_muted", { time: cc.length((mutedUntil - Date.now()) / 1000) }) : cc.say(now === "on" ? "sound_on" : "sound_off");
    const label = box.querySelector("[data-sound-state]");
    box.dataset.state = now;
    if (label && label.textContent !== text) label.textContent = text;
  }

  cc.sound = {
    RHYTHMS, state, play,
    seconds: level => Math.max(...RHYTHMS[level].map(([, at, length]) => at + length)),
    press: () => {                  // enable; then mute and unmute
      if (state() === "off") unlock();
      else mutedUntil = state() === "muted" ? 0 : Date.now() + MUTE_MS;
      show();
    },
  };

  document.addEventListener("cc:rows", ({ detail }) => {
    if (detail.snapshot || Date.now() - started < 1500) return;
    const fresh = detail.rows.filter(row => row.kind === "incident" && !row.gone && !row.acknowledged_at && row.status === "new" && !known.has(row.id));
    const level = gravest(newGroups(fresh).map(row => row.severity));
    if (level && play(level)) lastAt = Date.now();
  });
  let alarms = [];                 // of the last ten minutes: {at, group}
  const groupOf = row => [row.type, row.severity, row.area].join(" ");
  function newGroups(fresh) {
    alarms = alarms.filter(alarm => Date.now() - alarm.at < RUSH_MS);
    const loud = fresh.filter(row => alarms.length < RUSH || !alarms.some(alarm => alarm.group === groupOf(row)));
    alarms.push(...fresh.map(row => ({ at: Date.now(), group: groupOf(row) })));
    return loud;
  }
  const told = new Set();          // lines of the log that were told
  document.addEventListener("cc:entry", ({ detail: { entry } }) => {
    const { plan_id, step_zh, step_en } = entry.facts;
    if (entry.event !== "TaskOverdue" || told.has(entry.id) || Date.now() - started < 1500) return;
    told.add(entry.id);
    if (newGroups([{ type: "task", severity: "IV", area: plan_id }]).length) play("IV");
    if (document.querySelector(".wall")) return;      // the wall counts it beside its plan
    const message = cc.read({ zh: step_zh, en: step_en });
    cc.set("note", { sendNotifications: [{ action: "show", title: cc.say("task_overdue"), message, color: "red", autoClose: 20000, className: "toast toast-overdue" }] });
  });
  const known = new Set();
  document.addEventListener("cc:rows", ({ detail }) => detail.rows.forEach(row => row.kind === "incident" && known.add(row.id)));   // after the listener above
  document.addEventListener("cc:second", () => {
    if (!audio && key() && Date.now() - started >= 2000) unlock();     // a kiosk started with an autoplay policy needs no gesture, however late its page was drawn
    const level = gravest(unanswered().filter(each => each === "I" || each === "II"));
    if (level && Date.now() - lastAt >= REPEAT_MS && play(level)) lastAt = Date.now();
    show();
  });
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, event => { if (key() && !(event.target.closest && event.target.closest("[data-sound]"))) unlock(); }, { capture: true });
})();
