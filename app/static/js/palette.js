// Ctrl-K: one box over screens and records; without a word it shows favourites and what was opened last.
(() => {
  "use strict";
  const { text, mount, element, icon, debounce, composing, request } = window.kehu;

  /** The text in parts, what was found in <mark>; places are counted in whole characters. */
  const marked = (label, marks = []) => {
    const characters = [...label];
    const piece = (from, to) => characters.slice(from, to).join("");
    let at = 0;
    const parts = marks.flatMap(([start, end]) => {
      const before = piece(at, start);
      at = end;
      return [before, element("mark", {}, piece(start, end))];
    });
    return [...parts, piece(at)];
  };

  mount("#palette", (dialog) => {
    const input = dialog.querySelector("input");
    const list = dialog.querySelector("[role=listbox]");
    let running = null;
    // Enter may come before the answer to what was typed: then it is meant for that answer.
    let waiting = false;
    let hurried = false;

    const options = () => [...list.querySelectorAll("[role=option]")];
    const select = (index) => {
      const all = options();
      all.forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
      const chosen = all[index];
      chosen?.scrollIntoView({ block: "nearest" });
      if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
      else input.removeAttribute("aria-activedescendant");
    };
    const selected = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

    const show = (groups) => {
      let number = 0;
      const parts = groups.filter(({ items }) => items.length).flatMap(({ label, items }) => [
        element("h3", { role: "presentation" }, label),
        ...items.map((item) => element(
          "a",
          { class: "palette-item", role: "option", id: `palette-${number++}`, href: item.url, tabindex: "-1" },
          icon(item.icon || "arrow-right"),
          element("span", {}, ...marked(item.label, item.marks)),
          element("small", {}, ...marked(item.hint || "", item.hint_marks)),
        )),
      ]);
      list.replaceChildren(...(parts.length ? parts : [element("div", { class: "palette-empty" }, text(input.value.trim() ? "no_results" : "palette_start"))]));
      select(0);
      waiting = false;
      if (hurried) options()[0]?.click();
      hurried = false;
    };

    const search = async () => {
      const words = input.value.trim();
      running?.abort();
      running = new AbortController();
      try {
        const answer = await request(`${dialog.dataset.url}?q=${encodeURIComponent(words)}`, { signal: running.signal });
        show(answer.groups);
      } catch (problem) {
        if (problem.name !== "AbortError") list.replaceChildren(element("div", { class: "palette-empty" }, problem.message));
      }
    };
    const later = debounce(search);
    const typed = () => {
      running?.abort(); // an answer to what stood there before must not be taken for this one
      waiting = true;
      hurried = false;
      later();
    };

    const open = () => {
      if (dialog.open) return;
      input.value = "";
      dialog.showModal();
      input.focus();
      search();
    };
    input.addEventListener("input", (event) => { if (!event.isComposing) typed(); });
    input.addEventListener("compositionend", typed);
    input.addEventListener("keydown", (event) => {
      if (composing(event)) return;
      const count = options().length;
      if (event.key === "ArrowDown") select((selected() + 1) % count);
      else if (event.key === "ArrowUp") select((selected() - 1 + count) % count);
      else if (event.key === "Enter" && waiting) hurried = true;
      else if (event.key === "Enter") options()[selected()]?.click();
      else return;
      event.preventDefault();
    });
    mount("[data-palette-open]", (button) => button.addEventListener("click", open));
    document.addEventListener("keydown", (event) => {
      if (composing(event) || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      open();
    });
  });
})();
