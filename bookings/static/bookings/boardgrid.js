// Where things are on the board: rows of five minutes in lanes, each lane with its own start.
export const ROW_MINUTES = 5;
export const board = document.getElementById("board");
const said = document.getElementById("board-why");

export const lanes = () => [...board.querySelectorAll(".lane")];
export const rowHeight = () => parseFloat(getComputedStyle(board).getPropertyValue("--row")) || 7.2;
export const step = () => Math.max(1, Number(board.dataset.step) / ROW_MINUTES);
export const rowsPerStep = (event) => (event.shiftKey ? 1 : step());
export const address = (name, pk) => board.dataset[name].replace("/0/", `/${pk}/`);

export function startOf(row, lane) {
  return new Date(new Date(lane.dataset.start).getTime() + (row - 1) * ROW_MINUTES * 60000);
}

export function wall(row, lane) {
  return startOf(row, lane).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: board.dataset.zone });
}

export function laneAt(event) {
  return lanes().find((one) => {
    const box = one.getBoundingClientRect();
    return event.clientX >= box.left && event.clientX < box.right;
  });
}

export function rowAt(event, lane, offset = 0, round = Math.round) {
  const by = rowsPerStep(event);
  const raw = (event.clientY - offset - lane.getBoundingClientRect().top) / rowHeight();
  return Math.max(1, round(raw / by) * by + 1);
}

export function say(text, verdict = "") {
  said.textContent = text;
  said.dataset.verdict = verdict;
  said.hidden = !text;
}

export function send(url, told) {
  window.htmx.ajax("POST", url, { source: "#board", target: "#board-body", swap: "none", values: told });
}
