// Choices that are held while somebody is on the phone: leaving the page gives them back at once.
const place = () => document.getElementById("choices");

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
  if (!until || new Date(until.dataset.until) > Date.now()) return;
  place().querySelector(".held-now").hidden = true;
  place().querySelector(".held-over").hidden = false;
  delete place().dataset.held;
}

if (place()) {
  window.addEventListener("pagehide", giveBack);
  setInterval(over, 1000);
}
