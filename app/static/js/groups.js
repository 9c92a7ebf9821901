// A list in groups: opening and closing them, and links that change the list without a reload.
(() => {
  "use strict";

  // Where rows are cards each value stands beside the label of its column.
  window.kehu.mount(".group-rows tr", (row) => {
    const heads = row.closest("table").tHead.rows[0].cells;
    for (const cell of row.querySelectorAll("td:not([colspan])")) cell.dataset.label ??= heads[cell.cellIndex].textContent.trim();
  });

  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-group]");
    if (toggle) {
      const open = toggle.getAttribute("aria-expanded") !== "true";
      toggle.setAttribute("aria-expanded", String(open));
      toggle.closest("tbody").nextElementSibling.hidden = !open;
    }
    const link = event.target.closest("a[data-visit]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      window.kehu.list.visit(link.getAttribute("href"));
    }
  });
})();
