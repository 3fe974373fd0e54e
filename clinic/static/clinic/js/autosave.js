/* Drafts that survive a lost network and an expired login.
   <form data-autosave="/url" data-autosave-key="record-7"> keeps every change on this device, sends it to the address
   after a pause, and forgets the copy once the server has it. [data-autosave-status] says where it stands, with the
   words from its data-saved, data-saving, data-kept and data-expired. An answer 409 or 412 stops and fires "autosave:stale". */
const PAUSE = 1200;

const storeKey = (form) => `draft:${form.dataset.autosaveKey}`;
const read = (form) => new URLSearchParams(new FormData(form)).toString();

function say(form, word) {
  const status = form.querySelector("[data-autosave-status]") ?? document.querySelector("[data-autosave-status]");
  if (status) status.textContent = status.dataset[word] ?? "";
}

function keep(form, text) {
  try {
    localStorage.setItem(storeKey(form), text);
  } catch {
    /* No room: the server copy remains. */
  }
}

function forget(form, sent) {
  try {
    if (localStorage.getItem(storeKey(form)) === sent) localStorage.removeItem(storeKey(form));
  } catch {
    /* Nothing was kept. */
  }
}

async function send(form) {
  const text = read(form);
  say(form, "saving");
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: "POST",
      body: new URLSearchParams(text),
      headers: { "X-Requested-With": "autosave" },
      redirect: "manual",
    });
    settle(form, answer, text);
  } catch {
    say(form, "kept");
  }
}

function settle(form, answer, text) {
  if (answer.ok) {
    forget(form, text);
    say(form, "saved");
  } else if (answer.status === 409 || answer.status === 412) {
    form.dispatchEvent(new CustomEvent("autosave:stale", { bubbles: true }));
    say(form, "kept");
  } else {
    say(form, answer.type === "opaqueredirect" || answer.status === 403 ? "expired" : "kept");
  }
}

function restore(form) {
  let kept = null;
  try {
    kept = localStorage.getItem(storeKey(form));
  } catch {
    return;
  }
  if (!kept || kept === read(form)) return;
  const values = new URLSearchParams(kept);
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.type === "file") continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.getAll(field.name).includes(field.value);
    else if (values.has(field.name)) field.value = values.get(field.name);
  }
  form.dispatchEvent(new CustomEvent("autosave:restored", { bubbles: true }));
  send(form);
}

export function watch(form) {
  let timer;
  form.addEventListener("input", () => {
    keep(form, read(form));
    clearTimeout(timer);
    timer = setTimeout(() => send(form), PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    forget(form, read(form));
  });
  addEventListener("online", () => send(form));
  restore(form);
}

for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);
