/* The theme switch: buttons with data-theme-choice="auto|light|dark". */
const root = document.documentElement;

function show() {
  const choice = root.dataset.theme ?? "auto";
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  }
}

function choose(choice) {
  if (choice === "auto") delete root.dataset.theme;
  else root.dataset.theme = choice;
  try {
    if (choice === "auto") localStorage.removeItem("theme");
    else localStorage.setItem("theme", choice);
  } catch {
    /* The choice holds for this page only. */
  }
  show();
}

document.addEventListener("click", (click) => {
  const button = click.target.closest("[data-theme-choice]");
  if (button) choose(button.dataset.themeChoice);
});
show();
