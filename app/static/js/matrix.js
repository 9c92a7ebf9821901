/* Bulk ticks of the rights matrix, and a ring around whatever differs from what is saved. */
(() => {
  "use strict";
  const form = document.querySelector("[data-matrix]");
  if (!form) return;

  const mark = (input) => {
    const isSame = input.type === "checkbox"
      ? input.checked === input.defaultChecked
      : [...input.options].every((option) => option.selected === option.defaultSelected);
    (input.closest(".tick") || input).classList.toggle("changed", !isSame);
  };

  /* All ticked: clear them; otherwise tick the rest. */
  const toggle = (boxes) => {
    const open = boxes.filter((box) => !box.disabled);
    const next = !open.every((box) => box.checked);
    open.forEach((box) => { box.checked = next; mark(box); });
    if (open.length) form.dispatchEvent(new Event("input"));
  };

  form.addEventListener("change", (event) => {
    if (event.target.matches("input[type=checkbox], select")) mark(event.target);
  });
  form.addEventListener("click", (event) => {
    const column = event.target.closest("button[data-column]");
    if (column) toggle([...form.querySelectorAll(`td[data-column="${column.dataset.column}"] input`)]);
    const row = event.target.closest("[data-row-all]");
    if (row) toggle([...row.closest("[data-row]").querySelectorAll("input[type=checkbox]")]);
  });
})();
