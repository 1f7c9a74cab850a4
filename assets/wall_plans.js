/* The wall's plans take room from the lines below them: when plans come or go, what does not fit any more is hidden and counted anew. */
(() => {
  const cc = (window.cc = window.cc || {});
  document.addEventListener("cc:wall", () => {
    const plans = document.getElementById("wall-plans");
    if (plans) new ResizeObserver(() => requestAnimationFrame(cc.wall.fit)).observe(plans);
  });
})();
