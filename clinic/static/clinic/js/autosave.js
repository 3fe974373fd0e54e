/* Drafts that survive a lost network and an expired login.

   <form data-autosave-key="record-7" data-autosave="/url">: every change is kept on this device at once and sent to the
   address after a pause, one request at a time; the copy goes when the server has it. Without an address it is only kept.
   The answer may be {"version": n}: it is written into the field named version, so that two tablets notice each other, and
   the whole answer goes out with "autosave:saved".
   409 or 412 stops the sending and fires "autosave:stale". A copy that was typed over another version than the page now
   shows is never sent by itself: components/autosave.html asks. [data-autosave-status] says where it stands. */
const PAUSE = 1200;
const KEPT_FOR = 3 * 24 * 3600 * 1000;
const state = new WeakMap();

const nameOf = (form) => `draft:${form.dataset.autosaveKey}`;
const within = (form, what) => form.querySelector(what) ?? document.querySelector(what);

function read(form, withToken = false) {
  const pairs = [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && (withToken || name !== "csrfmiddlewaretoken"),
  );
  return new URLSearchParams(pairs).toString();
}

function store(action) {
  try {
    return action(localStorage);
  } catch {
    return null; // Storage may be full or closed; the server's copy remains.
  }
}

function kept(form) {
  const found = store((room) => JSON.parse(room.getItem(nameOf(form)) ?? "null"));
  return found && Date.now() - found.at < KEPT_FOR ? found.text : null;
}

function say(form, word) {
  const status = within(form, "[data-autosave-status]");
  if (status) status.textContent = status.dataset[word] ?? "";
}

const keep = (form) => store((room) => room.setItem(nameOf(form), JSON.stringify({ text: read(form), at: Date.now() })));
const drop = (form) => store((room) => room.removeItem(nameOf(form)));

async function send(form) {
  const its = state.get(form);
  if (!form.dataset.autosave || its.isStale) return say(form, "kept");
  if (its.isSending) {
    its.isWaiting = true;
    return;
  }
  its.isSending = true;
  say(form, "saving");
  await post(form).catch(() => say(form, "kept"));
  its.isSending = false;
  if (its.isWaiting) {
    its.isWaiting = false;
    send(form);
  }
}

async function post(form) {
  const text = read(form);
  const answer = await fetch(form.dataset.autosave, {
    method: "POST",
    body: new URLSearchParams(read(form, true)),
    headers: { "X-Requested-With": "autosave" },
    redirect: "manual",
  });
  if (answer.ok) await saved(form, answer, text);
  else if (answer.status === 409 || answer.status === 412) stale(form);
  else say(form, answer.type === "opaqueredirect" || answer.status === 403 ? "expired" : "kept");
}

async function saved(form, answer, text) {
  const isUnchanged = read(form) === text;
  const told = await answer.json().catch(() => ({}));
  if (told.version !== undefined && form.elements.version) form.elements.version.value = told.version;
  if (isUnchanged) drop(form);
  else keep(form);
  say(form, "saved");
  form.dispatchEvent(new CustomEvent("autosave:saved", { bubbles: true, detail: told }));
}

function stale(form) {
  state.get(form).isStale = true;
  say(form, "stale");
  form.dispatchEvent(new CustomEvent("autosave:stale", { bubbles: true }));
}

function fill(form, text) {
  const values = new URLSearchParams(text);
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.type === "file") continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.getAll(field.name).includes(field.value);
    else if (values.has(field.name)) field.value = values.get(field.name);
  }
  form.dispatchEvent(new CustomEvent("autosave:restored", { bubbles: true }));
}

function restore(form) {
  const text = kept(form);
  if (!text || text === read(form)) return drop(form);
  const isSameVersion = new URLSearchParams(text).get("version") === new URLSearchParams(read(form)).get("version");
  if (isSameVersion) {
    fill(form, text);
    send(form);
  } else {
    ask(form, text);
  }
}

function ask(form, text) {
  const question = within(form, "[data-autosave-conflict]");
  if (!question) return;
  question.hidden = false;
  question.querySelector("[data-autosave-use]").onclick = () => {
    question.hidden = true;
    fill(form, text);
    keep(form);
    send(form);
  };
  question.querySelector("[data-autosave-drop]").onclick = () => {
    question.hidden = true;
    drop(form);
  };
}

/* What was submitted is dropped only by the next page of ours: a failed or redirected one keeps it. */
function dropSubmitted() {
  const sent = store(() => JSON.parse(sessionStorage.getItem("drafts-sent") ?? "{}")) ?? {};
  for (const [name, text] of Object.entries(sent)) {
    store((room) => JSON.parse(room.getItem(name) ?? "null")?.text === text && room.removeItem(name));
  }
  store(() => sessionStorage.removeItem("drafts-sent"));
}

export function watch(form) {
  if (state.has(form) || form.dataset.autosaveWatched) return;
  form.dataset.autosaveWatched = "yes";
  const its = { timer: 0, isSending: false, isWaiting: false, isStale: false };
  state.set(form, its);
  form.addEventListener("input", () => {
    keep(form);
    clearTimeout(its.timer);
    its.timer = setTimeout(() => send(form), PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(its.timer);
    keep(form);
    store(() => sessionStorage.setItem("drafts-sent", JSON.stringify({ [nameOf(form)]: read(form) })));
  });
  addEventListener("online", () => kept(form) && send(form));
  restore(form);
}

dropSubmitted();
for (const form of document.querySelectorAll("form[data-autosave-key]")) watch(form);
document.addEventListener("htmx:load", (load) => load.detail.elt.querySelectorAll?.("form[data-autosave-key]").forEach(watch));
