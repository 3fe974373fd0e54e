// Moving and resizing a card: with the pointer, or with Shift and the arrows. Both draw the same ghost, both ask the
// server live whether it may go there, and both save by the same request; nothing is saved before it is let go.
import { ROW_MINUTES, address, board, laneAt, lanes, rowAt, rowHeight, say, send, startOf, step, wall } from "./boardgrid.js";
import { fits, forget, show } from "./boardroom.js";

const SETTLE = 180;
let at = null; // what is being moved: {card, mode, lane, row, rows, …}

export const isBusy = () => at !== null;

function begun(card, mode, more) {
  const lane = card.closest(".lane");
  return { card, mode, lane, row: Number(card.dataset.row), rows: Number(card.dataset.rows), home: lane, ghost: document.createElement("div"), shown: false, ...more };
}

const minutes = () => Number(at.card.dataset.minutes) + (at.rows - Number(at.card.dataset.rows)) * ROW_MINUTES;
const isUnchanged = () => at.lane === at.home && at.row === Number(at.card.dataset.row) && at.rows === Number(at.card.dataset.rows);

function values() {
  const told = { start: at.mode === "size" ? "" : startOf(at.row, at.lane).toISOString(), version: at.card.dataset.version };
  if (at.mode === "size") return { ...told, minutes: minutes() };
  return { ...told, [board.dataset.kind]: at.lane.dataset.resource };
}

/* The sentence, and from when it no longer holds in brackets: "Room 2 is taken (possible from 14:30)". */
function reason(one) {
  const hint = one.querySelector(".hint")?.textContent.trim();
  const sentence = one.firstChild.textContent.replace(/\s+/g, " ").trim();
  return hint ? `${sentence.replace(/\.$/, "")} (${hint}).` : one.textContent.replace(/\s+/g, " ").trim();
}

async function ask(mine) {
  const url = `${address("why", mine.card.dataset.pk)}?${new URLSearchParams(values())}`;
  mine.asked = url;
  let answer;
  try {
    answer = await fetch(url, { headers: { "X-Requested-With": "fetch" } });
  } catch {
    return;
  }
  if (!answer.ok || at !== mine || mine.asked !== url) return;
  const words = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (at !== mine || mine.asked !== url) return;
  const verdict = words.querySelector("[data-verdict]")?.dataset.verdict ?? "yes";
  const reasons = [...words.querySelectorAll("[data-reason]")].map(reason);
  mine.ghost.classList.remove("is-no");
  mine.ghost.classList.add(`is-${verdict}`);
  say(reasons.join(" "), verdict);
}

function place(lane, row, rows) {
  if (at.shown && at.lane === lane && at.row === row && at.rows === rows) return;
  Object.assign(at, { lane, row, rows, shown: true });
  at.card.classList.add("is-dragged");
  at.ghost.className = `drop r${row} s${rows}`;
  if (at.mode === "move") {
    if (!at.hasRoom) show(at.card);
    at.hasRoom = true;
    at.ghost.classList.toggle("is-no", fits(row, lane) === false);
  }
  at.ghost.textContent = at.mode === "size" ? `${board.dataset.wordUntil} ${wall(row + rows, lane)}` : wall(row, lane);
  lane.append(at.ghost);
  if (at.byKeys) {
    at.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
    say(at.ghost.textContent);
  }
  clearTimeout(at.timer);
  const mine = at;
  at.timer = setTimeout(() => ask(mine), SETTLE);
}

export function letGo() {
  if (!at) return;
  clearTimeout(at.timer);
  cancelAnimationFrame(at.rolling);
  at.card.classList.remove("is-dragged");
  at.ghost.remove();
  forget();
  say("");
  at = null;
}

function save() {
  const { card } = at;
  const told = at.shown && !isUnchanged() ? values() : null;
  letGo();
  if (!told) return;
  if (told.start && "series" in card.dataset) propose(card, told);
  else send(address("move", card.dataset.pk), { ...told, tell: "yes" });
}

