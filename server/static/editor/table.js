/* A result as a table that can be sorted; long ones come in parts.
   Must not know where rows come from. */

import { byId, config, make, number, say } from "../page.js";
import { figure, page, plain, short } from "./terms.js";

const PART = 500;

/** Fill a box with the table of a result {names, rows}. */
export function draw(box, { names, rows }) {
  let order = { name: "", down: false };
  let sorted = rows;
  let shown = PART;

  const head = make("tr");
  const body = make("tbody");
  const more = make("button", { type: "button", click: () => grow() });
  const table = make(
    "table",
    {},
    make("caption", { class: "hidden" }, say("table-of", { n: number(rows.length) })),
    make("thead", {}, head),
    body,
  );
  for (const name of names) {
    const button = make(
      "button",
      { type: "button", title: say("sort", { name }), click: () => sort(name) },
      name,
    );
    head.append(make("th", { scope: "col", "data-name": name }, button));
  }
  box.replaceChildren(make("div", { class: "scroll" }, table), more);
  fill();

  function sort(name) {
    order = { name, down: order.name === name && !order.down };
    const compare = new Intl.Collator(config.lang === "zh" ? "zh-CN" : "en", { numeric: true });
    sorted = [...rows].sort((a, b) => {
      const [left, right] = [a[name], b[name]];
      const difference = figure(left) - figure(right);
      const result = Number.isNaN(difference)
        ? compare.compare(plain(left), plain(right))
        : difference;
      return order.down ? -result : result;
    });
    for (const cell of head.children) {
      if (cell.dataset.name === name)
        cell.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    fill();
  }

  function grow() {
    const first = shown;
    shown += PART;
    fill();
    // Where the new rows begin, for whoever pressed the button by keyboard.
    const cell = body.rows[first]?.cells[0];
    if (cell) {
      cell.tabIndex = -1;
      cell.focus();
    }
  }

  function fill() {
    body.replaceChildren(...sorted.slice(0, shown).map((row) => line(names, row)));
    more.hidden = shown >= rows.length;
    const n = Math.min(PART, rows.length - shown);
    more.textContent = say("more", { n: number(n), all: number(rows.length) });
  }
}

function line(names, row) {
  return make("tr", {}, ...names.map((name) => cell(row[name])));
}

function cell(term) {
  if (!term) return make("td");
  if (term.type === "uri") {
    const address = page(term.value);
    const text = short(term.value);
    const shown = address
      ? make("a", { href: address, title: term.value }, text)
      : make("span", { title: term.value }, text);
    return make("td", { class: "iri" }, shown);
  }
  if (term.type === "bnode") return make("td", { class: "iri" }, `_:${term.value}`);
  if (!Number.isNaN(figure(term))) return make("td", { class: "figure" }, term.value);
  const language = term["xml:lang"];
  if (!language) return make("td", {}, term.value);
  return make(
    "td",
    {},
    make("span", { lang: language }, term.value),
    make("small", { class: "language" }, language),
  );
}

/** Say in the page's status line what was found. */
export function tell(text) {
  byId("status").textContent = text;
}
