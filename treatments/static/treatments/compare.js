/* Two photos, one over the other: the range says how much of the earlier one is seen. */
const slide = document.querySelector("[data-slide]");
const range = document.querySelector("[data-slide-range]");
if (slide && range) {
  const set = () => slide.style.setProperty("--at", `${range.value}%`);
  range.addEventListener("input", set);
  set();
}
