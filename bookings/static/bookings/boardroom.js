// Where the card in hand may begin: asked once, drawn under the cards. The reasons for a single place come from the server.
import { ROW_MINUTES, address, board, lanes, say } from "./boardgrid.js";

let asked = null; // the card
let starts = null; // resource → stretches of starts, in seconds

const rowOf = (seconds, lane) => (seconds - new Date(lane.dataset.start).getTime() / 1000) / (ROW_MINUTES * 60) + 1;
const stretches = (lane) => (starts?.[lane.dataset.resource] ?? []).map(([first, last]) => [rowOf(first, lane), rowOf(last, lane)]);

/** Whether a card may begin in a row: null as long as nobody knows. */
export function fits(row, lane) {
  return starts && stretches(lane).some(([first, last]) => row >= first && row <= last);
}

function strip(lane, first, last, rows) {
  const end = Math.min(last + rows, Number(lane.dataset.rows) + 1);
  const top = Math.max(first, 1);
  if (end <= top) return;
  const made = document.createElement("div");
  made.className = `may r${top} s${end - top}`;
  lane.append(made);
}

function draw(card) {
  board.classList.add("is-choosing");
  for (const lane of lanes()) {
    for (const [first, last] of stretches(lane)) strip(lane, first, last, Number(card.dataset.rows));
  }
}

export async function show(card) {
  asked = card;
  const here = new URLSearchParams(location.search);
  const told = { day: board.dataset.day, by: board.dataset.kind, view: here.get("view") ?? "" };
  let answer;
  try {
    answer = await fetch(`${address("where", card.dataset.pk)}?${new URLSearchParams(told)}`, { headers: { "X-Requested-With": "fetch" } });
  } catch {
    return;
  }
  if (!answer.ok || asked !== card) return;
  const found = await answer.json();
  if (asked !== card) return;
  starts = found.starts;
  draw(card);
  if (found.reasons.length) say(found.reasons.join(" "), "no");
}

export function forget() {
  asked = starts = null;
  board.classList.remove("is-choosing");
  for (const one of board.querySelectorAll(".may")) one.remove();
}
