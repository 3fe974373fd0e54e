// The board: drag with the pointer, arrows between cards, live answers to "may it go there?", a click on a free place
// to book. Everything it does can also be done from the card's dialog and from "Book".
const ROW_MINUTES = 5;
const STALE_AFTER = 20000;
const SETTLE = 180;
const board = document.getElementById("board");
const said = document.getElementById("board-why");
const stale = document.getElementById("board-stale");
let drag = null;
let lastLook = Date.now();

const lanes = () => [...board.querySelectorAll(".lane")];
const rowHeight = () => parseFloat(getComputedStyle(board).getPropertyValue("--row")) || 7.2;
const rowsPerStep = (event) => (event.shiftKey ? 1 : Math.max(1, Number(board.dataset.step) / ROW_MINUTES));
const address = (name, pk) => board.dataset[name].replace("/0/", `/${pk}/`);

function startOf(row) {
  return new Date(new Date(board.dataset.start).getTime() + (row - 1) * ROW_MINUTES * 60000);
}

function wall(row) {
  return startOf(row).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: board.dataset.zone });
}

function laneAt(event) {
  return lanes().find((one) => {
    const box = one.getBoundingClientRect();
    return event.clientX >= box.left && event.clientX < box.right;
  });
}

function rowAt(event, lane, offset = 0, round = Math.round) {
  const step = rowsPerStep(event);
  const raw = (event.clientY - offset - lane.getBoundingClientRect().top) / rowHeight();
  return Math.max(1, round(raw / step) * step + 1);
}

// Dragging -----------------------------------------------------------------------------------------------------

function values(place) {
  return { start: startOf(place.row).toISOString(), [board.dataset.kind]: place.lane.dataset.resource, version: drag.card.dataset.version };
}

function say(text, verdict) {
  said.textContent = text;
  said.dataset.verdict = verdict;
  said.hidden = !text;
}

async function ask(place) {
  const url = `${address("why", drag.card.dataset.pk)}?${new URLSearchParams(values(place))}`;
  drag.asked = url;
  let answer;
  try {
    answer = await fetch(url, { headers: { "X-Requested-With": "fetch" } });
  } catch {
    return;
  }
  if (!answer.ok || !drag || drag.asked !== url) return;
  const words = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!drag || drag.asked !== url) return;
  const verdict = words.querySelector("[data-verdict]")?.dataset.verdict ?? "yes";
  const reasons = [...words.querySelectorAll("[data-reason]")].map((one) => one.textContent.replace(/\s+/g, " ").trim());
  drag.ghost.classList.add(`is-${verdict}`);
  say(reasons.join(" "), verdict);
}

function show(place) {
  if (drag.place && drag.place.lane === place.lane && drag.place.row === place.row) return;
  drag.place = place;
  drag.ghost.className = `drop r${place.row} s${drag.card.dataset.rows}`;
  drag.ghost.textContent = wall(place.row);
  place.lane.append(drag.ghost);
  clearTimeout(drag.timer);
  drag.timer = setTimeout(() => ask(place), SETTLE);
}

function begin(event) {
  const card = event.target.closest(".appt[data-pk]");
  if (!card || event.button !== 0 || event.pointerType === "touch") return;
  drag = { card, x: event.clientX, y: event.clientY, offset: event.clientY - card.getBoundingClientRect().top, ghost: document.createElement("div"), moved: false };
}

function follow(event) {
  if (!drag) {
    hint(event);
    return;
  }
  if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
  if (!drag.moved) hide();
  drag.moved = true;
  drag.card.classList.add("is-dragged");
  const lane = laneAt(event);
  if (lane) show({ lane, row: rowAt(event, lane, drag.offset) });
  event.preventDefault();
}

function letGo() {
  clearTimeout(drag.timer);
  drag.card.classList.remove("is-dragged");
  drag.ghost.remove();
  say("", "");
  drag = null;
}

function end(event) {
  if (!drag) return;
  const { card, place, moved } = drag;
  const told = place && moved ? values(place) : null;
  const stays = place && Number(card.dataset.row) === place.row && card.closest(".lane") === place.lane;
  letGo();
  if (!moved) return;
  // The click that ends a drag opens nothing.
  const swallow = (click) => { click.preventDefault(); click.stopImmediatePropagation(); };
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 50);
  if (told && !stays && event.type !== "pointercancel") send(address("move", card.dataset.pk), { ...told, tell: "yes" });
}

function send(url, told) {
  window.htmx.ajax("POST", url, { source: "#board", target: "#board-body", swap: "none", values: told });
}

// A free place -------------------------------------------------------------------------------------------------

let slot = null;

function free(event) {
  if (!board.dataset.book || event.target.closest(".appt, .board-head") || !event.target.closest(".lane")) return null;
  const lane = event.target.closest(".lane");
  return { lane, row: rowAt(event, lane, 0, Math.floor) };
}

