// How long a hold still lasts: minutes and seconds beside the time that is written there anyway.
function tick() {
  for (const place of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.round((new Date(place.dataset.until) - Date.now()) / 1000));
    place.textContent = left ? `(${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")})` : "(0:00)";
    place.classList.toggle("text-amber", left < 120);
  }
}
tick();
setInterval(tick, 1000);
