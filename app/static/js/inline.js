// Cells of a list that are changed in their place: the pencil, the form laid over a cell, saving and going on.
(() => {
  "use strict";
  const { token, text, refresh, request, toast, composing, element, icon } = window.kehu;
  // A click opens the record; it waits so long for the second one of a double click.
  const DOUBLE = 250;
  // Pixels that an input needs at least.
  const NARROWEST = 340;
  const pointing = window.matchMedia("(hover: hover) and (min-width: 768px)");

  let editor = null;

  const headOf = (cell) => cell.closest("table").tHead?.rows[0].cells[cell.cellIndex];
  const isEditable = (cell) =>
    cell.closest("#list tr[data-href]") !== null && headOf(cell)?.hasAttribute("data-edit") === true;
  const cellAt = (target) => {
    const cell = target instanceof Element ? target.closest("#list tbody td") : null;
    return cell && isEditable(cell) && !target.closest("a, input, label, .cell-layer") ? cell : null;
  };

  // The form of a cell --------------------------------------------------------------------
  const open = async (cell) => {
    if (editor && !(await save())) return;
    let answer;
    try {
      answer = await request(`${cell.parentElement.dataset.href}/cell/${headOf(cell).dataset.edit}`);
    } catch (problem) {
      toast(problem.message, "danger");
      return;
    }
    if (!cell.isConnected || editor) return;
    const layer = element("div", { class: "cell-layer", role: "dialog", "aria-label": headOf(cell).textContent.trim() });
    editor = { cell, layer, dirty: false, saving: false };
    document.getElementById("list").append(layer);
    cell.classList.add("editing");
    const change = () => { if (editor) editor.dirty = true; };
    layer.addEventListener("input", change);
    layer.addEventListener("change", change);
    layer.addEventListener("keydown", onKey, true);
    layer.addEventListener("keydown", (event) => event.stopPropagation());
    layer.addEventListener("submit", (event) => {
      event.preventDefault();
      save().then((saved) => saved && focus(0, 0));
    });
    layer.addEventListener("click", (event) => { if (event.target.closest("[data-cell-cancel]") && !editor.saving) close(); });
    show(answer.form);
  };

  const show = (html) => {
    const { layer } = editor;
    layer.innerHTML = html;
    window.htmx.process(layer);
    refresh(layer);
    place();
    const input = layer.querySelector(".cell-input :is(input, select, textarea):not([type=hidden], [type=radio]:not(:checked))");
    (input?.tomselect || input)?.focus();
    if (input?.matches("input:not([type=checkbox], [type=radio])")) input.select();
  };

  const place = () => {
    if (!editor) return;
    const { cell, layer } = editor;
    const box = cell.getBoundingClientRect();
    const width = Math.min(Math.max(box.width, NARROWEST), window.innerWidth - 16);
    layer.style.width = `${width}px`;
    layer.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - width - 8))}px`;
    layer.style.top = `${Math.max(8, Math.min(box.top, window.innerHeight - layer.offsetHeight - 8))}px`;
  };
  window.addEventListener("resize", place);
  document.addEventListener("scroll", place, true);

  const close = () => {
    const { cell, layer } = editor;
    editor = null;
    layer.remove();
    cell.classList.remove("editing");
    if (cell.isConnected) window.kehu.grid.focusCell(cell);
  };

  // Saving ----------------------------------------------------------------------------------
  const send = async (form) => {
    const data = new FormData(form);
    data.set("state", window.location.search);
    if (document.querySelector("#list [name=rowid]")) data.set("tickable", "1");
    const answer = await fetch(form.action, {
      method: "POST",
      body: data,
      headers: { "X-CSRFToken": token, Accept: "application/json" },
    }).catch(() => null);
    return answer ? answer.json().catch(() => ({})) : { message: text("offline") };
  };

  /** True once the cell holds what was typed; else the form says why not and stays open. */
  const save = async () => {
    if (editor.saving) return false;
    if (!editor.dirty) {
      close();
      return true;
    }
    const { layer, cell } = editor;
    editor.saving = true;
    layer.classList.add("saving");
    const answer = await send(layer.querySelector("form"));
    layer.classList.remove("saving");
    if (!editor) return false;
    editor.saving = false;
    if (answer.row !== undefined) {
      const { cellIndex } = cell;
      const row = replaced(cell.parentElement, answer);
      editor.cell = row?.cells[cellIndex] || cell;
      close();
      return true;
    }
    if (answer.form) show(answer.form);
    else toast(answer.message || text("failed"), "danger");
    return false;
  };

  /** The row as it is now in the place of what it was; null when it is gone. */
  const replaced = (row, { row: html, seen }) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.querySelector("tr");
    if (!fresh) {
      row.remove();
      return null;
    }
    const table = row.closest("table");
    const [before, after] = [row, fresh].map((one) => one.querySelector("[name=rowid]"));
    if (before && after) after.checked = before.checked;
    fresh.classList.toggle("selected", row.classList.contains("selected"));
    fresh.classList.add("just-saved");
    row.replaceWith(fresh);
    window.htmx.process(fresh);
    refresh(fresh);
    window.kehu.list.label(table);
    const versions = table.closest("form")?.elements.seen;
    if (versions) {
      const key = `${seen.split(":")[0]}:`;
      versions.value = versions.value.split(" ").map((one) => (one.startsWith(key) ? seen : one)).join(" ");
    }
    return fresh;
  };

  // Going on --------------------------------------------------------------------------------
  const focus = (down, right) => {
    const cell = document.activeElement?.closest("#list td");
    if (!cell) return null;
    const rows = [...cell.closest("table").querySelectorAll("tbody tr[data-href]")];
    const cells = rows.flatMap((row) => [...row.cells].filter(isEditable));
    const below = rows[rows.indexOf(cell.parentElement) + down]?.cells[cell.cellIndex];
    const target = right ? cells[cells.indexOf(cell) + right] : below;
    if (target) window.kehu.grid.focusCell(target);
    return target || null;
  };

  const onKey = async (event) => {
    if (composing(event)) return;
    if (editor.saving) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const { target, key } = event;
    const picker = editor.layer.querySelector("[data-picker]")?.tomselect;
    if (key === "Escape") {
      if (picker?.isOpen) return;
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (key === "Enter") {
      const chooses = picker?.isOpen && picker.activeOption;
      const writes = target.matches("textarea") && !event.ctrlKey && !event.metaKey;
      if (chooses || writes || target.matches("button, a")) return;
      event.preventDefault();
      event.stopPropagation();
      if (await save()) focus(1, 0);
    } else if (key === "Tab" && !editor.layer.querySelector("[name=confirm]")) {
      event.preventDefault();
      event.stopPropagation();
      if (await save()) {
        const next = focus(0, event.shiftKey ? -1 : 1);
        if (next) await open(next);
      }
    }
  };

  // A click elsewhere saves; it does nothing else while there is something to save.
  document.addEventListener("click", (event) => {
    if (!editor || !event.isTrusted) return;
    if (event.target.closest(".cell-layer, .ts-dropdown, .flatpickr-calendar, dialog, .toasts")) return;
    if (!event.target.isConnected) return; // a part of a picker that has just closed
    if (editor.dirty) {
      event.preventDefault();
      event.stopPropagation();
    }
    save();
  }, true);
  window.addEventListener("beforeunload", (event) => { if (editor?.dirty) event.preventDefault(); });
  document.addEventListener("htmx:afterSwap", () => { if (editor && !editor.layer.isConnected) editor = null; });

  // The pointer -----------------------------------------------------------------------------
  const pencil = element("button", { class: "cell-pencil", type: "button", tabindex: "-1", "aria-hidden": "true" }, icon("pencil"));
  pencil.addEventListener("click", (event) => {
    event.preventDefault();
    open(pencil.parentElement);
  });
  document.addEventListener("pointerover", (event) => {
    if (!pointing.matches || event.target.closest?.(".cell-pencil")) return;
    const cell = event.target.closest?.("#list tbody td");
    if (cell && isEditable(cell)) {
      pencil.title = cell.closest("form")?.dataset.editTitle || "";
      if (pencil.parentElement !== cell) cell.append(pencil);
    } else pencil.remove();
  });

  let opening;
  document.addEventListener("click", (event) => {
    const cell = pointing.matches && !event.ctrlKey && !event.metaKey && !event.shiftKey ? cellAt(event.target) : null;
    if (!cell || event.defaultPrevented || event.target.closest("button")) return;
    event.preventDefault(); // the row is opened here
    clearTimeout(opening);
    if (event.detail > 1) return;
    opening = setTimeout(() => {
      if (!String(window.getSelection())) window.location.assign(cell.parentElement.dataset.href);
    }, DOUBLE);
  }, true);
  document.addEventListener("dblclick", (event) => {
    const cell = pointing.matches ? cellAt(event.target) : null;
    if (!cell) return;
    clearTimeout(opening);
    window.getSelection().removeAllRanges();
    open(cell);
  });

  window.kehu.inline = { open, isEditable };
})();
