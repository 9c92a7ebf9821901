// A list page: live search, ticked rows with their bulk bar, and swapping the rows without a reload.
(() => {
  "use strict";
  const { text, mount, debounce, composing } = window.kehu;

  /** Shows the list at `url`, keeping the page around it. */
  const visit = (url) => window.htmx.ajax("GET", url, { source: "#list-page" });
  /** The address of the list with some parameters changed; back on its first page. */
  const address = (changes) => {
    const url = new URL(window.location.href);
    url.searchParams.delete("page");
    for (const [name, value] of Object.entries(changes)) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    return url.pathname + url.search;
  };
  const reload = () => visit(window.location.pathname + window.location.search);
  window.kehu.list = { visit, address, reload };

  mount("[data-search]", (form) => {
    const input = form.querySelector("[name=q]");
    let shown = input.value;
    const search = () => {
      if (input.value.trim() === shown.trim()) return;
      shown = input.value;
      visit(address({ q: input.value.trim() }));
    };
    const later = debounce(search);
    input.addEventListener("input", (event) => { if (!event.isComposing) later(); });
    input.addEventListener("compositionend", later);
    input.addEventListener("keydown", (event) => {
      if (composing(event)) event.stopPropagation();
      else if (event.key === "Escape") input.blur();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      search();
    });
    // "Clear all" and the back button change the words from outside.
    mount("#list", (list) => {
      if (document.activeElement === input) return;
      input.value = shown = list.dataset.q;
    });
  });

  // Where rows are cards each value stands beside the label of its column.
  const label = (table) => {
    const labels = [...(table.tHead?.rows[0].cells ?? [])].map((head) => head.textContent.trim());
    for (const cell of table.tBodies[0].querySelectorAll("td")) cell.dataset.label ??= labels[cell.cellIndex] ?? "";
  };
  mount(".cards .sheet", label);
  window.kehu.list.label = label;

  // Editing many rows: a chosen field appears at once.
  mount("[data-add-field]", (select) => {
    const button = select.parentElement.querySelector("[type=submit]");
    button.hidden = true;
    select.addEventListener("change", () => { if (select.value) select.form.requestSubmit(button); });
    if (!document.querySelector(".bulk-field")) select.focus();
  });

  mount("[data-bulk]", (form) => {
    const bar = form.querySelector(".bulk-bar");
    const all = form.querySelector("[data-tick-all]");
    const every = form.querySelector("[data-tick-every]");
    const shown = form.querySelector("[data-bulk-count]");
    const ticks = () => [...form.querySelectorAll("[name=rowid]")];
    if (!bar) return;
    let last = null;
    const update = () => {
      const boxes = ticks();
      const count = boxes.filter((tick) => tick.checked).length;
      for (const tick of boxes) {
        tick.closest("tr").classList.toggle("selected", tick.checked);
        tick.closest("tr").setAttribute("aria-selected", String(tick.checked));
      }
      all.checked = count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
      bar.hidden = count === 0;
      // All that the filters leave are meant, not only those on this page, until a tick is taken away.
      const means = every && !form.elements.all_rows.disabled && all.checked;
      if (every) {
        form.elements.all_rows.disabled = !means;
        every.hidden = means || !all.checked;
      }
      shown.textContent = means ? shown.dataset.every : text("selected", { count });
      for (const button of bar.querySelectorAll("[formaction]")) {
        button.disabled = means && Number(form.elements.matching.value) > Number(button.dataset.most);
        button.dataset.question ??= button.dataset.confirm ?? "";
        if (button.dataset.question) button.dataset.confirm = means ? `${shown.dataset.every} ${button.dataset.question}` : button.dataset.question;
      }
    };
    const set = (value) => {
      for (const tick of ticks()) tick.checked = value;
      update();
    };
    form.addEventListener("click", (event) => {
      const boxes = ticks();
      const index = boxes.indexOf(event.target);
      if (index < 0) return;
      if (event.shiftKey && last !== null) {
        const [from, to] = [Math.min(last, index), Math.max(last, index)];
        for (const tick of boxes.slice(from, to + 1)) tick.checked = event.target.checked;
      }
      last = index;
      update();
    });
    all.addEventListener("change", () => set(all.checked));
    every?.addEventListener("click", () => {
      form.elements.all_rows.disabled = false;
      update();
    });
    form.querySelector("[data-tick-none]").addEventListener("click", () => set(false));
    // The token has no place in an address.
    form.addEventListener("formdata", (event) => {
      if (document.activeElement?.formMethod === "get") event.formData.delete("csrf_token");
    });
    update();
  });
})();
