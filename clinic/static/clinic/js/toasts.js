/* Toasts: from the page, or from the server by the trigger {"toast": {"text": "…", "tone": "red", "undo": "/url"}}.
   A plain one leaves after six seconds, one with a way back after ten; red ones stay; pointing at one keeps it. */
const region = document.getElementById("toasts");
const shape = document.getElementById("toast-template");
const SHORT = 6000;
const WITH_UNDO = 10000;

function arm(toast) {
  if ("stays" in toast.dataset) return;
  const span = toast.querySelector("form") ? WITH_UNDO : SHORT;
  let timer = setTimeout(() => toast.remove(), span);
  const keep = () => clearTimeout(timer);
  const release = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), span);
  };
  toast.addEventListener("pointerenter", keep);
  toast.addEventListener("focusin", keep);
  toast.addEventListener("pointerleave", release);
  toast.addEventListener("focusout", release);
}

export function toast({ text, tone = "", undo = "", link = null }) {
  if (!region || !shape) return;
  const made = shape.content.firstElementChild.cloneNode(true);
  made.querySelector(".toast-text").textContent = text;
  const form = made.querySelector("form");
  if (link) made.querySelector(".toast-text").append(" ", Object.assign(document.createElement("a"), { href: link.href, textContent: link.text, target: "_blank" }));
  if (undo) form?.setAttribute("action", undo);
  else form?.remove();
  if (tone === "red") {
    made.classList.add("toast-red");
    made.dataset.stays = "";
  }
  region.append(made);
  arm(made);
}

document.addEventListener("toast", (told) => toast(told.detail));
document.addEventListener("click", (click) => click.target.closest("[data-toast-close]")?.closest(".toast")?.remove());
document.addEventListener("htmx:responseError", (failed) => {
  const words = document.documentElement.dataset;
  toast({ text: failed.detail.xhr.status === 403 ? words.wordRefused : words.wordFailed, tone: "red" });
});
document.addEventListener("htmx:timeout", () => toast({ text: document.documentElement.dataset.wordSlow, tone: "red" }));
/* What came with the page is put in once more, so that screen readers hear it. */
setTimeout(() => {
  for (const shown of region?.querySelectorAll(".toast") ?? []) {
    region.append(shown);
    arm(shown);
  }
}, 300);
