/* Photos: taken from a file or a camera, made small enough, sent; shown as thumbnails that open large. Never on the wall: a display may not
   fetch them (api/photos.py), and nothing there draws one.

   data-photo="NAME" opens a photo large; data-add-photo='{"act": ...}' asks for one and gives that order with it. */
(() => {
  const cc = (window.cc = window.cc || {});
  const MOST_BYTES = 5 * 1024 * 1024, LONGEST_PX = 2560, KINDS = /^image\/(jpeg|png|webp)$/;
  const addressOf = (photo) => "/api/v1/photos/" + photo;

  function chosen() {              // the browser's own choice between files and, on a phone, the camera
    return new Promise((resolve) => {
      const input = Object.assign(document.createElement("input"), { type: "file", accept: "image/*", hidden: true });
      input.addEventListener("change", () => { resolve(input.files[0] || null); input.remove(); });
      input.addEventListener("cancel", () => { resolve(null); input.remove(); });
      document.body.append(input);
      input.click();
    });
  }

  async function fitting(file) {   // as it is where the centre takes it so; else drawn anew, upright and smaller
    if (file.size <= MOST_BYTES && KINDS.test(file.type)) return file;
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const share = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
    const canvas = new OffscreenCanvas(Math.round(picture.width * share), Math.round(picture.height * share));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
  }

  function tell(text) {
    const shown = { action: "show", title: cc.say("photo_failed"), message: text, color: "red", autoClose: false, className: "toast toast-refused" };
    cc.set("note", { sendNotifications: [shown] });
  }

  cc.takePhoto = async () => {     // its name in the centre; null when none was chosen, or it could not be taken
    const file = await chosen();
    if (!file) return null;
    try {
      const photo = await fitting(file);
      const answer = await fetch("/api/v1/photos", { method: "POST", body: photo, headers: { "Content-Type": photo.type } });
      const told = await answer.json();
      if (answer.ok) return told.photo;
      tell(told.title || "");
    } catch (error) { tell(error.message); }
    return null;
  };

  cc.thumbnail = (photo) => Object.assign(document.createElement("img"), { src: addressOf(photo), className: "thumb", alt: "" });

  /* ---- large ----------------------------------------------------------------------------------------------------- */
  const large = () => document.querySelector("dialog.photo-large");
  cc.photoIsOpen = () => Boolean(large()?.open);

  function open(photo, words, from) {
    const box = Object.assign(document.createElement("dialog"), { className: "photo-large" });
    const picture = Object.assign(document.createElement("img"), { src: addressOf(photo), alt: words });
    const close = Object.assign(document.createElement("button"), { type: "button", className: "key", textContent: cc.say("close") });
    const line = document.createElement("p");
    line.append(Object.assign(document.createElement("span"), { textContent: words }), close);
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", words);
    box.append(picture, line);
    box.addEventListener("close", () => { box.remove(); from.focus(); });
    box.addEventListener("click", (event) => { if (event.target === box || event.target === close) box.close(); });
    document.body.append(box);
    box.showModal();
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-photo], [data-add-photo]");
    if (!button) return;
    if (button.dataset.photo) return open(button.dataset.photo, button.title || "", button);
    const order = JSON.parse(button.dataset.addPhoto), photo = await cc.takePhoto();
    if (photo) (button.closest("[data-desk]") ? cc.order : cc.consoleOrder)({ ...order, photo });
  });
})();
