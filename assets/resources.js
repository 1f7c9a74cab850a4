/* Depots: a counting sheet that is chosen goes to the centre as it is; labels go to the printer. */
(() => {
  const cc = (window.cc = window.cc || {});
  const MOST_BYTES = 8 * 1024 * 1024;
  const base64 = (bytes) => { let text = ""; for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768)); return btoa(text); };

  async function book(file) {
    if (file.size > MOST_BYTES) return cc.set("note", { sendNotifications: [{ action: "show", title: cc.say("sheet_too_large"), message: "", color: "red", autoClose: false, className: "toast toast-refused" }] });
    cc.order({ act: "sheet", raw: base64(new Uint8Array(await file.arrayBuffer())) });
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-print]")) return print();
    if (!event.target.closest?.("[data-choose-sheet]")) return;
    const input = Object.assign(document.createElement("input"), { type: "file", accept: ".xlsx", hidden: true });
    input.addEventListener("change", () => { if (input.files[0]) book(input.files[0]); input.remove(); });
    document.body.append(input);
    input.click();
  });
})();
