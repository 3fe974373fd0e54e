// Other desks' changes: only the columns that differ are put in, so that focus, scroll and the hand on the mouse stay.
import { board, lanes } from "./boardgrid.js";
import { isBusy } from "./boardmoves.js";

const written = new WeakMap(); // column → how it came from the server

function remember(all) {
  for (const lane of all) written.set(lane, lane.outerHTML);
}

function put(place, fresh) {
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/* False where the columns are not the same ones any more: then all of it is swapped. */
function patch(html) {
  const shape = document.createElement("template");
  shape.innerHTML = html;
  const [mine, fresh] = [lanes(), [...shape.content.querySelectorAll(".lane")]];
  const isSame = mine.length === fresh.length && mine.every((lane, n) => lane.dataset.resource === fresh[n].dataset.resource && lane.dataset.start === fresh[n].dataset.start && lane.dataset.rows === fresh[n].dataset.rows);
  if (!isSame) return false;
  remember(fresh);
  for (const [n, lane] of mine.entries()) if (written.get(lane) !== written.get(fresh[n])) put(lane, fresh[n]);
  for (const part of [".board-head", "[name=seen]"]) put(board.querySelector(part), shape.content.querySelector(part));
  board.dispatchEvent(new Event("board-drawn"));
  return true;
}

/** Called before htmx swaps: what comes waits while somebody drags or reads a dialog. */
export function look(event) {
  if (event.detail.target.id !== "board-body" || !event.detail.shouldSwap) return;
  if (isBusy() || document.querySelector("dialog[open]")) event.detail.shouldSwap = false;
  else if (lanes().length && patch(event.detail.serverResponse)) event.detail.swapOverride = "none";
}

/* Columns that were put in one by one are remembered already, as they came. */
function whole() {
  remember(lanes().filter((lane) => !written.has(lane)));
  board.dispatchEvent(new Event("board-drawn"));
}

if (board?.classList.contains("board")) {
  remember(lanes());
  document.body.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "board-body") whole(); });
}
