// The board: drag with the pointer, arrows between cards, live answers to "may it go there?". Everything it does can
// also be done from the card's dialog.
const ROW_MINUTES = 5;
const board = document.getElementById("board");
let drag = null;

const rowsPerStep = 3; // quarters of an hour; Shift gives five minutes
const lanes = () => [...board.querySelectorAll(".lane")];
const rowHeight = () => parseFloat(getComputedStyle(board).getPropertyValue("--row")) || 7.2;

function startOf(row) {
  const start = new Date(board.dataset.start);
  return new Date(start.getTime() + (row - 1) * ROW_MINUTES * 60000).toISOString();
}

function target(event) {
  const lane = lanes().find((one) => {
    const box = one.getBoundingClientRect();
    return event.clientX >= box.left && event.clientX < box.right;
  });
  if (!lane) return null;
  const step = event.shiftKey ? 1 : rowsPerStep;
  const raw = (event.clientY - drag.offset - lane.getBoundingClientRect().top) / rowHeight();
  const row = Math.max(1, Math.round(raw / step) * step + 1);
  return { lane, row };
}

function values(place) {
  return { start: startOf(place.row), [board.dataset.kind]: place.lane.dataset.resource, version: drag.card.dataset.version };
}

async function ask(place) {
  const url = `${drag.card.dataset.why}?${new URLSearchParams(values(place))}`;
  const mine = (drag.asked = url);
  const answer = await fetch(url, { headers: { "X-Requested-With": "fetch" } });
  if (!drag || drag.asked !== mine || !answer.ok) return;
  const words = document.createElement("div");
  words.innerHTML = await answer.text();
  if (drag) drag.ghost.textContent = words.textContent.replace(/\s+/g, " ").trim().slice(0, 140);
}

function show(place) {
  const rows = drag.card.dataset.rows;
  if (drag.place && drag.place.lane === place.lane && drag.place.row === place.row) return;
  drag.place = place;
  drag.ghost.className = `drop r${place.row} s${rows}`;
  drag.ghost.textContent = new Date(startOf(place.row)).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", timeZone: board.dataset.zone });
  place.lane.append(drag.ghost);
  clearTimeout(drag.timer);
  drag.timer = setTimeout(() => ask(place), 180);
}

function begin(event) {
  const card = event.target.closest(".appt[data-movable]");
  if (!card || event.button !== 0 || event.pointerType === "touch") return;
  drag = { card, x: event.clientX, y: event.clientY, offset: event.clientY - card.getBoundingClientRect().top, ghost: document.createElement("div"), moved: false };
}

function follow(event) {
  if (!drag) return;
  if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
  drag.moved = true;
  drag.card.classList.add("is-dragged");
  const place = target(event);
  if (place) show(place);
  event.preventDefault();
}

function end(event) {
  if (!drag) return;
  const done = drag;
  const place = done.moved ? done.place : null;
  clearTimeout(done.timer);
  done.card.classList.remove("is-dragged");
  done.ghost.remove();
  if (place && event.type !== "pointercancel") {
    window.htmx.ajax("POST", done.card.dataset.movable, { source: "#board-body", target: "#board-body", swap: "none", values: { ...values(place), tell: "yes" } });
    done.card.addEventListener("click", (click) => { click.preventDefault(); click.stopImmediatePropagation(); }, { capture: true, once: true });
  }
  drag = null;
}

function arrows(event) {
  const card = event.target.closest?.(".appt");
  const step = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] }[event.key];
  if (!card || !step) return;
  const columns = lanes();
  const at = columns.indexOf(card.closest(".lane"));
  const cards = (lane) => [...lane.querySelectorAll(".appt")].sort((a, b) => a.dataset.row - b.dataset.row);
  let next = null;
  if (step[1]) next = cards(columns[at])[cards(columns[at]).indexOf(card) + step[1]];
  for (let i = at + step[0]; step[0] && i >= 0 && i < columns.length && !next; i += step[0]) {
    next = cards(columns[i]).sort((a, b) => Math.abs(a.dataset.row - card.dataset.row) - Math.abs(b.dataset.row - card.dataset.row))[0];
  }
  if (next) { next.focus(); event.preventDefault(); }
}

if (board) {
  board.addEventListener("pointerdown", begin);
  window.addEventListener("pointermove", follow);
  window.addEventListener("pointerup", end);
  window.addEventListener("pointercancel", end);
  board.addEventListener("keydown", arrows);
  board.addEventListener("dragstart", (event) => event.preventDefault());
  // Other desks' changes wait while somebody drags or reads a dialog.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "board-body" && (drag || document.querySelector("dialog[open]"))) event.detail.shouldSwap = false;
  });
  const now = board.querySelector(".now");
  const first = now || board.querySelector(".appt");
  if (first) board.scrollTop = Math.max(0, first.offsetTop - board.clientHeight / 3);
}
