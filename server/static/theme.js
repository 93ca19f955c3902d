/* Before the page is drawn: whether scripts run, and the theme that was chosen.
   Not a module, so that nothing is drawn in another colour first. */

(() => {
  const KEPT = "plankb-theme";
  const root = document.documentElement;
  root.classList.add("script");
  try {
    const chosen = localStorage.getItem(KEPT);
    if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  } catch {
    // A browser that keeps nothing: the system's theme.
  }
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("theme").addEventListener("click", () => {
      const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      const next = (root.dataset.theme || system) === "dark" ? "light" : "dark";
      root.dataset.theme = next;
      try {
        // The system's own is no choice: it goes with the system again.
        if (next === system) localStorage.removeItem(KEPT);
        else localStorage.setItem(KEPT, next);
      } catch {
        // It lasts as long as the page.
      }
    });
  });
})();
