/* Puts the rows of a table in another order where they stand. The headings are links to the page in
   that order, which says it; this keeps the place, the focus and what is opened.
   Must not know what a row says. */

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a.sort");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.statusText);
    take(new DOMParser().parseFromString(await answer.text(), "text/html"), link);
  } catch {
    location.assign(link.href);
  }
});

function take(page, link) {
  const at = link.closest("th").cellIndex;
  const own = link.closest("table");
  for (const table of document.querySelectorAll(".scroll[id] > table.data")) {
    const next = page.getElementById(table.parentElement.id).firstElementChild;
    const rows = new Map([...table.tBodies[0].rows].map((row) => [row.dataset.row, row]));
    table.tBodies[0].append(...[...next.tBodies[0].rows].map((row) => rows.get(row.dataset.row)));
    table.tHead.replaceWith(next.tHead);
  }
  own.tHead.rows[0].cells[at].querySelector("a").focus({ preventScroll: true });
  const other = "other-language";
  document.getElementById(other).href = page.getElementById(other).href;
  history.replaceState(null, "", link.href);
}
