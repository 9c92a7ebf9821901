// The "add filter" menu, loaded when it is opened: first the fields, then the form of one; chips open their own form.
(() => {
  "use strict";
  const { mount, composing, request, toast } = window.kehu;

  const valueOf = (panel) => {
    const data = new FormData(panel);
    if (data.has("low")) {
      const [low, high] = [data.get("low").trim(), data.get("high").trim()];
      return low || high ? `${low}..${high}` : "";
    }
    const many = [...data.getAll("choice"), ...data.getAll("picked")];
    return many.length ? many.join(",") : (data.get("text") || "").trim();
  };

  const fill = (panel, value, shown) => {
    const [low, high] = value.includes("..") ? value.split("..") : ["", ""];
    const parts = value.split(",");
    const labels = shown.split(/[,，、]\s*/);
    for (const input of panel.querySelectorAll("input, select")) {
      if (input.name === "low") input.value = low;
      else if (input.name === "high") input.value = high;
      else if (input.name === "choice") input.checked = parts.includes(input.value);
      else if (input.name === "text") input.value = ["-", "*"].includes(value) ? "" : value;
      else if (input.name === "picked") {
        const known = [...panel.querySelectorAll("[name=choice]")].map((box) => box.value);
        parts.filter((part) => /^\d+$/.test(part) && !known.includes(part)).forEach((part, index) => {
          const label = labels.length === parts.length ? labels[index] : part;
          input.tomselect?.addOption({ value: part, label });
          input.tomselect?.addItem(part, true);
        });
      }
    }
  };

  /** What a list's menu holds, by its address: one and the same for as long as the page is open. */
  const parts = new Map();
  const fetched = async (menu) => {
    const [address] = menu.dataset.url.split("?");
    if (!parts.has(address)) {
      const part = await request(menu.dataset.url, { headers: { "HX-Request": "true", Accept: "text/html" } });
      parts.set(address, part);
    }
    return parts.get(address);
  };

  mount("#filter-menu", (menu) => {
    const button = document.getElementById("filter-open");
    const dropdown = window.tabler.bootstrap.Dropdown.getOrCreateInstance(button);
    const panels = () => [...menu.querySelectorAll("[data-filter-panel]")];
    const list = () => menu.querySelector("[data-filter-list]");
    let filling = null;

    /** Puts the forms into the menu, once. */
    const fillMenu = () => {
      filling ??= (async () => {
        if (!menu.dataset.url) return;
        menu.innerHTML = await fetched(menu);
        window.kehu.refresh(menu);
        dropdown.update();
      })().catch((problem) => {
        filling = null;
        dropdown.hide();
        toast(problem.message, "danger");
        throw problem;
      });
      return filling;
    };
    const showList = () => {
      if (!list()) return;
      list().hidden = false;
      for (const panel of panels()) panel.hidden = true;
    };
    const showPanel = (name) => {
      list().hidden = true;
      for (const panel of panels()) panel.hidden = panel.dataset.filterPanel !== name;
      const panel = panels().find((one) => !one.hidden);
      window.kehu.refresh(panel);
      panel.querySelector("input, .presets button")?.focus();
      dropdown.update();
      return panel;
    };
    const apply = (panel, value) => {
      dropdown.hide();
      window.kehu.list.visit(window.kehu.list.address({ [`f.${panel.dataset.filterPanel}`]: value }));
    };

    button.addEventListener("show.bs.dropdown", () => {
      showList();
      fillMenu().catch(() => {});
    });
    menu.addEventListener("click", (event) => {
      const target = event.target.closest("button");
      if (target?.dataset.filter) showPanel(target.dataset.filter);
      else if (target && "filterBack" in target.dataset) showList();
    });
    menu.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = event.submitter?.name === "value" ? event.submitter.value : "";
      apply(event.target, chosen || valueOf(event.target));
    });
    menu.addEventListener("input", (event) => {
      if (!event.target.matches("[data-filter-find]")) return;
      const words = event.target.value.trim().toLowerCase();
      for (const item of menu.querySelectorAll("[data-filter]")) item.hidden = !item.textContent.toLowerCase().includes(words);
    });
    menu.addEventListener("keydown", (event) => { if (composing(event)) event.stopPropagation(); });

    for (const chip of document.querySelectorAll("[data-filter-edit]")) {
      chip.addEventListener("click", async (event) => {
        event.stopPropagation();
        dropdown.show();
        await fillMenu();
        fill(showPanel(chip.dataset.filterEdit), chip.dataset.value, chip.dataset.text);
      });
    }
  });
})();
