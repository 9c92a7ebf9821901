// Runs before the first paint: "auto" follows the system, now and when the system changes.
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const wanted = root.dataset.theme;
    root.dataset.bsTheme = wanted === "dark" || (wanted === "auto" && dark.matches) ? "dark" : "light";
  };
  new MutationObserver(apply).observe(root, { attributeFilter: ["data-theme"] });
  dark.addEventListener("change", apply);
  apply();
})();
