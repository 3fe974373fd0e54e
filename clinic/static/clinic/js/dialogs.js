/* Native dialogs. data-dialog-open="id" opens one; what htmx swaps into #dialog opens it;
   the server closes it with the trigger "closeDialog"; data-dialog-close closes the nearest. */
const shared = document.getElementById("dialog");
let opener = null;

function open(dialog) {
  if (!dialog || dialog.open) return;
  opener = document.activeElement;
  dialog.showModal();
  dialog.querySelector("[autofocus], [data-autofocus], .dialog-body :is(input:not([type=hidden]), select, textarea)")?.focus();
}

document.addEventListener("click", (click) => {
  const button = click.target.closest("[data-dialog-open]");
  // After this key press: else the same Enter would answer the dialog it has just opened.
  if (button) setTimeout(() => open(document.getElementById(button.dataset.dialogOpen)));
  if (click.target.closest("[data-dialog-close]")) click.target.closest("dialog")?.close();
  if (click.target instanceof HTMLDialogElement && isOutside(click)) click.target.close();
});

/* Only an unchanged dialog closes by a click beside it: nothing typed is lost by accident. */
function isOutside(click) {
  const box = click.target.getBoundingClientRect();
  const outside = click.clientX < box.left || click.clientX > box.right || click.clientY < box.top || click.clientY > box.bottom;
  return outside && click.detail > 0 && !click.target.matches(":has(form[method=post])");
}

document.addEventListener("htmx:afterSwap", (swap) => {
  if (swap.detail.target === shared && shared.innerHTML.trim()) open(shared);
});
document.addEventListener("closeDialog", () => document.querySelector("dialog[open]")?.close());

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("close", () => {
    if (dialog === shared) dialog.replaceChildren();
    if (opener?.isConnected) opener.focus();
    opener = null;
  });
}
