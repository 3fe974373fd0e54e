/* Before a plain form is sent we ask whether the server is there and the login still stands. Where it is not, the page
   stays as it is, with everything that was typed, and says what to do. A new login in another tab is enough to go on. */
import { toast } from "./toasts.js";

const WAIT = 8000;
const root = document.documentElement;
const user = root.dataset.user;

async function ask() {
  try {
    const answer = await fetch(root.dataset.alive, { redirect: "manual", headers: { "X-Requested-With": "fetch" }, signal: AbortSignal.timeout(WAIT) });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return { word: "wordSignedOut", login: true };
    if (!answer.ok) return {}; // The server is there: its own page says what is wrong.
    const told = await answer.json();
    return String(told.user) === user ? { token: told.token } : { word: "wordSomebodyElse" };
  } catch {
    return { word: "wordOffline" };
  }
}

function stay(form, { word, login }) {
  for (const old of document.querySelectorAll(".toast-red")) old.remove();
  const next = `${root.dataset.login}?next=${encodeURIComponent(root.dataset.alive)}`;
  toast({ text: root.dataset[word], tone: "red", link: login ? { href: next, text: root.dataset.wordSignIn } : null });
}

function renew(form, token) {
  for (const field of form.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
}

async function check(form, submitter) {
  const found = await ask();
  if (found.word) {
    stay(form, found);
    return;
  }
  if (found.token) renew(form, found.token);
  form.dataset.checked = "";
  form.requestSubmit(submitter);
}

if (root.dataset.alive) {
  addEventListener("submit", (sent) => {
    const form = sent.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if ("checked" in form.dataset) {
      delete form.dataset.checked;
      return;
    }
    sent.preventDefault();
    sent.stopImmediatePropagation();
    check(form, sent.submitter);
  }, true);
}
