// The rows of a list from the keyboard. For assistive technology the table is a grid with one stop of Tab.
(() => {
  "use strict";
  const { mount, composing, typing } = window.kehu;

  const grid = () => document.querySelector("#list .sheet");
  const rowsOf = (table) => [...table.querySelectorAll("tbody:not([hidden]) > tr[data-href]")];
  const tickOf = (row) => row.querySelector("[name=rowid]");
  const cellsOf = (row) => [...row.cells].filter((cell) => !cell.classList.contains("tick"));

  const take = (element) => {
    for (const other of grid().querySelectorAll("tbody [tabindex='0']")) other.tabIndex = -1;
    element.tabIndex = 0;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const focusRow = (row) => take(row);
  const focusCell = (cell) => take(cell);
  window.kehu.grid = { focusRow, focusCell };

  mount("#list .sheet", (table) => {
    table.setAttribute("role", "grid");
    if (table.querySelector("[name=rowid]")) table.setAttribute("aria-multiselectable", "true");
    const [first] = rowsOf(table);
    if (first) first.tabIndex = 0;
    for (const row of rowsOf(table)) if (tickOf(row)) row.setAttribute("aria-selected", String(tickOf(row).checked));
  });

  /** Where the focus is: a row, and a cell of it or none. */
  const place = (table) => {
    const inside = document.activeElement?.closest("#list .sheet tbody tr[data-href]");
    const row = inside && table.contains(inside) ? inside : null;
    const cell = row && document.activeElement.closest("td:not(.tick)");
    return { row, cell };
  };

  const move = (step) => (table, { row, cell }) => {
    const rows = rowsOf(table);
    const next = row ? rows[rows.indexOf(row) + step] : rows[0];
    if (next) (cell ? focusCell(next.cells[cell.cellIndex]) : focusRow(next));
  };
  const sideways = (step) => (_table, { row, cell }) => {
    const cells = cellsOf(row);
    const at = cell ? cells.indexOf(cell) + step : step > 0 ? 0 : -1;
    if (at < 0) focusRow(row);
    else if (cells[at]) focusCell(cells[at]);
  };
  const toggle = (shiftKey) => (_table, { row }) =>
    tickOf(row)?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
  const openRow = (_table, { row }) => window.location.assign(row.dataset.href);
  const enter = (table, at) => {
    if (at.cell && window.kehu.inline.isEditable(at.cell)) window.kehu.inline.open(at.cell);
    else openRow(table, at);
  };
  const editCell = (_table, { row, cell }) => {
    const target = [cell, ...cellsOf(row)].find((one) => one && window.kehu.inline.isEditable(one));
    if (target) window.kehu.inline.open(target);
  };
  const editRow = (table, { row }) => {
    if (table.closest("form")?.querySelector("[formaction$='/bulk-edit']")) window.location.assign(`${row.dataset.href}/edit`);
  };
  const clear = (table, { row, cell }) => {
    if (table.querySelector("[name=rowid]:checked")) table.closest("form").querySelector("[data-tick-none]")?.click();
    else if (cell) focusRow(row);
  };

  // Work wherever the focus is on the page ...
  const anywhere = { j: move(1), k: move(-1) };
  // ... and such that need a row.
  const onRow = {
    ArrowDown: move(1), ArrowUp: move(-1), ArrowRight: sideways(1), ArrowLeft: sideways(-1),
    x: toggle(false), X: toggle(true), " ": toggle(false), o: openRow, Enter: enter, F2: editCell, e: editRow, Escape: clear,
  };

  document.addEventListener("keydown", (event) => {
    const table = grid();
    if (!table || composing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open], .dropdown-menu.show, .cell-layer")) return;
    const { target } = event;
    const ticks = target instanceof Element && target.matches("#list [type=checkbox]");
    if (typing(target) && !ticks) return;
    // Links, buttons and boxes keep the keys that are theirs.
    if (["Enter", " "].includes(event.key) && target instanceof Element && target.matches("a, button, input")) return;
    const at = place(table);
    const act = anywhere[event.key] || (at.row ? onRow[event.key] : null);
    if (!act) {
      // Ticked rows are let go of from wherever the focus went.
      if (event.key === "Escape" && table.querySelector("[name=rowid]:checked")) clear(table, at);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    act(table, at);
  }, true);
})();
