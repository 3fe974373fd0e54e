/* The navigation drawer, the line while something loads, and the banner when the network is gone. */
const root = document.documentElement;
const toggles = [...document.querySelectorAll("[data-nav-toggle]")];

function setNav(open) {
  if (open) root.dataset.nav = "open";
  else delete root.dataset.nav;
  for (const toggle of toggles) if (toggle.hasAttribute("aria-expanded")) toggle.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector(".nav a[aria-current], .nav-link")?.focus();
}

document.addEventListener("click", (click) => {
  if (click.target.closest("[data-nav-toggle]")) setNav(root.dataset.nav !== "open");
});
document.addEventListener("keydown", (press) => {
  if (press.key !== "Escape" || root.dataset.nav !== "open") return;
  setNav(false);
  toggles.find((toggle) => toggle.getClientRects().length && toggle.hasAttribute("aria-expanded"))?.focus();
});

let running = 0;
const count = (step) => {
  running = Math.max(0, running + step);
  root.toggleAttribute("data-loading", running > 0);
};
document.addEventListener("htmx:beforeRequest", () => count(1));
document.addEventListener("htmx:afterRequest", () => count(-1));

function showNetwork() {
  for (const banner of document.querySelectorAll("[data-offline]")) banner.hidden = navigator.onLine;
}
addEventListener("online", showNetwork);
addEventListener("offline", showNetwork);
document.addEventListener("htmx:sendError", () => {
  for (const banner of document.querySelectorAll("[data-offline]")) banner.hidden = false;
});
document.addEventListener("htmx:afterOnLoad", showNetwork);
showNetwork();

/* A plain form that was sent shows it, and is not sent twice. */
document.addEventListener("submit", (sent) => {
  const button = sent.submitter;
  if (!button?.matches(".btn") || sent.target.method === "dialog" || sent.defaultPrevented) return;
  button.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll('.btn[aria-busy="true"]:not([data-stays-busy])')) button.removeAttribute("aria-busy");
});

document.querySelector("[data-autofocus]")?.focus();
