// The board: arrows between cards, a click on a free place to book, other desks' changes. Moving is in boardmoves.js.
// Everything it does can also be done from the card's dialog and from "Book".
import { isOn } from "../clinic/js/shortcuts.js";
import { address, board, lanes, rowAt, rowsPerStep, send, wall } from "./boardgrid.js";
import "./boardfree.js";
import { look } from "./boardlooks.js";
import { begin, end, follow, isBusy, letGo, moveKeys } from "./boardmoves.js";

const STALE_AFTER = 20000;
const stale = document.getElementById("board-stale");
let lastLook = Date.now();

// A free place -------------------------------------------------------------------------------------------------

let slot = null;

function free(event) {
  if (!board.dataset.book || event.target.closest(".appt, .free, .board-head") || !event.target.closest(".lane")) return null;
  const lane = event.target.closest(".lane");
  return { lane, row: rowAt(event, lane, 0, Math.floor) };
}

function hide() {
  slot?.remove();
}

function hint(event) {
  const place = isBusy() || event.pointerType === "touch" || !board.contains(event.target) ? null : free(event);
  if (!place) {
    hide();
    return;
  }
  slot ??= document.createElement("div");
  slot.className = `slot r${place.row} s${Math.max(2, rowsPerStep(event))}`;
  slot.textContent = `${board.dataset.wordNew} ${wall(place.row, place.lane)}`;
  if (slot.parentNode !== place.lane) place.lane.append(slot);
}

function book(event) {
  const place = free(event);
  if (!place) return;
  const told = { day: place.lane.dataset.day, time: wall(place.row, place.lane), [board.dataset.kind]: place.lane.dataset.resource };
  location.assign(`${board.dataset.book}?${new URLSearchParams(told)}`);
}

/* A card is a link; a plain click opens its dialog here. One listener for all: hundreds of cards come with every look. */
function openCard(event) {
  const card = event.target.closest(".appt");
  if (!card || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  window.htmx.ajax("GET", card.getAttribute("href"), { source: card, target: "#dialog", swap: "innerHTML" });
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

/* Single letters and signs can be turned off; arrows alone are no shortcut. */
const isAllowed = (event) => isOn() || event.key.length > 1;

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !isAllowed(event)) return;
  if (moveKeys(event) || cardKeys(event)) {
    event.preventDefault();
    event.stopPropagation();
  }
}

function cardKeys(event) {
  const card = event.target.closest?.(".appt");
  if (!card) return false;
  const next = STEPS[event.key] && neighbour(card, STEPS[event.key]);
  if (next) next.focus();
  else if (card.dataset.pk && event.key === "c") send(address("arrive", card.dataset.pk), { version: card.dataset.version });
  else if (card.dataset.pk && event.key === "m") {
    const back = new URLSearchParams({ next: location.pathname + location.search });
    location.assign(`${address("move", card.dataset.pk)}?${back}`);
  } else return false;
  return true;
}

// Other desks --------------------------------------------------------------------------------------------------

function isLook(event) {
  return event.detail.requestConfig?.verb === "get" && event.detail.elt?.id === "board-body";
}

/* A look that fails is not worth a message every five seconds: the line says since when nothing is new. */
function quiet(event) {
  if (isLook(event)) {
    if (event.type !== "htmx:sendError") event.stopPropagation(); // the shell's line says when the network is gone
  } else if (event.type === "htmx:sendError" && board.dataset.wordLost) document.dispatchEvent(new CustomEvent("toast", { detail: { text: board.dataset.wordLost, tone: "red" } }));
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
  const column = (wanted || board.querySelector(".is-today"))?.closest(".lane, .is-today");
  if (column && board.scrollWidth > board.clientWidth) board.scrollLeft = Math.max(0, column.offsetLeft - 60);
  wanted?.focus({ preventScroll: true });
}

function watchMoves() {
  board.addEventListener("pointerdown", begin);
  window.addEventListener("pointermove", (event) => { follow(event); hint(event); });
  window.addEventListener("pointerup", end);
  window.addEventListener("pointercancel", end);
  board.addEventListener("pointerleave", hide);
  board.addEventListener("click", openCard);
  board.addEventListener("click", book);
  board.addEventListener("keydown", keys);
  board.addEventListener("focusout", (event) => { if (isBusy() && !board.contains(event.relatedTarget)) letGo(); });
  board.addEventListener("dragstart", (event) => event.preventDefault());
  showFirst();
}

if (board) {
  document.body.addEventListener("htmx:beforeSwap", look);
  for (const name of ["htmx:responseError", "htmx:timeout", "htmx:sendError"]) board.addEventListener(name, quiet);
  for (const name of ["htmx:responseError", "htmx:timeout"]) document.getElementById("needs")?.addEventListener(name, (event) => event.stopPropagation());
  board.addEventListener("htmx:afterRequest", looked);
  setInterval(checkStale, 2000);
  if (board.classList.contains("board")) watchMoves();
}
document.addEventListener("change", (event) => event.target.closest("[data-submits]")?.form.requestSubmit());

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
