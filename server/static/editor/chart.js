/* A bar chart of a column of numbers, with its table below.
   Must not know the endpoint. */

import { make, number, say } from "../page.js";
import { figure, plain } from "./terms.js";

const MOST = 60;
const LINE = 26;
/** On a phone the picture is narrower, so that its letters stay as large. */
const WIDEST = 640;

/** Fill a box with the chart of a result {names, rows}. */
export function draw(box, { names, rows }) {
  const numbers = names.filter((name) => rows.some((row) => !Number.isNaN(figure(row[name]))));
  if (!rows.length || !numbers.length) {
    box.replaceChildren(make("p", {}, say(rows.length ? "no-number" : "no-rows")));
    return;
  }
  const others = names.filter((name) => !numbers.includes(name));
  // Words say more than names of resources, and those that tell the rows apart most of all.
  const worth = (name) =>
    new Set(rows.map((row) => plain(row[name]))).size * 2 +
    (rows.some((row) => row[name] && row[name].type !== "uri") ? 1 : 0);
  const labels = (others.length ? others : names).toSorted((a, b) => worth(b) - worth(a));
  const figureBox = make("div");
  const label = choice("labels-from", names, labels[0], redraw);
  const value = choice("values-from", numbers, numbers.at(-1), redraw);
  box.replaceChildren(make("div", { class: "choices" }, ...label.parts, ...value.parts), figureBox);
  redraw();

  function redraw() {
    const [by, of] = [label.select.value, value.select.value];
    const all = rows
      .map((row) => ({ label: plain(row[by]), value: figure(row[of]) }))
      .filter((bar) => Number.isFinite(bar.value));
    const bars = all.slice(0, MOST);
    const width = Math.min(WIDEST, Math.max(box.clientWidth, 240));
    figureBox.replaceChildren(picture(bars, by, of, width), table(bars, by, of));
    if (all.length > bars.length)
      figureBox.prepend(make("p", {}, say("bars-cut", { n: number(MOST) })));
  }
}

function choice(text, names, chosen, changed) {
  const id = `choice-${text}`;
  const options = names.map((name) => make("option", { selected: name === chosen }, name));
  const select = make("select", { id, change: changed }, ...options);
  return { select, parts: [make("label", { for: id }, say(text)), select] };
}

function picture(bars, by, of, width) {
  const least = Math.min(0, ...bars.map((bar) => bar.value));
  const most = Math.max(0, ...bars.map((bar) => bar.value));
  const span = most - least || 1;
  const x = (value) => ((value - least) / span) * (width - 90);
  const height = bars.length * LINE * 2;
  const title = say("bars", { value: of, label: by });
  const drawing = make("svg:svg", {
    class: "bars",
    role: "img",
    "aria-label": title,
    viewBox: `0 0 ${width} ${height}`,
  });
  bars.forEach((bar, at) => {
    const top = at * LINE * 2;
    const [from, to] = [x(Math.min(0, bar.value)), x(Math.max(0, bar.value))];
    drawing.append(
      make("svg:text", { x: 0, y: top + 18, class: "name" }, cut(bar.label, width)),
      make("svg:rect", { x: from, y: top + 25, width: Math.max(to - from, 1), height: 18, rx: 2 }),
      make("svg:text", { x: to + 6, y: top + 39, class: "value" }, number(bar.value)),
    );
  });
  return drawing;
}

const wide = /[\u2e80-\uffef]/;

/** A label that fits the width of the picture: an ideograph takes two places. */
function cut(text, width) {
  let room = width / 8.5;
  for (let at = 0; at < text.length; at += 1) {
    room -= wide.test(text[at]) ? 2 : 1;
    if (room < 0) return text.slice(0, at) + "…";
  }
  return text;
}

function table(bars, by, of) {
  const lines = bars.map((bar) =>
    make("tr", {}, make("td", {}, bar.label), make("td", { class: "figure" }, String(bar.value))),
  );
  const head = make(
    "tr",
    {},
    make("th", { scope: "col" }, by),
    make("th", { scope: "col", class: "figure" }, of),
  );
  return make(
    "div",
    { class: "scroll" },
    make(
      "table",
      {},
      make("caption", {}, say("values")),
      make("thead", {}, head),
      make("tbody", {}, ...lines),
    ),
  );
}
