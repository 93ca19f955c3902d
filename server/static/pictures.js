/* Pictures that are in the page already: what is pointed at is shown in the table too, and the
   links of a name stand out. Nothing here is needed to read them. Must not know what they show. */

const area = document.querySelector(".figure-area");
const rows = new Map(
  [...document.querySelectorAll("table.data tr[data-row]")].map((row) => [row.dataset.row, row]),
);

let pointed = [];

function point(number) {
  for (const element of pointed) element.classList.remove("pointed");
  pointed = number == null ? [] : [...document.querySelectorAll(`[data-row="${number}"]`)];
  for (const element of pointed) element.classList.add("pointed");
}

function choose(svg, end) {
  svg.classList.toggle("chosen", Boolean(end));
  for (const line of svg.querySelectorAll(".line")) {
    line.classList.toggle("chosen", Boolean(end) && [line.dataset.from, line.dataset.to].includes(end));
  }
}

const numberOf = (event) => event.target.closest("[data-row]")?.dataset.row;

for (const [shown, hidden] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  area?.addEventListener(shown, (event) => {
    point(numberOf(event));
    const end = event.target.closest("[data-end]");
    if (end) choose(end.ownerSVGElement, end.dataset.end);
  });
  area?.addEventListener(hidden, (event) => {
    point(null);
    const end = event.target.closest("[data-end]");
    if (end) choose(end.ownerSVGElement, null);
  });
}

for (const row of rows.values()) {
  row.addEventListener("pointerenter", () => point(row.dataset.row));
  row.addEventListener("pointerleave", () => point(null));
}
