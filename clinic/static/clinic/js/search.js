/* The search in the head: answers below the field while one types; arrows walk them, Escape closes, Enter takes. */
const field = document.getElementById("search-field");
const found = document.getElementById("search-found");

const lines = () => [...found.querySelectorAll("a.hit")];
function close() {
  found.replaceChildren();
}

function walk(press) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[press.key];
  if (press.key === "Escape" && found.childElementCount) {
    close();
    field.focus();
    press.preventDefault();
    press.stopPropagation();
  }
  if (!by || !lines().length) return;
  const at = lines().indexOf(document.activeElement);
  (lines()[at + by] ?? (at + by < 0 ? field : lines().at(-1))).focus();
  press.preventDefault();
}

if (field && found) {
  field.closest("search").addEventListener("keydown", walk);
  document.addEventListener("click", (click) => {
    if (!click.target.closest("search")) close();
  });
  field.closest("search").addEventListener("focusout", (out) => {
    if (out.relatedTarget && !out.relatedTarget.closest("search")) close();
  });
  // An answer that comes after the field was emptied or left shows nothing.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target === found && (field.value.trim().length < 2 || !document.activeElement?.closest("search"))) {
      event.detail.shouldSwap = false;
      close();
    }
  });
}
