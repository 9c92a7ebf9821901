// Inline rows of a form: add, remove, Tab and Enter in the last cell add one, totals come from the server.
(() => {
  "use strict";
  const { mount, refresh, element, debounce, composing, post } = window.kehu;

  mount("[data-lines]", (box) => {
    const body = box.querySelector("tbody");
    const template = box.querySelector("template");
    const form = box.closest("form");
    const rows = () => [...body.querySelectorAll(":scope > [data-line]")];
    let next = rows().length;

    const inputs = (row) => [...row.querySelectorAll("input, select, textarea, .ts-control input")].filter(
      (input) => input.type !== "hidden" && input.offsetParent !== null && !input.readOnly && input.tabIndex >= 0,
    );
    const renumber = () => rows().forEach((row, index) => { row.querySelector("[data-number]").textContent = index + 1; });

    const add = (keyboard) => {
      const row = template.content.querySelector("[data-line]").cloneNode(true);
      for (const part of row.querySelectorAll("[name*='__index__'], [id*='__index__'], [data-date], [aria-describedby*='__index__']")) {
        for (const attribute of ["name", "id", "data-date", "aria-describedby"]) {
          const value = part.getAttribute(attribute);
          if (value) part.setAttribute(attribute, value.replace("__index__", next));
        }
      }
      next += 1;
      body.append(row);
      refresh(row);
      renumber();
      const first = inputs(row)[0];
      // For the pointer a picker stays closed: its list would lie over the button just pressed.
      if (keyboard || !first?.matches("[data-picker]")) first?.focus();
    };
    const changed = () => form.dispatchEvent(new Event("input"));
    const remove = (row) => {
      const near = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      renumber();
      changed();
      askTotals();
      // Not a field: a picker would open over the lines.
      (near?.querySelector("[data-line-remove]") || box.querySelector("[data-line-add]")).focus();
    };

    const show = ({ lines = [], usual = [], totals = [] }) => {
      const named = (row, column) => row.querySelector(`[name$="-${CSS.escape(column)}"]`);
      rows().forEach((row, index) => {
        for (const [column, text] of Object.entries(lines[index] || {})) {
          const input = named(row, column);
          if (input?.readOnly) input.value = text;
        }
        for (const [column, text] of Object.entries(usual[index] || {})) {
          const input = named(row, column);
          if (input) input.placeholder = text;
        }
      });
      box.querySelector("[data-totals]").replaceChildren(
        ...totals.flatMap(([label, text]) => [element("dt", {}, label), element("dd", {}, text)]),
      );
    };
    // Answers may overtake each other: only the newest question counts.
    let asked = 0;
    const askTotals = debounce(async () => {
      if (!box.dataset.totalsUrl) return;
      const question = ++asked;
      const answer = await post(box.dataset.totalsUrl, new FormData(form)).catch(() => null);
      if (answer && question === asked) show(answer);
    });

    box.addEventListener("click", (event) => {
      if (event.target.closest("[data-line-add]")) { add(event.detail === 0); changed(); }
      const button = event.target.closest("[data-line-remove]");
      if (button) remove(button.closest("[data-line]"));
    });
    box.addEventListener("input", askTotals);
    body.addEventListener("keydown", (event) => {
      if (composing(event) || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (event.key !== "Enter" && event.key !== "Tab") return;
      if (event.target.closest(".ts-wrapper.dropdown-active") && event.key === "Enter") return;
      const row = event.target.closest("[data-line]");
      if (!row || !event.target.matches("input, select, textarea")) return;
      const cells = inputs(row);
      const last = cells.at(-1) === event.target;
      if (last && row === rows().at(-1)) {
        event.preventDefault();
        add(true);
      } else if (event.key === "Enter" && !event.target.matches("textarea")) {
        event.preventDefault();
        const following = last ? inputs(row.nextElementSibling)[0] : cells[cells.indexOf(event.target) + 1];
        following?.focus();
      }
    });
    renumber();
  });
})();
