/* The catalogue of templates, filtered while one types. Without this script all are listed. */

import { byId, say } from "./page.js";

const entries = [...document.querySelectorAll(".templates > li")];
const field = byId("filter");

field.addEventListener("input", () => {
  const words = field.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const entry of entries) {
    const text = entry.dataset.words.normalize("NFKC").toLowerCase();
    entry.hidden = !words.every((word) => text.includes(word));
    found += entry.hidden ? 0 : 1;
  }
  byId("found").textContent = words.length ? say(found === 1 ? "kind" : "kinds", { n: found }) : "";
});
