// What a person makes of a list: the menus of columns and views, loaded when opened, and edges of heads to be dragged.
(() => {
  "use strict";
  const { mount, request, toast, vendor } = window.kehu;
  const EDGE = 6;
  const [NARROWEST, WIDEST] = [48, 900];
  const show = (cols) => window.kehu.list.visit(window.kehu.list.address({ cols }));

  // A menu whose contents come when it is opened.
  mount("[data-part]", (menu) => {
    const button = menu.previousElementSibling;
    button.addEventListener("show.bs.dropdown", async () => {
      if (menu.childElementCount) return;
      try {
        menu.innerHTML = await request(button.href, { headers: { "HX-Request": "true", Accept: "text/html" } });
        window.kehu.refresh(menu);
        window.tabler.bootstrap.Dropdown.getOrCreateInstance(button).update();
      } catch (problem) {
        toast(problem.message, "danger");
      }
    });
  });

  mount("[data-columns]", (form) => {
    if (!document.getElementById("list-page")) return; // a page of its own: plain forms
    const list = form.querySelector("ul");
    const rows = () => [...list.children];
    const isShown = (row) => row.querySelector("[name=col]").checked;

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const { submitter } = event;
      const row = submitter?.closest("li");
      if (row) {
        const other = submitter.name === "up" ? row.previousElementSibling : row.nextElementSibling;
        if (other && isShown(other)) other[submitter.name === "up" ? "before" : "after"](row);
        submitter.focus();
        return;
      }
      const columns = rows().filter(isShown).map((one) => {
        const width = one.querySelector("[type=number]").value;
        return one.dataset.column + (width ? `:${width}` : "");
      });
      if (columns.length) show(columns.join(","));
    });
    // What is shown stands together, in its order; the rest follows.
    list.addEventListener("change", (event) => {
      if (event.target.name !== "col") return;
      const row = event.target.closest("li");
      const last = rows().filter((one) => one !== row && isShown(one)).at(-1);
      if (last) last.after(row);
      else list.prepend(row);
      event.target.focus();
    });
    form.querySelector("[data-columns-reset]")?.addEventListener("click", (event) => {
      event.preventDefault();
      show("");
    });
    vendor("sortable").then(() => window.Sortable.create(list, { handle: ".grip", animation: 140, ghostClass: "ghost" }));
  });

  mount("#list .sheet", (table) => {
    const heads = [...(table.tHead?.querySelectorAll("[data-col]") ?? [])];
    if (!heads.length) return;
    /** The head whose right edge is under the pointer. */
    const edge = (event) =>
      event.pointerType === "touch" ? null : heads.find((head) => Math.abs(event.clientX - head.getBoundingClientRect().right) < EDGE);
    let dragged = null;

    /** From here on each column is as wide as it says, not as its contents would have it. */
    const freeze = () => {
      const widths = [...table.tHead.rows[0].cells].map((head) => head.offsetWidth);
      table.querySelector("colgroup")?.remove();
      const group = document.createElement("colgroup");
      group.append(...widths.map((width) => Object.assign(document.createElement("col"), { width })), document.createElement("col"));
      table.prepend(group);
      table.classList.add("sized");
      return group.children;
    };
    table.tHead.addEventListener("pointermove", (event) => {
      if (dragged) {
        dragged.width = Math.min(Math.max(dragged.start + event.clientX - dragged.from, NARROWEST), WIDEST);
        dragged.column.width = dragged.width;
      } else table.tHead.classList.toggle("at-edge", Boolean(edge(event)));
    });
    table.tHead.addEventListener("pointerdown", (event) => {
      const head = event.button === 0 && edge(event);
      if (!head) return;
      event.preventDefault();
      const start = head.offsetWidth;
      dragged = { head, start, width: start, from: event.clientX, column: freeze()[head.cellIndex] };
      table.tHead.setPointerCapture(event.pointerId);
    });
    table.tHead.addEventListener("lostpointercapture", () => {
      if (!dragged) return;
      const { head, width } = dragged;
      dragged = null;
      show(heads.map((one) => `${one.dataset.col}:${Math.round(one === head ? width : one.offsetWidth)}`).join(","));
    });
    // The click that ends a drag is none on the link that sorts.
    table.tHead.addEventListener("click", (event) => {
      if (!edge(event)) return;
      event.preventDefault();
      event.stopPropagation();
    }, true);
    table.tHead.addEventListener("dragstart", (event) => { if (dragged) event.preventDefault(); });
  });
})();
