/* Exploring the links of resources: a graph that grows where it is clicked, and the list of the
   chosen one's links beside it. The page has the same as a list without this.
   Must not know what a link means. */

import { drawing } from "./explore/drawing.js";
import { layout } from "./explore/layout.js";
import { list } from "./explore/list.js";
import { Model } from "./explore/model.js";
import { byId, config, make, say } from "./page.js";

const model = new Model(config.focus, config.links);
const picture = drawing(byId("stage"), { open });
const beside = list({ choose: open, centre });
const depth = byId("depth");
let chosen = config.focus.iri;

/** Read the links of a resource, once. */
async function read(iri) {
  if (model.isOpen(iri)) return;
  const address = new URL(config.api, location);
  address.searchParams.set("focus", iri);
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.statusText);
  model.add(iri, (await answer.json()).links);
}

function choose(iri) {
  chosen = iri;
  picture.mark(chosen);
  beside.show(model, chosen);
}

/** Open a resource: its neighbours come into the picture, its links into the list. */
async function open(iri) {
  try {
    await read(iri);
    model.show(iri);
  } catch {
    byId("said").textContent = say("explore-failed");
  }
  draw();
  choose(iri);
  picture.fit();
}

function centre(iri) {
  const address = new URL(config.explore, location);
  address.searchParams.set("focus", iri);
  location.assign(address);
}

function draw() {
  const seen = model.visible();
  layout(seen, model.focus);
  picture.draw(seen, chosen);
  kinds();
}

/** Open all that is nearer than the depth, then draw once. */
async function reach() {
  const steps = Number(depth.value);
  model.reset();
  for (let step = 1; step < steps; step += 1) {
    const wanted = model.visible().nodes.filter((node) => !node.many && !node.leaf);
    await Promise.allSettled(wanted.map((node) => read(node.iri)));
    for (const node of wanted) if (model.isOpen(node.iri)) model.show(node.iri);
  }
  draw();
  choose(chosen);
  picture.fit();
}

/** One box for each class in the picture, with its letters and how many there are. */
function kinds() {
  const box = byId("kinds");
  const focused = document.activeElement?.value;
  box.querySelectorAll("label").forEach((label) => label.remove());
  for (const kind of model.kinds()) {
    const input = make("input", {
      type: "checkbox",
      value: kind.code,
      checked: !model.hidden.has(kind.code),
      change: () => {
        if (input.checked) model.hidden.delete(kind.code);
        else model.hidden.add(kind.code);
        draw();
        choose(chosen);
      },
    });
    box.append(
      make(
        "label",
        {},
        input,
        make("span", { class: "letters", "aria-hidden": "true" }, kind.letters),
        ` ${kind.label[config.lang]} `,
        make("span", { class: "count" }, String(kind.count)),
      ),
    );
    if (focused === kind.code) input.focus();
  }
}

for (const input of document.querySelectorAll('#filters input[name="status"]')) {
  const apply = () => {
    if (input.checked) model.without.delete(input.value);
    else model.without.add(input.value);
  };
  apply();
  input.addEventListener("change", () => {
    apply();
    draw();
    choose(chosen);
  });
}
depth.addEventListener("change", reach);
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("in").addEventListener("click", () => picture.zoom(1.25));
byId("out").addEventListener("click", () => picture.zoom(0.8));
byId("fit").addEventListener("click", () => picture.fit(true));

if (config.depth > 1) {
  depth.value = config.depth;
  reach();
} else {
  draw();
  choose(chosen);
  picture.fit();
}
