// A record page: tabs that load when opened and stay in the address, notes, files dropped in.
(() => {
  "use strict";
  const { mount, request, toast, composing } = window.kehu;

  mount("[data-tabs]", (box) => {
    const tabs = [...box.querySelectorAll("[data-tab]")];
    const panel = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
    const open = (chosen, remember) => {
      for (const tab of tabs) {
        const active = tab === chosen;
        tab.classList.toggle("active", active);
        tab.setAttribute("aria-selected", String(active));
        tab.tabIndex = active ? 0 : -1;
        panel(tab).hidden = !active;
      }
      chosen.scrollIntoView({ block: "nearest", inline: "nearest" });
      const related = panel(chosen).querySelector("[hx-trigger]");
      if (related) window.htmx.trigger(related, "open-tab");
      if (remember) window.history.replaceState(window.history.state, "", `#${chosen.dataset.tab}`);
    };
    for (const tab of tabs) tab.addEventListener("click", () => open(tab, true));
    box.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
      next.focus();
      open(next, true);
    });
    const wanted = tabs.find((tab) => `#${tab.dataset.tab}` === window.location.hash);
    // htmx binds its triggers after the page's own scripts ran.
    if (wanted) document.addEventListener("DOMContentLoaded", () => setTimeout(() => open(wanted, false)));
  });

  mount("[data-note] textarea", (area) => {
    area.addEventListener("keydown", (event) => {
      if (composing(event) || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      area.form.requestSubmit(area.form.querySelector("[type=submit]"));
    });
  });

  mount("[data-upload]", (form) => {
    const input = form.querySelector("[type=file]");
    const send = async (files) => {
      if (!files.length) return;
      form.classList.add("over");
      try {
        for (const file of files) {
          const data = new FormData();
          data.append("file", file);
          data.append("key", form.elements.key.value);
          // The answer leads back to this page, which says what became of the file: it is loaded below.
          await request(form.action, { method: "POST", body: data, redirect: "manual" });
        }
        window.location.hash = "files";
        window.location.reload();
      } catch (problem) {
        toast(problem.message, "danger");
        form.classList.remove("over");
        input.value = "";
      }
    };
    input.addEventListener("change", () => send(input.files));
    form.addEventListener("dragover", (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
    form.addEventListener("dragleave", () => form.classList.remove("over"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      form.classList.remove("over");
      send(event.dataTransfer.files);
    });
  });
})();
