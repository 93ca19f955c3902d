/* The numbers of the rows open their clause beside the answer, in its context.
   Must not know what the clauses say. */

import { byId } from "../page.js";

const numbers = [...document.querySelectorAll("a.cite")];
let from = null;

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
  const list = byId("clauses");
  list?.addEventListener("keydown", (event) => {
    const open = event.target.closest("li");
    if (event.key === "Escape" && open) leave(open);
  });
  list?.addEventListener("click", (event) => {
    const open = event.target.closest("li");
    if (event.target.closest("button.close")) leave(open);
    // A link from here to a row leads to what the sheet may cover.
    else if (event.target.closest("a[href^='#']")) open.classList.remove("sheet");
  });
  const asked = /^#c\d+$/.test(location.hash) && byId(location.hash.slice(1));
  if (asked) mark(asked);
}

/** Open it; where the list is out of sight, over the page. */
function show(clause, link) {
  if (!clause) return;
  mark(clause);
  for (const other of clause.parentElement.children) other.classList.toggle("sheet", other === clause);
  from = link;
  clause.focus({ preventScroll: true });
  if (getComputedStyle(clause).position !== "fixed") clause.scrollIntoView({ block: "nearest" });
}

/** Back to the number that it was opened by. */
function leave(clause) {
  clause.classList.remove("sheet");
  const own = from?.hash === `#${clause.id}` ? from : null;
  (own || numbers.find((link) => link.hash === `#${clause.id}`) || clause).focus();
}

function mark(clause) {
  for (const other of clause.parentElement.children) other.classList.toggle("current", other === clause);
  clause.querySelector("details").open = true;
  for (const link of numbers) {
    if (link.hash === `#${clause.id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}