function hide() {
  slot?.remove();
}

function hint(event) {
  const place = event.pointerType === "touch" || !board.contains(event.target) ? null : free(event);
  if (!place) {
    hide();
    return;
  }
  slot ??= document.createElement("div");
  slot.className = `slot r${place.row} s${Math.max(2, rowsPerStep(event))}`;
  slot.textContent = `${board.dataset.wordNew} ${wall(place.row)}`;
  if (slot.parentNode !== place.lane) place.lane.append(slot);
}

function book(event) {
  const place = free(event);
  if (!place) return;
  const told = { day: board.dataset.day, time: wall(place.row), [board.dataset.kind]: place.lane.dataset.resource };
  location.assign(`${board.dataset.book}?${new URLSearchParams(told)}`);
}

// Keys ---------------------------------------------------------------------------------------------------------

const STEPS = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };
const cardsOf = (lane) => [...lane.querySelectorAll(".appt")].sort((a, b) => a.dataset.row - b.dataset.row);

function neighbour(card, [across, down]) {
  const columns = lanes();
  const at = columns.indexOf(card.closest(".lane"));
  if (down) return cardsOf(columns[at])[cardsOf(columns[at]).indexOf(card) + down];
  for (let i = at + across; i >= 0 && i < columns.length; i += across) {
    const nearest = cardsOf(columns[i]).sort((a, b) => Math.abs(a.dataset.row - card.dataset.row) - Math.abs(b.dataset.row - card.dataset.row))[0];
    if (nearest) return nearest;
  }
  return null;
}

function keys(event) {
  if (event.key === "Escape" && drag) letGo();
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const card = event.target.closest?.(".appt");
  if (!card) return;
  const next = STEPS[event.key] && neighbour(card, STEPS[event.key]);
  if (next) {
    next.focus();
    event.preventDefault();
  } else if (card.dataset.pk && event.key === "c") {
    send(address("arrive", card.dataset.pk), { version: card.dataset.version });
  } else if (card.dataset.pk && event.key === "m") {
    const back = new URLSearchParams({ next: location.pathname + location.search });
    location.assign(`${address("move", card.dataset.pk)}?${back}`);
  } else {
    return;
  }
  event.stopPropagation();
}

// Other desks --------------------------------------------------------------------------------------------------

function isLook(event) {
  return event.detail.requestConfig?.verb === "get" && event.detail.elt?.id === "board-body";
}

/* A look that fails is not worth a message every five seconds: the line says since when nothing is new. */
function quiet(event) {
  if (isLook(event)) {
    if (event.type !== "htmx:sendError") event.stopPropagation(); // the shell's line says when the network is gone
  } else if (event.type === "htmx:sendError") document.dispatchEvent(new CustomEvent("toast", { detail: { text: board.dataset.wordLost, tone: "red" } }));
}

function looked(event) {
  if (isLook(event) && event.detail.xhr.status > 0 && event.detail.xhr.status < 400) lastLook = Date.now();
}

function checkStale() {
  const isStale = Date.now() - lastLook > STALE_AFTER && !document.hidden;
  if (isStale) stale.querySelector("span").textContent = new Date(lastLook).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: board.dataset.zone });
  stale.hidden = !isStale;
}

function showFirst() {
  const wanted = location.hash ? board.querySelector(`[id^="${CSS.escape(location.hash.slice(1))}-"]`) : null;
  const first = wanted || board.querySelector(".now") || board.querySelector(".appt");
  if (first) board.scrollTop = Math.max(0, first.offsetTop - board.clientHeight / 3);
  wanted?.focus({ preventScroll: true });
}

if (board) {
  board.addEventListener("pointerdown", begin);
  window.addEventListener("pointermove", follow);
  window.addEventListener("pointerup", end);
  window.addEventListener("pointercancel", end);
  board.addEventListener("pointerleave", hide);
  board.addEventListener("click", book);
  board.addEventListener("keydown", keys);
  board.addEventListener("dragstart", (event) => event.preventDefault());
  // Other desks' changes wait while somebody drags or reads a dialog.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "board-body" && (drag || document.querySelector("dialog[open]"))) event.detail.shouldSwap = false;
  });
  for (const name of ["htmx:responseError", "htmx:timeout", "htmx:sendError"]) board.addEventListener(name, quiet);
  board.addEventListener("htmx:afterRequest", looked);
  setInterval(checkStale, 2000);
  showFirst();
}

// The column beside the board, folded on smaller screens --------------------------------------------------------

const toggle = document.querySelector("[data-side-toggle]");
toggle?.addEventListener("click", () => {
  const isOpen = document.getElementById("main").classList.toggle("is-open");
  toggle.setAttribute("aria-expanded", String(isOpen));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !document.getElementById("main").classList.contains("is-open")) return;
  document.getElementById("main").classList.remove("is-open");
  toggle.setAttribute("aria-expanded", "false");
  toggle.focus();
});
