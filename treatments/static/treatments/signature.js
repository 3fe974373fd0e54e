/* A signature drawn with a finger, a pen or a mouse: kept as an SVG path in the hidden field. Typing the name is enough. */
for (const pad of document.querySelectorAll("[data-signature]")) {
  const drawing = pad.querySelector("svg");
  const line = drawing.querySelector("path");
  const kept = pad.querySelector("input");
  let isDrawing = false;
  const place = (event) => {
    const box = drawing.getBoundingClientRect();
    const x = Math.min(Math.max(((event.clientX - box.x) / box.width) * 600, 0), 600);
    const y = Math.min(Math.max(((event.clientY - box.y) / box.height) * 180, 0), 180);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  const show = (path) => {
    kept.value = path;
    line.setAttribute("d", path);
  };
  show(kept.value);
  drawing.addEventListener("pointerdown", (event) => {
    isDrawing = true;
    drawing.setPointerCapture(event.pointerId);
    show(`${kept.value}M${place(event)}`);
    event.preventDefault();
  });
  drawing.addEventListener("pointermove", (event) => {
    if (isDrawing && kept.value.length < 19900) show(`${kept.value}L${place(event)}`);
  });
  for (const end of ["pointerup", "pointercancel"]) drawing.addEventListener(end, () => (isDrawing = false));
  pad.querySelector("[data-clear]").addEventListener("click", () => show(""));
}
