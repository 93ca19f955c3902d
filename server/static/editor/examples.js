/* The examples: found by a word of their purpose or name, and put into the editor.
   Must not know how a query is run. */

import { byId, config, say } from "../page.js";

/** Make the list work. @param {{load: (name: string, query: string) => void}} calls */
export function prepare({ load }) {
  const section = document.querySelector(".examples");
  // On a phone the list is long, and below everything else.
  if (matchMedia("(max-width: 64rem)").matches)
    for (const group of section.querySelectorAll("details")) group.open = false;
  const groups = [...section.querySelectorAll("details")].map((group) => ({
    group,
    open: group.open,
    count: group.querySelector(".count"),
    items: [...group.querySelectorAll("li")],
  }));

  byId("search").addEventListener("input", () => {
    const words = folded(byId("search").value).split(" ").filter(Boolean);
    let found = 0;
    for (const { group, open, count, items } of groups) {
      let here = 0;
      for (const item of items) {
        const text = folded(item.textContent);
        item.hidden = !words.every((word) => text.includes(word));
        here += item.hidden ? 0 : 1;
      }
      group.hidden = !here;
      group.open = words.length ? here > 0 : open;
      count.textContent = here;
      found += here;
    }
    byId("found").textContent = words.length ? say("found", { n: found }) : "";
  });

  section.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-example]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const name = link.dataset.example;
    try {
      const answer = await fetch(config.examples + name, {
        headers: { "Accept-Language": config.lang },
      });
      if (!answer.ok) throw new Error(answer.statusText);
      load(name, await answer.text());
    } catch {
      byId("found").textContent = say("example-lost");
    }
  });
}

const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ");
