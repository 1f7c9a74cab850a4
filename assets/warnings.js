/* Warnings: a file that is dropped or chosen. CAP and Atom go to the centre as they are; any other text goes into the paste box, whatever
   it is written in (UTF-8, UTF-16, GB18030). */
(() => {
  const cc = (window.cc = window.cc || {});
  const MOST_BYTES = 1024 * 1024, LESS_THAN = 0x3c;
  const page = () => document.getElementById("warnings");
  const zone = (event) => (page() ? event.target.closest?.("#warnings .take-in") : null);

  function decoded(bytes) {
    const [a, b] = bytes;
    if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return new TextDecoder(a === 0xff ? "utf-16le" : "utf-16be").decode(bytes);
    try { return new TextDecoder("utf-8", { fatal: true }).decode(bytes); } catch { return new TextDecoder("gb18030").decode(bytes); }
  }

  const base64 = (bytes) => { let text = ""; for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768)); return btoa(text); };
  const tooLarge = () => cc.set("note", { sendNotifications: [{ action: "show", title: cc.say("file_too_large"), message: "", color: "red", autoClose: false, className: "toast toast-refused" }] });

  async function take(file) {
    if (file.size > MOST_BYTES) return tooLarge();
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (bytes.subarray(0, 8).includes(LESS_THAN)) return cc.order({ act: "take_file", raw: base64(bytes) });
    if (!document.querySelector("#warnings [data-drop]")) cc.go("/warnings");
    const waiting = setInterval(() => {          // until the form for texts stands
      if (!document.querySelector("#warnings [data-drop]")) return;
      clearInterval(waiting);
      cc.set("warnings-text", { value: decoded(bytes) });
      setTimeout(cc.tellForm, 60);
    }, 50);
  }

  document.addEventListener("dragover", (event) => { const box = zone(event); if (box) { event.preventDefault(); box.classList.add("dragged"); } });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget?.closest?.(".take-in")) page()?.querySelector(".take-in")?.classList.remove("dragged"); });
  document.addEventListener("drop", (event) => {
    const box = zone(event), file = event.dataTransfer?.files?.[0];
    box?.classList.remove("dragged");
    if (!box || !file) return;
    event.preventDefault();
    take(file);
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-choose-file]")) return;
    const input = Object.assign(document.createElement("input"), { type: "file", accept: ".xml,.cap,.txt,application/xml,text/xml,text/plain", hidden: true });
    input.addEventListener("change", () => { if (input.files[0]) take(input.files[0]); input.remove(); });
    document.body.append(input);
    input.click();
  });
})();
