// Choices that are held while somebody is on the phone: leaving the page gives them back at once.
import { secondsLeft } from "./countdown.js";

const place = () => document.getElementById("choices");
let pressed = ""; // a button that was pressed before the holds were there

function giveBack() {
  const held = place()?.dataset.held;
  if (!held) return;
  const told = new FormData();
  for (const pk of held.split(" ")) told.append("held", pk);
  told.append("csrfmiddlewaretoken", place().querySelector("[name=csrfmiddlewaretoken]").value);
  navigator.sendBeacon(place().dataset.release, told);
}

function over() {
  const until = place()?.querySelector("[data-until]");
  if (!until || secondsLeft(until) > 0) return;
  place().querySelector(".held-now").hidden = true;
  place().querySelector(".held-over").hidden = false;
  delete place().dataset.held;
}

/* Whoever is faster than the holds: the press waits for them, else they would come after the booking and stay. */
function early(click) {
  const button = click.target.closest("#choices .hit button");
  if (!button || !place().hasAttribute("hx-post")) return;
  click.preventDefault();
  click.stopImmediatePropagation();
  pressed = button.id;
}

function settled(event) {
  const isHolding = event.detail.elt?.id === "choices" || event.detail.target?.id === "choices";
  if (!isHolding) return;
  place().removeAttribute("hx-post"); // a refusal or no network: the times can be booked without being held
  const id = pressed;
  pressed = "";
  if (id) document.getElementById(id)?.click();
}

if (place()) {
  window.addEventListener("pagehide", giveBack);
  window.addEventListener("click", early, true);
  for (const name of ["htmx:afterSettle", "htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(name, settled);
  setInterval(over, 1000);
}
