/* Menus are popovers and open without us. We close them after a choice, move with the arrows,
   and place them where the browser cannot anchor. */
const anchored = CSS.supports("anchor-name: --a");

function place(menu) {
  const button = document.querySelector(`[popovertarget="${menu.id}"]`);
  if (!button) return;
  const from = button.getBoundingClientRect();
  const below = from.bottom + menu.offsetHeight + 8 < innerHeight;
  menu.style.top = `${below ? from.bottom + 4 : Math.max(4, from.top - menu.offsetHeight - 4)}px`;
  menu.style.left = `${Math.max(4, Math.min(from.left, innerWidth - menu.offsetWidth - 4))}px`;
}

document.addEventListener("toggle", (toggle) => {
  const menu = toggle.target;
  if (!menu.matches?.(".menu") || toggle.newState !== "open") return;
  if (!anchored) place(menu);
  menu.querySelector("a, button")?.focus();
}, true);

document.addEventListener("keydown", (press) => {
  const menu = press.target.closest?.(".menu");
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(press.key)) return;
  const choices = [...menu.querySelectorAll("a, button")];
  const at = choices.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: choices.length - 1 }[press.key];
  choices.at(next % choices.length)?.focus();
  press.preventDefault();
});

document.addEventListener("click", (click) => {
  const choice = click.target.closest(".menu :is(a, button)");
  if (choice && !choice.matches("[data-theme-choice]")) choice.closest(".menu").hidePopover();
});
