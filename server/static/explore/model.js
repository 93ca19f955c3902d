/* The links that are known, and which of them are in the picture: what is open shows its
   neighbours; many of a class, relation and status are one node until it is opened.
   Must not know how it is drawn. */

/** More than so many are drawn as one, as on the page without a script. */
const TOGETHER = 6;

export class Model {
  constructor(focus, links) {
    this.focus = focus.iri;
    this.nodes = new Map([[focus.iri, { ...focus, kind: "", kindLabel: { zh: "", en: "" } }]]);
    this.links = new Map();
    this.without = new Set(); // statuses that are not shown
    this.hidden = new Set(); // classes that are not shown
    this.letters = new Map();
    this.add(focus.iri, links);
    this.reset();
  }

  isOpen(iri) {
    return this.links.has(iri);
  }

  /** Keep the links of a resource, as the service gives them. */
  add(iri, links) {
    for (const link of links) {
      const known = this.nodes.get(link.iri);
      if (!known || !known.kind) {
        const { iri: own, label, page, kind, kindLabel } = link;
        this.nodes.set(own, { ...known, iri: own, label, page, kind, kindLabel });
      }
    }
    this.links.set(iri, links);
  }

  /** Show the neighbours of a resource, or the members of a group. */
  show(iri) {
    this.shown.add(iri);
  }

  reset() {
    this.shown = new Set([this.focus]);
  }

  /** The links of a resource that pass the filters. */
  of(iri) {
    return (this.links.get(iri) ?? []).filter(
      (link) => !this.without.has(link.status) && !this.hidden.has(link.kind),
    );
  }

  /** Two letters for a class, different from those of all others so far. */
  lettersOf(code, label) {
    if (!this.letters.has(code)) {
      const used = new Set(this.letters.values());
      const text = document.documentElement.lang.startsWith("zh") ? label.zh : label.en;
      const rest = [...text.replace(/[^\p{L}]/gu, "")];
      const found = rest.slice(1).map((letter) => rest[0].toUpperCase() + letter);
      const alone = /\p{Script=Han}/u.test(rest[0] ?? "") ? [rest[0]] : [];
      this.letters.set(code, [...alone, ...found].find((two) => !used.has(two)) ?? rest[0] ?? "?");
    }
    return this.letters.get(code);
  }

  kinds() {
    const found = new Map();
    for (const iri of this.shown) {
      for (const link of this.links.get(iri) ?? []) {
        const own = found.get(link.kind) ?? { code: link.kind, label: link.kindLabel, iris: new Set() };
        own.iris.add(link.iri);
        found.set(link.kind, own);
      }
    }
    return [...found.values()]
      .map(({ code, label, iris }) => ({
        code,
        label,
        count: iris.size,
        letters: this.lettersOf(code, label),
      }))
      .sort((one, other) => one.code.localeCompare(other.code));
  }

  /** Nodes and edges of the picture; an edge for each pair and status, with its relations. */
  visible() {
    const nodes = new Map([[this.focus, this.node(this.focus)]]);
    const edges = new Map();
    for (const from of this.shown) {
      if (!this.links.has(from)) continue;
      const groups = new Map();
      for (const link of this.of(from)) {
        const key = [link.kind, link.way, link.relation.en, link.status].join("|");
        groups.set(key, [...(groups.get(key) ?? []), link]);
      }
      for (const [key, links] of groups) {
        const many = `${from}|${key}`;
        const together = links.length > TOGETHER && !this.shown.has(many);
        for (const link of together ? [links[0]] : links) {
          const to = together ? many : link.iri;
          if (!nodes.has(to)) {
            nodes.set(to, together ? this.group(many, links, from) : this.node(to));
          }
          const pair = [from, to].sort().join("|") + link.status;
          const edge = edges.get(pair) ?? { from, to, status: link.status, relations: [] };
          edge.relations.push(link.relation);
          edges.set(pair, edge);
        }
      }
    }
    // What was opened and can no longer be reached has no place.
    const reached = new Set([this.focus]);
    const pairs = [...edges.values()];
    for (let more = true; more; ) {
      more = false;
      for (const { from, to } of pairs) {
        if (reached.has(from) !== reached.has(to)) {
          reached.add(from).add(to);
          more = true;
        }
      }
    }
    return {
      nodes: [...nodes.values()].filter((node) => reached.has(node.iri)),
      edges: pairs.filter((edge) => reached.has(edge.from)),
    };
  }

  node(iri) {
    const known = this.nodes.get(iri);
    return {
      ...known,
      letters: known.kind ? this.lettersOf(known.kind, known.kindLabel) : "",
      open: this.shown.has(iri),
      // A term of a scheme is linked to nearly everything.
      leaf: iri.includes("/scheme/"),
    };
  }

  group(iri, links, parent) {
    const [{ kind, kindLabel }] = links;
    const letters = this.lettersOf(kind, kindLabel);
    return { iri, label: kindLabel, kind, kindLabel, letters, many: links.length, parent };
  }
}
