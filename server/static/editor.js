/* The query editor: field, results, examples and links put together.
   Without this script the page is a form that posts to the endpoint. */

import * as address from "./editor/address.js";
import { ask } from "./editor/endpoint.js";
import { prepare as prepareExamples } from "./editor/examples.js";
import * as field from "./editor/field.js";
import { byId, config, make, say } from "./page.js";
import * as results from "./editor/results.js";
import { tell } from "./editor/table.js";

const DRAFT = "plankb-editor-draft";
let running = null;

document.documentElement.classList.add("script");
field.prepare({ run, changed: keep });
results.prepare({ viewed, failed });
prepareExamples({ load });
open(true);

byId("query-form").addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
byId("stop").addEventListener("click", () => running?.abort());
byId("copy").addEventListener("click", copy);
byId("other-language").addEventListener("click", (event) => {
  // The page in the other language opens with what is in the editor now.
  event.currentTarget.hash = address.fragment(field.read(), results.chosen(), false);
});
addEventListener("hashchange", () => open(false));

/** Take the query of the address, else that of the page, else the draft of this tab. */
function open(first) {
  const asked = address.read();
  const said = new URLSearchParams(location.search);
  const atEndpoint = location.pathname.replace(/\/$/, "") === config.endpoint;
  if (asked) {
    field.write(asked.query);
    results.choose(asked.view);
    if (asked.run) run();
  } else if (first && !said.has("query") && !said.has("example")) {
    const draft = kept();
    if (draft) field.write(draft);
  } else if (first && (said.get("run") === "1" || (said.has("query") && atEndpoint))) {
    run(); // whoever opens the endpoint with a query wants its result
  }
}

async function run() {
  const query = field.read();
  if (!query.trim()) {
    failed({ status: "", title: say("empty"), detail: "", hint: say("empty-hint") });
    return;
  }
  running?.abort();
  const own = new AbortController();
  running = own;
  busy(true);
  tell(say("running"));
  byId("error").hidden = true;
  try {
    const answer = await ask(query, { signal: own.signal });
    if (running !== own) return;
    address.show(query, results.chosen());
    results.show(query, answer);
  } catch (problem) {
    if (running !== own) return;
    results.clear();
    if (problem.name === "AbortError") tell(say("stopped"));
    else failed(problem);
  } finally {
    if (running === own) {
      running = null;
      busy(false);
    }
  }
}

function busy(on) {
  byId("stop").hidden = !on;
  byId("results").parentElement.setAttribute("aria-busy", String(on));
}

function viewed(view) {
  if (address.read()) address.show(address.read().query, view);
}

/** Show a problem document: what is wrong, what to do, and the line where it names one. */
function failed(problem) {
  tell("");
  const message = problem.detail || problem.title || problem.message;
  const place = /line (\d+)|第 (\d+) 行/.exec(message);
  const parts = [
    make("h3", {}, problem.status ? say("error", { status: problem.status }) : say("no-run")),
    make("p", { class: "message" }, message),
  ];
  if (problem.hint) parts.push(make("p", {}, problem.hint));
  if (place) {
    const line = Number(place[1] || place[2]);
    const text = say("go-to-line", { line });
    parts.push(make("button", { type: "button", click: () => field.goTo(line) }, text));
  }
  byId("error").replaceChildren(...parts);
  byId("error").hidden = false;
}

function load(name, query) {
  field.write(query);
  keep();
  tell(say("example-loaded", { name }));
  run();
  byId("query-form").scrollIntoView({ block: "start" });
  field.focus();
}

async function copy() {
  const link = address.link(field.read(), results.chosen());
  try {
    await navigator.clipboard.writeText(link);
    tell(say("copied"));
  } catch {
    // Without a secure context, or without leave: show it.
    byId("link-line").hidden = false;
    byId("link").value = link;
    byId("link").select();
    tell(say("copy-by-hand"));
  }
}

function keep() {
  try {
    sessionStorage.setItem(DRAFT, field.read());
  } catch {
    // A browser that keeps nothing.
  }
}

function kept() {
  try {
    return sessionStorage.getItem(DRAFT) || "";
  } catch {
    return "";
  }
}