/* A session of a series: the difference first, with or without the rest, and whether the patient is told. */
function propose(card, told) {
  const next = location.pathname + location.search;
  window.htmx.ajax("GET", address("move", card.dataset.pk), { source: card, target: "#dialog", swap: "innerHTML", values: { ...told, next } });
}

// The pointer --------------------------------------------------------------------------------------------------

export function begin(event) {
  const card = event.target.closest(".appt[data-pk]");
  if (!card || event.button !== 0 || event.pointerType === "touch" || at) return;
  const box = card.getBoundingClientRect();
  const isEdge = box.bottom - event.clientY < Math.min(8, box.height / 3);
  at = begun(card, isEdge ? "size" : "move", { x: event.clientX, y: event.clientY, offset: event.clientY - box.top });
}

export function follow(event) {
  if (!at || at.byKeys) return;
  if (!at.shown && Math.hypot(event.clientX - at.x, event.clientY - at.y) < 6) return;
  if (at.mode === "size") {
    const by = event.shiftKey ? 1 : step();
    const moved = Math.round((event.clientY - at.y) / rowHeight() / by) * by;
    place(at.home, Number(at.card.dataset.row), Math.max(1, Number(at.card.dataset.rows) + moved));
  } else {
    at.pointer = event;
    hold();
    at.rolling ||= requestAnimationFrame(roll);
  }
  event.preventDefault();
}

function hold() {
  const lane = laneAt(at.pointer);
  if (lane) place(lane, rowAt(at.pointer, lane, at.offset), at.rows);
}

/* Near an edge the board rolls on under the card, faster the nearer. */
const EDGE = 48;
const pull = (point, first, last) => Math.max(0, point - last + EDGE) - Math.max(0, first + EDGE - point);

function roll() {
  if (!at?.pointer) return;
  const box = board.getBoundingClientRect();
  const head = board.querySelector(".board-head").offsetHeight;
  const [across, down] = [pull(at.pointer.clientX, box.left, box.right), pull(at.pointer.clientY, box.top + head, box.bottom)];
  if (across || down) {
    board.scrollBy(across / 4, down / 4);
    hold();
  }
  at.rolling = requestAnimationFrame(roll);
}

export function end(event) {
  if (!at || at.byKeys) return;
  if (!at.shown) {
    at = null;
    return;
  }
  // The click that ends a drag opens nothing.
  const swallow = (click) => { click.preventDefault(); click.stopImmediatePropagation(); };
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 50);
  if (event.type === "pointercancel") letGo();
  else save();
}

// The keyboard -------------------------------------------------------------------------------------------------

const ARROWS = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };
const SIZES = { "+": 1, "=": 1, "-": -1, "−": -1 };

function nudge([across, down]) {
  if (at.mode === "size") {
    place(at.lane, at.row, Math.max(1, at.rows + down * step()));
    return;
  }
  const columns = lanes();
  const lane = columns[columns.indexOf(at.lane) + across] ?? at.lane;
  place(lane, Math.max(1, at.row + down * step()), at.rows);
}

/** Whether a key press belonged to moving or resizing the card in focus. */
export function moveKeys(event) {
  if (event.key === "Escape" && at) {
    letGo();
    return true;
  }
  const card = event.target.closest?.(".appt[data-pk]");
  if (!card) return false;
  if (at?.byKeys && event.key === "Enter") {
    save();
    return true;
  }
  const size = SIZES[event.key];
  const arrow = ARROWS[event.key];
  if (at?.byKeys && arrow) nudge(arrow);
  else if (at?.byKeys && size && at.mode === "size") nudge([0, size]);
  else if (!at && arrow && event.shiftKey) start(card, "move", arrow);
  else if (!at && size) start(card, "size", [0, size]);
  else return false;
  return true;
}

function start(card, mode, arrow) {
  at = begun(card, mode, { byKeys: true });
  nudge(arrow);
  say(`${at.ghost.textContent}. ${mode === "size" ? board.dataset.wordSize : board.dataset.wordKeys}`);
}
