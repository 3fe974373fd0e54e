// Free times that somebody could take, drawn quietly between the cards. Asked by themselves, so that the board stays quick.
import { ROW_MINUTES, board, lanes } from "./boardgrid.js";

const EVERY = 120000;
/* Whoever waits is looked at one by one: not again for every change of a busy desk. */
const LEAST = 30000;
const said = document.getElementById("board-free");
let times = [];
let asked = 0;

const rowOf = (seconds, lane) => Math.round((seconds - new Date(lane.dataset.start).getTime() / 1000) / (ROW_MINUTES * 60)) + 1;

function drawn(time, lane) {
  const [first, last] = [rowOf(time.starts, lane), rowOf(time.ends, lane)];
  if (first < 1 || first > Number(lane.dataset.rows)) return null;
  const made = document.createElement("a");
  made.className = `free r${first} s${Math.max(2, Math.min(last, Number(lane.dataset.rows) + 1) - first)}`;
  made.href = time.url;
  made.id = `f${time.resource}-${time.starts}`;
  const hint = document.createElement("span");
  made.append(Object.assign(document.createElement("b"), { textContent: time.text }), hint);
  hint.textContent = time.hint;
  return made;
}

/* What is drawn already stays, so that focus stays. */
function draw() {
  const wanted = new Set(times.map((one) => `f${one.resource}-${one.starts}`));
  for (const one of board.querySelectorAll(".free")) if (!wanted.has(one.id)) one.remove();
  for (const lane of lanes()) {
    for (const time of times) {
      const there = document.getElementById(`f${time.resource}-${time.starts}`);
      if (String(time.resource) !== lane.dataset.resource) continue;
      if (there) there.firstChild.textContent = time.text;
      else lane.append(drawn(time, lane) ?? "");
    }
  }
}

async function ask() {
  if (document.hidden) return;
  asked = Date.now();
  let answer;
  try {
    answer = await fetch(board.dataset.free, { headers: { "X-Requested-With": "fetch" } });
  } catch {
    return;
  }
  if (!answer.ok || answer.redirected) return;
  const found = await answer.json();
  times = found.times;
  said.textContent = found.said ? `· ${found.said}` : "";
  draw();
}

let soon;

/* Columns that came anew have none of it: what is known is drawn at once, and asked again when the desk has settled. */
function again() {
  draw();
  clearTimeout(soon);
  soon = setTimeout(ask, Math.max(1500, asked + LEAST - Date.now()));
}

if (board?.dataset.free) {
  ask();
  setInterval(ask, EVERY);
  board.addEventListener("board-drawn", again);
}
