// Fields that choose: records found as one types, "create new" in a dialog, and the calendar button.
(() => {
  "use strict";
  const { settings, text, mount, refresh, vendor, request, failure, toast, confirm, token } = window.kehu;

  // Pixels that a full list of options takes.
  const LIST_HEIGHT = 230;

  /** The field of the same line, or else of the form, whose value narrows the choice. */
  const parent = (select) => {
    const name = select.dataset.depends;
    if (!name) return null;
    const line = select.closest("[data-line]");
    return line?.querySelector(`select[name$="-${CSS.escape(name)}"]`) || select.form.elements[name];
  };

  const found = (select, words) => {
    const url = new URL(select.dataset.url, window.location.href);
    url.searchParams.set("q", words);
    const above = parent(select);
    if (above?.value) url.searchParams.set(select.dataset.depends, above.value);
    return request(url);
  };

  /** Opens upwards where there is no room below: the page would grow, and jump back on closing. */
  const place = ({ dropdown, control }) => {
    const box = control.getBoundingClientRect();
    const end = document.querySelector(".save-bar")?.getBoundingClientRect().top ?? window.innerHeight;
    const above = end - box.bottom < LIST_HEIGHT && box.top > LIST_HEIGHT;
    dropdown.classList.toggle("above", above);
    if (above) dropdown.style.top = `${box.top + window.scrollY - 8}px`;
  };

  const build = async (select, more = {}) => {
    await vendor("select");
    if (select.tomselect || !select.isConnected) return null;
    const create = select.dataset.createUrl;
    const inner = select.closest("dialog, .dropdown-menu");
    const focused = document.activeElement === select;
    const picker = new window.TomSelect(select, {
      valueField: "value",
      labelField: "label",
      searchField: [],
      maxOptions: 50,
      preload: "focus",
      loadThrottle: 250,
      // What is emptied again offers what it did at first.
      shouldLoad: () => true,
      // A refresh that comes late would open it again, and take the focus from the next field.
      refreshThrottle: 0,
      closeAfterSelect: !select.multiple,
      allowEmptyOption: false,
      plugins: select.multiple ? { remove_button: { title: text("remove") } } : { clear_button: { title: text("remove") } },
      dropdownParent: inner ? null : "body",
      load(words, done) {
        // An answer to what was typed before must not stand among those to what is there now.
        const current = (options) => done(words === this.inputValue() ? options : undefined);
        found(select, words).then(current, (problem) => { toast(problem.message, "danger"); done(); });
      },
      create: create ? (words, done) => { openForm(create, words).then((made) => done(made || undefined)); } : false,
      render: {
        option: (data, escape) => `<div>${escape(data.label)}</div>`,
        item: (data, escape) => `<div>${escape(data.label)}</div>`,
        option_create: (data, escape) => `<div class="create">${escape(text("create", { name: data.input }))}</div>`,
        no_results: () => `<div class="no-results">${text("no_results")}</div>`,
        loading: () => `<div class="spinner-row faint">${text("searching")}</div>`,
      },
      ...more,
    });
    if (!inner) picker.hook("after", "positionDropdown", () => place(picker));
    // The control has the label from here on.
    select.setAttribute("aria-hidden", "true");
    // The server has chosen already: what it sent is shown, whatever was typed.
    picker.settings.score = () => () => 1;
    picker.on("type", () => {
      picker.clearOptions((option) => picker.items.includes(String(option.value)));
      picker.loadedSearches = {};
    });
    picker.control_input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) event.stopImmediatePropagation();
    }, true);
    parent(select)?.addEventListener("change", () => {
      picker.clear(true);
      picker.clearOptions();
      picker.loadedSearches = {};
    });
    picker.on("change", () => select.dispatchEvent(new Event("input", { bubbles: true })));
    // Whoever came here while it was being built goes on in it; the list waits for a key or a click.
    if (focused) {
      const open = () => {
        picker.off("focus", open);
        picker.settings.openOnFocus = true;
      };
      const loaded = () => {
        picker.off("load", loaded);
        if (!picker.control_input.value) picker.close(false);
      };
      picker.settings.openOnFocus = false;
      picker.on("focus", open);
      picker.on("load", loaded);
      picker.focus();
    }
    return picker;
  };
  // Rows kept as a template are built when they are added.
  mount("[data-picker]", (select) => { if (select.dataset.url) build(select); });
  mount("[data-filter-picker]", (select) => build(select, { create: false }));

  /** Opens the "create new" form; answers {value, label}, or null when it was given up. */
  const openForm = (url, words) => {
    const dialog = document.getElementById("form-dialog");
    return new Promise((resolve) => {
      let made = null;
      let dirty = false;
      const open = new AbortController();
      const { signal } = open;
      const leave = async () => {
        if (!dirty || await confirm(text("close_unsaved"), { danger: true, yes: text("close_unsaved_yes") })) dialog.close();
      };
      dialog.addEventListener("input", () => { dirty = true; }, { signal });
      dialog.addEventListener("cancel", (event) => {
        if (event.target !== dialog) return;
        event.preventDefault();
        leave();
      }, { signal });
      window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); }, { signal });
      const show = (html) => {
        dialog.innerHTML = html;
        window.htmx.process(dialog);
        refresh(dialog);
        const form = dialog.querySelector("form");
        form.querySelector("[data-dialog-close]").addEventListener("click", leave);
        form.addEventListener("submit", send);
        const first = form.querySelector(".is-invalid") || form.querySelector("input:not([type=hidden]), select, textarea");
        if (first && !first.value && words && first.type === "text") first.value = words;
        first?.focus();
      };
      const send = async (event) => {
        event.preventDefault();
        const answer = await fetch(event.target.action, {
          method: "POST",
          body: new FormData(event.target),
          headers: { "X-CSRFToken": token, Accept: "application/json, text/html" },
        }).catch(() => null);
        if (!answer) return toast(text("offline"), "danger");
        if ((answer.headers.get("Content-Type") || "").includes("json") && answer.ok) {
          made = await answer.json();
          return dialog.close();
        }
        const html = await answer.clone().text();
        if (html.includes("data-dialog-form")) show(html);
        else toast((await failure(answer)).message, "danger");
      };
      dialog.addEventListener("close", () => {
        open.abort();
        dialog.replaceChildren();
        resolve(made);
      }, { once: true });
      request(url).then((html) => {
        show(html);
        dialog.showModal();
      }, (problem) => {
        toast(problem.message, "danger");
        open.abort();
        resolve(null);
      });
    });
  };

  // The calendar writes into the text field and never reads it: people may type "3月5日".
  mount("[data-date]", (button) => {
    button.addEventListener("click", async () => {
      await vendor("dates");
      const input = button.parentElement.querySelector("input");
      const time = "time" in button.dataset;
      const picker = button.picker || window.flatpickr(button, {
        locale: { ...(settings.locale.startsWith("zh") ? window.flatpickr.l10ns.zh : {}), firstDayOfWeek: 1 },
        enableTime: time,
        time_24hr: true,
        dateFormat: time ? "Y-m-d H:i" : "Y-m-d",
        disableMobile: true,
        clickOpens: false,
        positionElement: input,
        appendTo: button.closest("dialog") || undefined,
        static: button.closest("dialog") !== null,
        onChange: (dates, written) => {
          input.value = written;
          input.dispatchEvent(new Event("input", { bubbles: true }));
          if (!time) input.focus();
        },
      });
      button.picker = picker;
      const iso = /^\d{4}-\d{1,2}-\d{1,2}/.exec(input.value);
      if (iso) picker.setDate(input.value, false);
      picker.toggle();
    });
  });
})();
