/* A sheet that is chosen goes to the centre as it is, with the order that its button names (data-choose-sheet, "sheet" by default); one that
   was looked at first is kept until a second button takes it over (data-take-sheet). Labels go to the printer. */
(() => {
  const cc = (window.cc = window.cc || {});
  const MOST_BYTES = 8 * 1024 * 1024;
  const base64 = (bytes) => { let text = ""; for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768)); return btoa(text); };

  let looked = null;               // the sheet that was chosen last

  async function book(file, act) {
    if (file.size > MOST_BYTES) return cc.set("note", { sendNotifications: [{ action: "show", title: cc.say("sheet_too_large"), message: "", color: "red", autoClose: false, className: "toast toast-refused" }] });
    looked = base64(new Uint8Array(await file.arrayBuffer()));
    cc.order({ act, raw: looked });
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-print]")) return print();
    const take = event.target.closest?.("[data-take-sheet]"), choose = event.target.closest?.("[data-choose-sheet]");
    if (take && looked) cc.order({ act: take.dataset.takeSheet, raw: looked });
    if (!choose) return;
    const input = Object.assign(document.createElement("input"), { type: "file", accept: ".xlsx", hidden: true });
    input.addEventListener("change", () => { if (input.files[0]) book(input.files[0], choose.dataset.chooseSheet || "sheet"); input.remove(); });
    document.body.append(input);
    input.click();
  });
})();
