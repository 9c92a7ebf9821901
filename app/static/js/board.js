// The board: cards move by dragging, or by their menu with the keyboard; a refused move goes back.
(() => {
  "use strict";
  const { text, mount, element, vendor, post, toast } = window.kehu;

  mount("[data-board][data-move-url]", async (board) => {
    const columns = [...board.querySelectorAll(".board-column")];

    const move = async (card, column, undo) => {
      const wish = { id: Number(card.dataset.id), value: column.dataset.value, version: Number(card.dataset.version) };
      try {
        await post(board.dataset.moveUrl, wish);
        toast(text("moving", { column: column.dataset.label }));
        await reload(board);
      } catch (problem) {
        undo();
        toast(problem.message, "danger");
      }
    };
    const place = (card) => {
      const [parent, next] = [card.parentElement, card.nextElementSibling];
      return () => parent.insertBefore(card, next?.parentElement === parent ? next : null);
    };

    board.addEventListener("show.bs.dropdown", (event) => {
      const card = event.target.closest(".board-card");
      const own = card.closest(".board-column");
      card.querySelector("[data-move-menu]").replaceChildren(
        element("div", { class: "dropdown-header" }, text("move_to")),
        ...columns.filter((column) => column !== own).map((column) => element(
          "button",
          {
            class: "dropdown-item",
            type: "button",
            onclick: () => {
              const undo = place(card);
              column.querySelector(".board-cards").prepend(card);
              move(card, column, undo);
            },
          },
          column.dataset.label,
        )),
      );
    });

    await vendor("sortable");
    for (const column of columns) {
      let undo = null;
      window.Sortable.create(column.querySelector(".board-cards"), {
        group: "board",
        draggable: ".board-card",
        filter: ".dropdown",
        preventOnFilter: false,
        animation: 140,
        delay: 160,
        delayOnTouchOnly: true,
        ghostClass: "ghost",
        dragClass: "drag",
        onStart: ({ item }) => { undo = place(item); },
        onEnd: ({ item, from, to }) => {
          if (from !== to) move(item, to.closest(".board-column"), undo);
        },
      });
    }
  });

  const reload = async (board) => {
    const left = board.scrollLeft;
    const tops = [...board.querySelectorAll(".board-cards")].map((cards) => cards.scrollTop);
    await window.kehu.list.reload();
    const fresh = document.querySelector("[data-board]");
    if (!fresh) return;
    fresh.scrollLeft = left;
    fresh.querySelectorAll(".board-cards").forEach((cards, index) => { cards.scrollTop = tops[index] || 0; });
  };
})();
