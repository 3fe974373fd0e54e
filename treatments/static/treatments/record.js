/* The session record while it is typed: zones chosen on the map open their rows, lots follow the product, "now" fills a
   time, and the answer to autosave says what is missing, what is beyond a limit and what the totals are. */
const form = document.getElementById("record");
const words = form.querySelector("[data-counts]").dataset;

const rowOf = (box) => form.querySelector(`[data-zone-row="${box.value}"]`);
function showZones() {
  let any = false;
  for (const box of form.querySelectorAll('input[name="zone"]')) {
    const row = rowOf(box);
    row.hidden = row.disabled = !box.checked;
    any ||= box.checked;
  }
  form.querySelector("[data-no-zones]").hidden = any;
}

function level(field) {
  const value = Number(field.value.replace(",", "."));
  const { low, high, soft, cap } = field.dataset;
  const name =
    field.value === "" || Number.isNaN(value) ? ""
    : value > Number(cap) ? "block"
    : value > Number(soft) ? "sign"
    : value < Number(low) || value > Number(high) ? "note"
    : "";
  field.dataset.level = name;
}

function followProduct(select, isChosenNow) {
  const row = select.closest("[data-product-row]");
  const lot = row.querySelector("[data-lot]");
  for (const option of lot.options) option.hidden = option.disabled = Boolean(option.value && select.value && option.dataset.of !== select.value);
  if (lot.selectedOptions[0]?.disabled) lot.value = "";
  const adrenaline = row.querySelector("[data-adrenaline]");
  if (adrenaline) adrenaline.hidden = !("caine" in select.selectedOptions[0].dataset) && !adrenaline.querySelector("input").checked;
  if (!isChosenNow) return;
  const chosen = select.selectedOptions[0].dataset;
  const role = row.querySelector('select[name$=".role"]');
  if (role && chosen.role) role.value = chosen.role;
  const unit = row.querySelector("[data-unit-of]");
  if (unit && [...unit.options].some((one) => one.value === chosen.unit)) unit.value = chosen.unit;
  const strength = row.querySelector("[data-strength-of]");
  if (strength && !strength.value && chosen.strength) strength.value = chosen.strength;
  const free = [...lot.options].filter((one) => one.value && !one.disabled);
  if (!lot.value && free.length === 1) lot.value = free[0].value;
  addRow(row);
}

/* A filled last row is followed by an empty one, so that nothing has to be saved to go on. */
function addRow(row) {
  if (!("emptyRow" in row.dataset)) return;
  delete row.dataset.emptyRow;
  const places = [...form.querySelectorAll('[name^="p."]')].map((one) => Number(one.name.split(".")[1]));
  const place = Math.max(...places) + 1;
  const next = row.cloneNode(true);
  next.dataset.emptyRow = "";
  for (const part of next.querySelectorAll("[name], [id], label[for], [data-now]")) {
    for (const name of ["name", "id", "for", "data-now"]) {
      const old = part.getAttribute(name);
      if (old) part.setAttribute(name, old.replace(/^p(\.?)\d+/, `p$1${place}`));
    }
    if (part.matches("input:not([type=hidden]), select")) part.tagName === "SELECT" ? (part.selectedIndex = 0) : (part.value = part.type === "checkbox" ? part.value : "");
    if (part.type === "checkbox") part.checked = false;
  }
  next.querySelector("[data-said-product]").replaceChildren();
  row.after(next);
}

const pad = (number) => String(number).padStart(2, "0");
function fillNow(name) {
  const field = form.elements[name];
  const at = new Date();
  const clock = `${pad(at.getHours())}:${pad(at.getMinutes())}`;
  field.value = field.type === "time" ? clock : `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${clock}`;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function sentence(one) {
  const line = document.createElement("p");
  line.className = `said-${one.kind}`;
  line.textContent = one.sentence;
  return line;
}

function placeOf(field) {
  const [kind, at, ...code] = field.split(".");
  if (kind === "fields") return form.querySelector(`[data-said="f.${CSS.escape([at, ...code].join("."))}"]`);
  if (kind === "zones" && code.length) {
    const row = [...form.querySelectorAll("[data-zone-row]:not([hidden])")][Number(at)];
    return row?.querySelector(`[data-said$=".${code.join(".")}"]`);
  }
  if (kind === "products" && at !== undefined) {
    const rows = [...form.querySelectorAll("[data-product-row]")]
      .filter((row) => row.querySelector("[data-product]").value)
      .sort((a, b) => number(a) - number(b));
    return rows[Number(at)]?.querySelector("[data-said-product]");
  }
  return form.querySelector(`[data-said="${CSS.escape(field)}"]`);
}
const number = (row) => Number(row.querySelector("[name]").name.split(".")[1]);

function tell({ problems = [], lines = [] }) {
  for (const place of form.querySelectorAll(".said")) place.replaceChildren();
  const counts = { missing: 0, block: 0, sign: 0, note: 0 };
  for (const one of problems) {
    counts[one.kind] += 1;
    if (one.kind !== "missing") placeOf(one.field)?.append(sentence(one));
  }
  const said = [];
  if (counts.missing) said.push(`${counts.missing} ${words.missingWord}`);
  if (counts.block) said.push(`${counts.block} ${words.blockWord}`);
  if (counts.sign) said.push(`${counts.sign} ${words.signWord}`);
  form.querySelector("[data-counts]").textContent = said.join(" · ");
  const totals = form.querySelector("[data-totals]");
  const blank = form.querySelector("[data-total]");
  totals.replaceChildren(...lines.map((line) => {
    const made = blank.content.firstElementChild.cloneNode(true);
    made.classList.toggle("is-over", line.over);
    made.querySelector("dt").textContent = line.label;
    made.querySelector("dd").textContent = line.text;
    if (line.share !== null) {
      const bar = document.createElement("progress");
      Object.assign(bar, { max: 100, value: line.share });
      bar.setAttribute("aria-label", line.label);
      made.querySelector("dd").append(bar);
    }
    return made;
  }));
}

form.addEventListener("change", (event) => {
  if (event.target.name === "zone") showZones();
  if (event.target.matches("[data-product]")) followProduct(event.target, true);
  if (event.target.name === "f.numbing_agent") {
    for (const one of form.querySelectorAll("[data-agent]")) one.hidden = one.dataset.agent !== event.target.value;
  }
});
form.addEventListener("input", (event) => {
  if (event.target.dataset.cap) level(event.target);
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-now]");
  if (button) fillNow(button.dataset.now);
});
form.addEventListener("autosave:saved", (event) => tell(event.detail));
form.addEventListener("autosave:restored", showZones);
showZones();
for (const select of form.querySelectorAll("[data-product]")) followProduct(select, false);
for (const field of form.querySelectorAll("[data-cap]")) level(field);
