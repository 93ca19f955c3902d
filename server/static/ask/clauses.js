/* The numbers of the rows open their clause beside the answer, in its context.
   Must not know what the clauses say. */

import { byId } from "../page.js";

const numbers = [...document.querySelectorAll("a.cite")];

/** Let the numbers open their clause. */
export function prepare() {
  for (const link of numbers) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      // The address says it too, and Back leads back.
      if (location.hash !== link.hash) history.pushState(null, "", link.hash);
      show(byId(link.hash.slice(1)), link);
    });
  }
  for (const back of document.querySelectorAll(".where a[href^='#']")) {
    back.addEventListener("click", () => {
      const row = byId(back.hash.slice(1));
      row?.focus();
    });
  }
  byId("clauses")?.addEventListener("keydown", (event) => {
    const open = event.target.closest("li");
    if (event.key !== "Escape" || !open) return;
    (numbers.find((link) => link.hash === `#${open.id}`) || open).focus();
  });
  const asked = /^#c\d+$/.test(location.hash) && byId(location.hash.slice(1));
  if (asked) mark(asked);
}

function show(clause) {
  if (!clause) return;
  mark(clause);
  clause.focus({ preventScroll: true });
  clause.scrollIntoView({ block: "nearest" });
}

function mark(clause) {
  for (const other of clause.parentElement.children) other.classList.toggle("current", other === clause);
  clause.querySelector("details").open = true;
  for (const link of numbers) {
    if (link.hash === `#${clause.id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}
