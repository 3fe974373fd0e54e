/* Single keys: any element with data-key is focused (fields), opened (dialogs) or clicked (the rest).
   Never while typing, never with a modifier, never under an open dialog; can be turned off: with the login, or on this device where
   nobody is signed in. */
const typing = "input:not([type=checkbox],[type=radio],[type=button],[type=submit]), textarea, select, [contenteditable]";

export function isOn() {
  if (document.documentElement.dataset.keys === "off") return false;
  try {
    return localStorage.getItem("keys") !== "off";
  } catch {
    return true;
  }
}

/* Kept with the login; this page follows at once, before the answer, and turns back when it was not kept. */
async function keep(box) {
  const root = document.documentElement;
  const show = (on) => Object.assign(root.dataset, { keys: on ? "on" : "off" });
  show(box.checked);
  const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
  const body = new URLSearchParams({ on: box.checked ? "yes" : "no" });
  try {
    const answer = await fetch(box.dataset.keysUrl, { method: "POST", body, headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" } });
    if (!answer.ok) throw new Error(answer.status);
  } catch {
    box.checked = !box.checked;
    show(box.checked);
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: root.dataset.wordFailed, tone: "red" } }));
  }
}

function turn(on) {
  try {
    if (on) localStorage.removeItem("keys");
    else localStorage.setItem("keys", "off");
  } catch {
    /* Nothing to remember it with. */
  }
}

function use(target) {
  if (target instanceof HTMLDialogElement) {
    fillList();
    target.showModal();
  } else if (target.matches(typing)) {
    target.focus();
    target.select?.();
  } else {
    if (target.matches("a[href]:not([hx-get])")) leftAt = Date.now();
    target.click();
  }
}

/* Whoever types on while the next page is fetched does not mean the keys of this one: “n” and a name must not undo. */
const FETCHING_MS = 2000;
let leftAt = 0;

function isLeaving() {
  return Date.now() - leftAt < FETCHING_MS;
}

function isUsable(element) {
  return element instanceof HTMLDialogElement || element.offsetParent !== null || element.getClientRects().length > 0;
}

function bearer(key) {
  return [...document.querySelectorAll("[data-key]")].find((element) => element.dataset.key === key && isUsable(element));
}

function labelOf(element) {
  if (element.dataset.keyLabel) return element.dataset.keyLabel;
  const copy = element.cloneNode(true);
  for (const kbd of copy.querySelectorAll("kbd, .visually-hidden")) kbd.remove();
  return (element.getAttribute("aria-label") || copy.textContent || element.placeholder || "").trim();
}

function fillList() {
  const list = document.querySelector("[data-keys-list]");
  if (!list) return;
  const lines = new Map();
  for (const element of document.querySelectorAll("[data-key], [data-key-info]")) {
    const key = element.dataset.keyInfo ?? element.dataset.key;
    if (isUsable(element) && !lines.has(key)) lines.set(key, labelOf(element));
  }
  list.replaceChildren(
    ...[...lines].flatMap(([key, label]) => {
      const term = document.createElement("dt");
      const kbd = Object.assign(document.createElement("kbd"), { className: "kbd", textContent: key });
      term.append(kbd);
      return [term, Object.assign(document.createElement("dd"), { textContent: label })];
    }),
  );
}

document.addEventListener(
  "keydown",
  (press) => {
    if (press.key.length === 1 && isLeaving() && !press.target.closest?.(typing)) press.stopImmediatePropagation();
  },
  true,
);
window.addEventListener("pageshow", () => (leftAt = 0));
document.addEventListener("keydown", (press) => {
  if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing || press.defaultPrevented || !isOn()) return;
  if (press.target.closest?.(typing) || document.querySelector("dialog[open]")) return;
  const target = bearer(press.key);
  if (!target) return;
  press.preventDefault();
  use(target);
});

document.addEventListener("change", (change) => {
  if (!change.target.matches("[data-keys-switch]")) return;
  if (change.target.dataset.keysUrl) {
    turn(true); // what was kept on this device no longer counts
    keep(change.target);
  } else turn(change.target.checked);
});
document.addEventListener("click", (click) => {
  if (click.target.closest('[data-dialog-open="keys"]')) fillList();
});
for (const box of document.querySelectorAll("[data-keys-switch]")) box.checked = isOn();
