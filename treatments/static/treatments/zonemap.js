/* Zone maps: shapes become checkboxes for the inputs they stand for. Space or Enter or a tap switches a zone, the arrow
   keys go to the nearest zone in that direction, Tab leaves the drawing. Without script the list below the map does it. */
const input = (map, shape) => map.ownerDocument.getElementById(`zone-${shape.dataset.zone}`);
const middle = (shape) => {
  const box = shape.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};
const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

function paint(map, shapes) {
  for (const shape of shapes) {
    const isOn = Boolean(input(map, shape)?.checked);
    shape.classList.toggle("is-on", isOn);
    shape.setAttribute("aria-checked", String(isOn));
  }
}

function nearest(shapes, from, [dx, dy]) {
  const here = middle(from);
  let best = null;
  let least = Infinity;
  for (const shape of shapes) {
    if (shape === from) continue;
    const there = middle(shape);
    const along = (there.x - here.x) * dx + (there.y - here.y) * dy;
    const aside = Math.abs((there.x - here.x) * dy) + Math.abs((there.y - here.y) * dx);
    if (along > 2 && along + 2 * aside < least) {
      least = along + 2 * aside;
      best = shape;
    }
  }
  return best;
}

/* One stop of the Tab key in each drawing. */
function rove(shapes, to) {
  for (const shape of shapes) {
    if (shape.ownerSVGElement === to.ownerSVGElement) shape.setAttribute("tabindex", shape === to ? "0" : "-1");
  }
}

function bring(map) {
  const shapes = [...map.querySelectorAll("[data-zone]")].filter((shape) => input(map, shape));
  if (!shapes.length) return;
  for (const drawing of map.querySelectorAll("svg")) {
    drawing.removeAttribute("aria-hidden");
    drawing.setAttribute("role", "group");
    drawing.setAttribute("aria-label", drawing.parentElement.querySelector("summary").textContent.trim());
  }
  for (const shape of shapes) {
    shape.setAttribute("role", "checkbox");
    shape.setAttribute("aria-label", shape.querySelector("title").textContent);
  }
  for (const drawing of map.querySelectorAll("svg")) {
    const inside = shapes.filter((shape) => shape.ownerSVGElement === drawing);
    if (inside.length) rove(shapes, inside.find((shape) => input(map, shape).checked) ?? inside[0]);
  }
  paint(map, shapes);
  const flip = (shape) => {
    const box = input(map, shape);
    box.checked = !box.checked;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new Event("change", { bubbles: true }));
    rove(shapes, shape);
  };
  map.addEventListener("click", (event) => {
    const shape = event.target.closest("[data-zone]");
    if (shape && shapes.includes(shape)) flip(shape);
  });
  map.addEventListener("keydown", (event) => {
    const shape = event.target.closest("[data-zone]");
    if (!shape) return;
    if (event.key === " " || event.key === "Enter") flip(shape);
    else if (WAYS[event.key]) {
      const to = nearest(shapes.filter((one) => one.ownerSVGElement === shape.ownerSVGElement), shape, WAYS[event.key]);
      if (to) {
        rove(shapes, to);
        to.focus();
      }
    } else return;
    event.preventDefault();
  });
  document.addEventListener("change", () => paint(map, shapes));
  document.addEventListener("autosave:restored", () => paint(map, shapes));
}

for (const map of document.querySelectorAll("[data-zone-map]")) bring(map);
