/* The links of the chosen resource as a list beside the picture, by relation.
   Must not know the picture. */

import { byId, config, make, say } from "../page.js";

export function list({ choose, centre }) {
  function show(model, iri) {
    const name = byId("beside-name");
    const tools = byId("beside-tools");
    const holder = byId("beside-list");
    const node = model.nodes.get(iri);
    if (!node) {
      // A group that was opened: its members are in the picture.
      return;
    }
    name.textContent = node.label[config.lang];
    tools.replaceChildren(
      ...(node.page ? [make("a", { href: node.page }, say("explore-page"))] : []),
      ...(iri === model.focus
        ? []
        : [" · ", make("button", { type: "button", class: "link", click: () => centre(iri) }, say("explore-centre"))]),
    );
    const links = model.of(iri);
    const groups = new Map();
    for (const link of links) {
      const key = `${link.way === "in" ? "←" : "→"} ${link.relation[config.lang]}`;
      groups.set(key, [...(groups.get(key) ?? []), link]);
    }
    holder.replaceChildren(
      make("p", { class: "quiet" }, links.length ? say("explore-links", { n: links.length }) : say("explore-none")),
      ...[...groups].flatMap(([relation, own]) => [
        make("h3", {}, relation, " ", make("span", { class: "count" }, String(own.length))),
        make("ul", { class: "plain-list" }, ...own.map((link) => item(link))),
      ]),
    );
  }

  function item(link) {
    const open = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      choose(link.iri);
    };
    const address = new URL(config.explore, location);
    address.searchParams.set("focus", link.iri);
    return make(
      "li",
      {},
      make("a", { href: address.pathname + address.search, click: open }, link.label[config.lang]),
      " ",
      make("span", { class: `badge ${link.status}` }, config.t[link.status]),
    );
  }

  return { show };
}
