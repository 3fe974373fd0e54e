// How long a hold still lasts: minutes and seconds beside the time that is written there anyway. Where the page says how
// many seconds are left (data-left), a clock of this computer that goes wrong does no harm.
const ends = new WeakMap();

export function secondsLeft(place) {
  if (!ends.has(place)) {
    const left = Number(place.dataset.left);
    ends.set(place, left ? Date.now() + left * 1000 : new Date(place.dataset.until).getTime());
  }
  return Math.max(0, Math.round((ends.get(place) - Date.now()) / 1000));
}

function tick() {
  for (const place of document.querySelectorAll("[data-until]")) {
    const left = secondsLeft(place);
    place.textContent = left ? `(${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")})` : "(0:00)";
    place.classList.toggle("text-amber", left < 120);
  }
}
tick();
document.addEventListener("htmx:afterSettle", tick); // counted from when it is shown, not from the next second
setInterval(tick, 1000);
