/* The print button of sheets, and of any page. */
document.documentElement.classList.remove("no-js");
document.addEventListener("click", (click) => {
  if (click.target.closest("[data-print]")) print();
});
