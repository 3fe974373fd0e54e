// Another time picked for a session: its line says so at once. Nothing is booked before the button is pressed.
document.addEventListener("change", ({ target }) => {
  if (!target.matches("input[data-when]")) return;
  const row = target.closest("tr");
  row.querySelector("[data-shown=when]").textContent = target.dataset.when;
  row.querySelector("[data-shown=with]").textContent = target.dataset.with;
});
