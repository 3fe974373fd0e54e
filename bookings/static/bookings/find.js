// Booking by keyboard: arrows between results, Enter in the search takes the first one; what suits is looked up at once.
const field = document.getElementById("who");
const results = document.getElementById("found");

function hits() {
  return [...document.querySelectorAll("a.hit, form.hit .btn:first-of-type")];
}

function step(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  const all = hits();
  const at = all.indexOf(document.activeElement);
  if (at < 0 && event.target !== field) return;
  const next = at < 0 ? all[0] : all[at + by];
  (next ?? field)?.focus();
  event.preventDefault();
}

function take(event) {
  const first = results.querySelector("a.hit");
  const isFresh = results.dataset.words === field.value.trim();
  if (!first || !isFresh) return; // the plain search answers
  event.preventDefault();
  first.click();
}

document.addEventListener("keydown", step);
if (field && results) {
  results.dataset.words = field.defaultValue.trim();
  // Whoever types faster than the page loads loses no letter.
  if (field.value.trim() !== results.dataset.words) window.htmx?.trigger(field, "typed");
  field.form.addEventListener("submit", take);
  document.body.addEventListener("htmx:afterSwap", (swap) => {
    if (swap.detail.target === results) results.dataset.words = new URLSearchParams(swap.detail.requestConfig.parameters).get("q")?.trim() ?? field.value.trim();
  });
}
