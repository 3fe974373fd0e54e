/* Runs before the first paint: sets the chosen theme, and tells the styles that scripts run. */
(() => {
  const root = document.documentElement;
  root.classList.remove("no-js");
  try {
    const choice = localStorage.getItem("theme");
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
  } catch {
    /* Storage may be closed; the system's theme stands. */
  }
})();
