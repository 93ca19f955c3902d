/* The result of a query: as table, chart and raw text, and to download.
   Must not know the editor. */

import { draw as drawChart } from "./chart.js";
import { ask } from "./endpoint.js";
import { byId, config, make, number, say } from "../page.js";
import { draw as drawTable, tell } from "./table.js";
import { triples } from "./terms.js";

const VIEWS = ["table", "chart", "raw"];
/** A page with more text than this in one element is slow. */
const MOST_TEXT = 200_000;

let held = null; // what is shown: the query, its answer, and the answer read
let view = "table";
let onView = () => {};
let onProblem = () => {};

/** Make the views work. @param {{viewed, failed}} tell who is told of a view and of a problem */
export function prepare({ viewed, failed }) {
  onView = viewed;
  onProblem = failed;
  byId("views").addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) choose(tab.id.slice(4));
  });
  byId("views").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const edge = { Home: 0, End: VIEWS.length - 1 }[event.key];
    if (step === undefined && edge === undefined) return;
    event.preventDefault();
    const at = edge ?? (VIEWS.indexOf(view) + step + VIEWS.length) % VIEWS.length;
    choose(VIEWS[at]);
    byId(`tab-${VIEWS[at]}`).focus();
  });
  byId("download").addEventListener("click", () => download(usual()));
  mark();
}

/** Show the answer to a query. */
export function show(query, answer) {
  const content = read(answer);
  held = { query, answer, ...content, drawn: new Set() };
  byId("shown").hidden = false;
  byId("download").textContent = say("download", { format: usual().toUpperCase() });
  tell(summary(held));
  draw();
}

/** Show nothing. */
export function clear() {
  held = null;
  byId("shown").hidden = true;
}

/** Show another view. */
export function choose(name) {
  view = VIEWS.includes(name) ? name : "table";
  mark();
  draw();
  onView(view);
}

export const chosen = () => view;

function mark() {
  for (const name of VIEWS) {
    const on = name === view;
    byId(`tab-${name}`).setAttribute("aria-selected", String(on));
    byId(`tab-${name}`).tabIndex = on ? 0 : -1;
    byId(`view-${name}`).hidden = !on;
  }
}

function read({ text, media }) {
  if (media === "application/sparql-results+json") {
    const told = JSON.parse(text);
    if (told.boolean !== undefined) {
      const value = { type: "literal", value: say(told.boolean ? "yes" : "no") };
      return { graph: false, boolean: told.boolean, names: ["ASK"], rows: [{ ASK: value }] };
    }
    return { graph: false, names: told.head.vars, rows: told.results.bindings };
  }
  const parts = ["subject", "predicate", "object"];
  const rows = triples(text).map((row) =>
    Object.fromEntries(parts.map((part) => [say(part), row[part]])),
  );
  return { graph: true, names: parts.map((part) => say(part)), rows };
}

function summary({ graph, boolean, rows, answer }) {
  const ms = number(Math.round(answer.elapsed));
  const n = number(rows.length);
  const found =
    boolean !== undefined
      ? say("answer", { answer: say(boolean ? "yes" : "no"), ms })
      : !rows.length
        ? say("none", { ms })
        : graph
          ? say("triples", { n, ms })
          : say(rows.length === 1 ? "row" : "rows", { n, ms });
  const revision = answer.revision.slice(0, 12);
  return revision ? `${found} · ${say("revision", { revision })}` : found;
}

function draw() {
  if (!held || held.drawn.has(view)) return;
  held.drawn.add(view);
  const box = byId(`view-${view}`);
  if (view === "table") drawTable(box, held);
  else if (view === "chart") drawChart(box, held);
  else drawRaw(box, held);
}

const formats = () => config.formats.filter(([, , graph]) => graph === held.graph);
const usual = () => (held.graph ? "ttl" : "csv");

function drawRaw(box, { query, answer, graph }) {
  const names = formats().map(([name]) => name);
  const first = graph ? "nt" : "json";
  const options = names.map((name) => make("option", { selected: name === first }, name));
  const select = make("select", { id: "raw-format", change: () => fetched() }, ...options);
  const get = make("button", { type: "button", click: () => download(select.value) });
  const text = make("pre", { tabindex: 0, "aria-label": say("raw-text") });
  const note = make("p", { class: "note" });
  box.replaceChildren(
    make(
      "div",
      { class: "choices" },
      make("label", { for: "raw-format" }, say("raw-format")),
      select,
      get,
    ),
    note,
    text,
  );
  fill(graph ? answer.text : pretty(answer.text));

  async function fetched() {
    try {
      const wanted = select.value;
      const { text: body } = await ask(query, { format: wanted });
      if (wanted === select.value) fill(wanted === "json" ? pretty(body) : body);
    } catch (problem) {
      onProblem(problem);
    }
  }

  function fill(body) {
    get.textContent = say("download", { format: select.value.toUpperCase() });
    text.textContent = body.slice(0, MOST_TEXT);
    note.textContent = body.length > MOST_TEXT ? say("cut", { n: number(MOST_TEXT) }) : "";
  }
}

function pretty(text) {
  return text.length > MOST_TEXT ? text : JSON.stringify(JSON.parse(text), null, 2);
}

async function download(format) {
  try {
    const { text, media } = await ask(held.query, { format });
    // Excel takes a CSV file without this mark for the machine's old Chinese encoding.
    const mark = format === "csv" ? "\ufeff" : "";
    const address = URL.createObjectURL(new Blob([mark, text], { type: media }));
    const suffix = { rdfxml: "rdf", table: "txt" }[format] || format;
    make("a", { href: address, download: `plankb-query.${suffix}` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  } catch (problem) {
    onProblem(problem);
  }
}
