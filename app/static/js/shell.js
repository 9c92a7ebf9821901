// The frame: menu on small screens, collapsible areas, preferences, confirmations, shortcuts, htmx's manners.
(() => {
  "use strict";
  const { settings, text, mount, toast, confirm, composing, typing, post } = window.kehu;
  const root = document.documentElement;

  const showMenu = (shown) => {
    document.body.classList.toggle("sidebar-shown", shown);
    document.querySelector("[data-menu-open]")?.setAttribute("aria-expanded", String(shown));
    if (shown) document.querySelector("#sidebar a")?.focus();
  };
  mount("[data-menu-open]", (button) => button.addEventListener("click", () => showMenu(true)));
  mount("[data-menu-close]", (shade) => shade.addEventListener("click", () => showMenu(false)));

  const closed = new Set(JSON.parse(localStorage.getItem("kehu.areas") || "[]"));
  mount("[data-area]", (button) => {
    const name = button.dataset.area;
    const current = button.parentElement.querySelector("[aria-current]");
    button.setAttribute("aria-expanded", String(!closed.has(name) || current !== null));
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(open));
      closed[open ? "delete" : "add"](name);
      localStorage.setItem("kehu.areas", JSON.stringify([...closed]));
    });
  });

  mount("[data-choices]", (place) => {
    place.append(document.getElementById("choices").content.cloneNode(true));
    const form = place.querySelector("form");
    form.elements.csrf_token.value = document.querySelector("meta[name=csrf-token]").content;
    form.addEventListener("submit", () => { form.elements.next.value = location.pathname + location.search; });
    const inForce = { theme: root.dataset.theme, density: root.dataset.density, locale: settings.locale };
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(inForce[button.name] === button.value));
  });

  // The language needs the page anew; theme and density do not.
  mount("[data-preference]", (group) => {
    const name = group.dataset.preference;
    const form = group.closest("form");
    group.addEventListener("click", async (event) => {
      const chosen = event.target.closest("button");
      if (!chosen) return;
      event.preventDefault();
      root.dataset[name] = chosen.value;
      for (const button of group.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === chosen));
      document.dispatchEvent(new CustomEvent("kehu:look"));
      const data = new FormData(form);
      data.set(name, chosen.value);
      await post(form.action, data).catch((problem) => toast(problem.message, "danger"));
    });
  });

  // A question before what cannot be taken back; the form goes on when the answer is yes.
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    const question = submitter?.dataset.confirm || form.dataset.confirm;
    if (!question || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopPropagation();
    const danger = [submitter, form].some((one) => one && "danger" in one.dataset);
    if (!(await confirm(question, { danger, yes: submitter?.textContent.trim() || null }))) return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter);
    delete form.dataset.confirmed;
  }, true);

  // Twice the same post by a double click helps nobody.
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || form.method !== "post" || !submitter) return;
    setTimeout(() => { submitter.disabled = true; });
    setTimeout(() => { submitter.disabled = false; }, 4000);
  });

  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.defaultPrevented || event.target.closest("a, button, input, label") || String(window.getSelection())) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
    else window.location.assign(row.dataset.href);
  });

  document.addEventListener("keydown", (event) => {
    if (composing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") showMenu(false);
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") document.getElementById("shortcuts")?.showModal();
    else if (event.key === "/") document.querySelector("[data-focus='/']")?.focus();
    else if (/^[a-z]$/.test(event.key)) document.querySelector(`[data-shortcut='${event.key}']`)?.click();
    else return;
    event.preventDefault();
  });
  mount("dialog", (dialog) => {
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  });

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = window.kehu.token;
    // A link says once where it leads: `hx-get` without an address is its `href`.
    const { elt } = event.detail;
    if (elt.matches("a[hx-get='']")) event.detail.path = elt.getAttribute("href");
  });
  // An answer without the wanted part is another page (sign-in, a message): go there.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, elt, requestConfig } = event.detail;
    const selected = elt.closest("[hx-select]")?.getAttribute("hx-select");
    const wanted = selected === "unset" ? null : selected;
    const whole = /<html/i.test(xhr.responseText.slice(0, 400));
    const missing = wanted ? !xhr.responseText.includes(`id="${wanted.slice(1)}"`) : whole;
    if (!event.detail.isError && missing) {
      event.detail.shouldSwap = false;
      window.location.assign(wanted ? requestConfig.path : window.location.href);
    }
  });
  document.addEventListener("htmx:responseError", () => toast(text("failed"), "danger"));
  document.addEventListener("htmx:sendError", () => toast(text("offline"), "danger"));
})();
