/* Before the page is drawn: whether scripts run, and the theme and contrast that were chosen.
   Not a module, so that nothing is drawn in another colour first. */

(() => {
  const root = document.documentElement;
  const CHOICES = { theme: ["light", "dark"], contrast: ["more"] };
  const kept = (what) => `plankb-${what}`;
  root.classList.add("script");

  const apply = (what, value) => {
    if (CHOICES[what].includes(value)) root.dataset[what] = value;
    else delete root.dataset[what];
  };

  for (const what of Object.keys(CHOICES)) {
    try {
      apply(what, localStorage.getItem(kept(what)));
    } catch {
      // A browser that keeps nothing: the system's theme and contrast.
    }
  }

  const choose = (what, value) => {
    apply(what, value);
    try {
      // The system's own is no choice: it goes with the system again.
      if (root.dataset[what]) localStorage.setItem(kept(what), value);
      else localStorage.removeItem(kept(what));
    } catch {
      // It lasts as long as the page.
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    const menu = document.getElementById("look");
    const buttons = [...menu.querySelectorAll("[data-choose]")];
    const show = () => {
      for (const button of buttons) {
        const { choose: what } = button.dataset;
        const now = root.dataset[what] ?? "system";
        button.setAttribute("aria-pressed", String(now === button.value));
      }
    };
    show();
    for (const button of buttons) {
      button.addEventListener("click", () => {
        const { choose: what } = button.dataset;
        // Contrast is one button, and a second press takes it back.
        const back = what === "contrast" && root.dataset.contrast === button.value;
        choose(what, back ? "" : button.value);
        show();
      });
    }
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
})();
