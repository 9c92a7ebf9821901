// What every script of the product shares: texts, behaviours by selector, requests, toasts, dialogs.
window.kehu = (() => {
  "use strict";
  const settings = window.kehuSettings; // of texts/<language>.js
  document.body.insertAdjacentHTML("beforeend", settings.dialogs);
  const token = document.querySelector("meta[name=csrf-token]").content;
  const behaviours = [];
  const loading = new Map();

  const text = (key, values = {}) =>
    Object.entries(values).reduce((all, [name, value]) => all.replace(`{${name}}`, value), settings.texts[key]);

  /** Runs `start(element)` once for every present and future element that matches. */
  const mount = (selector, start) => {
    const entry = { selector, start, done: new WeakSet() };
    behaviours.push(entry);
    run(entry, document);
  };
  const run = ({ selector, start, done }, root) => {
    const found = [...root.querySelectorAll(selector)];
    if (root instanceof Element && root.matches(selector)) found.push(root);
    for (const element of found) {
      if (done.has(element) || !element.isConnected) continue;
      done.add(element);
      start(element);
    }
  };
  const refresh = (root = document) => behaviours.forEach((entry) => run(entry, root));

  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  };
  const icon = (name) => element("i", { class: `ti ti-${name}`, "aria-hidden": "true" });

  const debounce = (work, wait = 250) => {
    let timer;
    return (...values) => {
      clearTimeout(timer);
      timer = setTimeout(() => work(...values), wait);
    };
  };
  /** Chinese input composes with Enter and letters: such keys belong to the input method. */
  const composing = (event) => event.isComposing || event.keyCode === 229;
  const typing = (target) =>
    target instanceof Element && target.closest("input, textarea, select, [contenteditable], .ts-control") !== null;

  /** Loads a vendor's files in order, once. */
  const vendor = (name) => {
    if (!loading.has(name)) {
      loading.set(name, settings.vendor[name].reduce((before, url) => before.then(() => loadFile(url)), Promise.resolve()));
    }
    return loading.get(name);
  };
  const loadFile = (url) =>
    new Promise((resolve, reject) => {
      const style = url.split("?")[0].endsWith(".css");
      const tag = style
        ? element("link", { rel: "stylesheet", href: url })
        : element("script", { src: url });
      tag.addEventListener("load", resolve);
      tag.addEventListener("error", reject);
      // Our own style sheets come last, so that they win over a vendor's.
      if (style) document.head.insertBefore(tag, document.querySelector("link[href*='/css/tokens.css']"));
      else document.head.append(tag);
    });

  const headers = (more = {}) => ({ "X-CSRFToken": token, Accept: "application/json", ...more });
  const failure = async (answer) => {
    const kind = answer.headers.get("Content-Type") || "";
    const body = kind.includes("json") ? await answer.json().catch(() => ({})) : {};
    return new Error(body.message || body.error || body.detail || text("failed"));
  };
  /** JSON from the server; an Error with the server's message otherwise. */
  const request = async (url, options = {}) => {
    let answer;
    try {
      answer = await fetch(url, { credentials: "same-origin", ...options, headers: headers(options.headers) });
    } catch (problem) {
      if (problem.name === "AbortError") throw problem;
      throw new Error(text("offline"), { cause: problem });
    }
    if (!answer.ok && answer.type !== "opaqueredirect") throw await failure(answer);
    return (answer.headers.get("Content-Type") || "").includes("json") ? answer.json() : answer.text();
  };
  const post = (url, data) =>
    data instanceof FormData || data instanceof URLSearchParams
      ? request(url, { method: "POST", body: data })
      : request(url, { method: "POST", body: JSON.stringify(data), headers: { "Content-Type": "application/json" } });

  const icons = { success: "circle-check", danger: "alert-circle", warning: "alert-triangle" };
  const toast = (message, kind = "success") => {
    const line = element(
      "div",
      { class: `toast-line ${kind}` },
      icon(icons[kind] || "info-circle"),
      element("span", {}, message),
      element("button", { type: "button", "aria-label": text("close"), "data-toast-close": true }, icon("x")),
    );
    document.getElementById("toasts").append(line);
    expire(line);
  };
  // Errors stay until they are closed; what can be undone stays for a while.
  const expire = (line) => {
    if (!line.matches(".danger, .error")) setTimeout(() => line.remove(), line.querySelector("form") ? 20000 : 6000);
  };
  mount(".toast-line", expire);
  document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.parentElement.remove());

  /** Asks a yes-or-no question; answers a promise of the truth. */
  const confirm = (question, { danger = false, yes = null } = {}) =>
    new Promise((resolve) => {
      const dialog = document.getElementById("confirm");
      const button = dialog.querySelector("[value=yes]");
      dialog.querySelector("h2").textContent = question;
      button.textContent = yes || button.dataset.yes;
      button.className = danger ? "btn btn-danger" : "btn btn-primary";
      dialog.returnValue = "no";
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
      dialog.showModal();
      dialog.querySelector(danger ? "[value=no]" : "[value=yes]").focus();
    });

  document.addEventListener("htmx:load", (event) => refresh(event.detail.elt));

  return { settings, token, text, mount, refresh, element, icon, debounce, composing, typing, vendor, request, failure, post, toast, confirm };
})();
