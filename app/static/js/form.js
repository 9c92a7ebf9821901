// Forms: parts that depend on a value, the error summary, Ctrl+Enter, and a guard for what is not saved.
(() => {
  "use strict";
  const { text, mount, confirm, composing, typing } = window.kehu;

  const valueOf = (form, name) => {
    const inputs = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    const checked = inputs.find((input) => input.checked);
    if (inputs[0]?.type === "checkbox") return checked ? "yes" : "no";
    if (inputs[0]?.type === "radio") return checked?.value ?? "";
    return inputs[0]?.value ?? "";
  };

  mount("[data-when]", (part) => {
    const form = part.closest("form");
    const conditions = Object.entries(JSON.parse(part.dataset.when));
    const update = () => {
      part.hidden = !conditions.every(([name, values]) => values.map(String).includes(valueOf(form, name)));
      const link = form.querySelector(`[data-part-link="${part.id}"]`);
      if (link) link.hidden = part.hidden;
    };
    form.addEventListener("input", update);
    form.addEventListener("change", update);
    update();
  });

  mount("[data-error-summary]", (summary) => {
    summary.focus({ preventScroll: true });
    summary.scrollIntoView({ block: "nearest" });
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const field = link && document.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault();
      field.closest(".form-field, td, section").scrollIntoView({ block: "center" });
      (field.tomselect || field).focus();
    });
  });

  document.addEventListener("keydown", (event) => {
    if (composing(event) || event.key !== "Enter") return;
    const form = event.target.closest?.("[data-form], [data-dialog-form]");
    if (!form) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[type=submit]"));
    } else if (event.target.matches("input:not([type=checkbox])") && typing(event.target)) {
      // Enter in a field goes on typing; it does not send a half-filled form.
      event.preventDefault();
    }
  });

  mount("[data-file]", (input) => {
    input.addEventListener("change", () => { input.parentElement.querySelector("output").value = input.files[0]?.name || ""; });
  });

  /** Asks before the page is left while `isDirty()`, other than by sending `form`. */
  const guard = (form, isDirty) => {
    let sending = false;
    form.addEventListener("submit", (event) => { if (!event.defaultPrevented) sending = true; });
    window.addEventListener("pageshow", (event) => { if (event.persisted) sending = false; });
    window.addEventListener("beforeunload", (event) => {
      if (isDirty() && !sending) event.preventDefault();
    });
    // Links ask in our own dialog, in the reader's language.
    document.addEventListener("click", async (event) => {
      const link = event.target.closest("a[href]");
      if (!link || sending || event.defaultPrevented || !isDirty()) return;
      if (link.target === "_blank" || link.hasAttribute("download")) return;
      if (link.getAttribute("href").startsWith("#") || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (!(await confirm(text("leave"), { danger: true, yes: text("leave_yes") }))) return;
      sending = true;
      window.location.assign(link.href);
    }, true);
  };

  mount("[data-note]", (form) => guard(form, () => form.elements.text.value.trim() !== ""));

  mount("[data-form]", (form) => {
    let dirty = "unsaved" in form.dataset;
    const state = form.querySelector("[data-state]");
    const hint = state ? [...state.childNodes] : [];
    const change = () => {
      dirty = true;
      state?.replaceChildren(text("unsaved"));
    };
    if (dirty) change();
    form.addEventListener("input", change);
    form.addEventListener("change", change);
    form.addEventListener("submit", (event) => {
      if (!event.defaultPrevented) state?.replaceChildren(text("saving"));
    });
    window.addEventListener("pageshow", (event) => { if (event.persisted) state?.replaceChildren(...hint); });
    guard(form, () => dirty);
    const first = form.querySelector(".is-invalid") || form.querySelector(".fields input:not([type=hidden], [type=checkbox], [type=radio]), .fields select");
    if (first && !form.querySelector("[data-error-summary]") && window.matchMedia("(min-width: 768px)").matches) first.focus({ preventScroll: true });
  });
})();
