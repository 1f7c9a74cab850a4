/* Where warnings in force hold, as their senders drew it: outlines in the colour of the signal. */
(() => {
  const cc = (window.cc = window.cc || {});
  let layer = null, drawn = "";

  function draw() {
    const rows = cc.rows("warning").filter((row) => row.polygons.length + row.circles.length), told = rows.map((row) => `${row.id}.${row.version}`).join();
    if (!layer || told === drawn) return;
    drawn = told;
    layer.clearLayers();
    for (const row of rows) {
      for (const className of ["warned-edge", `warned-area ${row.color || ""}`]) {      // the edge is what is seen of a pale colour by day
        const look = { pane: "layer-warnings", className, interactive: false };
        for (const ring of row.polygons) L.polygon(ring, look).addTo(layer);
        for (const [lat, lon, radius] of row.circles) L.circle([lat, lon], { ...look, radius }).addTo(layer);
      }
    }
  }

  cc.draw.adoptWarnings = (event) => { layer = event.target; drawn = ""; event.target.on("remove", () => { if (layer === event.target) layer = null; }); draw(); };
  document.addEventListener("cc:rows", draw);
})();
