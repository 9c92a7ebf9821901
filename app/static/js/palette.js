// Ctrl-K: one box over screens and records; without a word it shows what was opened last.
// That is remembered for this tab and this sign-in only: machines are shared.
(() => {
  "use strict";
  const { text, mount, element, icon, debounce, composing, request } = window.kehu;
  const RECENT = "kehu.recent";
  const KEPT = 8;

  const recent = () => JSON.parse(sessionStorage.getItem(RECENT) || "[]");
  const remember = (item) => {
    const items = [item, ...recent().filter(({ url }) => url !== item.url)].slice(0, KEPT);
    sessionStorage.setItem(RECENT, JSON.stringify(items));
  };

  mount("[data-sign-out]", (form) => form.addEventListener("submit", () => sessionStorage.removeItem(RECENT)));

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
          { class: "palette-item", role: "option", id: `palette-${number++}`, href: item.url, tabindex: "-1", onclick: () => remember(item) },
          icon(item.icon || "arrow-right"),
          element("span", {}, item.label),
          element("small", {}, item.hint || ""),
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
      if (!words && recent().length) return show([{ label: text("recent"), items: recent() }]);
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
