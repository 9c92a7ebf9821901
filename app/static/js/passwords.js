// Shows a password while its button is pressed in; also on the page before sign-in.
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-reveal]")) {
    button.addEventListener("click", () => {
      const input = document.getElementById(button.dataset.reveal);
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
      button.querySelector(".ti").className = shown ? "ti ti-eye-off" : "ti ti-eye";
    });
  }
})();
