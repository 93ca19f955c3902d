/* The graph as SVG: every node is a link, so that keyboard, screen reader and a middle click do
   what they do elsewhere. Arrow keys move to the nearest node that way. Must not know the model. */

import { config, make } from "../page.js";

const ROOM = { zh: 13, en: 26 };

const short = (text) => {
  const room = ROOM[config.lang];
  return text.length > room ? `${text.slice(0, room - 1).trimEnd()}…` : text;
};

export function drawing(svg, { open }) {
  const lines = make("svg:g", { class: "lines" });
  const dots = make("svg:g");
  svg.append(lines, dots);
  let view = [-500, -300, 1000, 600];
  let nodes = [];
  let shapes = new Map();
  let marked = null;

  const look = () => svg.setAttribute("viewBox", view.join(" "));

  function draw(seen, chosen) {
    nodes = seen.nodes;
    const places = new Map(nodes.map((node) => [node.iri, node]));
    lines.replaceChildren(...seen.edges.map((edge) => line(edge, places)));
    const held = document.activeElement?.dataset?.node;
    shapes = new Map(nodes.map((node) => [node.iri, dot(node)]));
    // The chosen one on top. Not moved later: what is moved loses its focus and its click.
    const top = shapes.get(chosen);
    dots.replaceChildren(...[...shapes.values()].filter((shape) => shape !== top), ...(top ? [top] : []));
    mark(chosen);
    if (held) (shapes.get(held) ?? shapes.get(chosen))?.focus();
  }

  function line({ from, to, status, relations }, places) {
    const one = places.get(from);
    const other = places.get(to);
    const said = relations.map((relation) => relation[config.lang]);
    return make(
      "svg:line",
      {
        class: `line ${status}`,
        x1: one.x,
        y1: one.y,
        x2: other.x,
        y2: other.y,
        "data-from": from,
        "data-to": to,
      },
      make("svg:title", {}, `${[...new Set(said)].join(", ")} (${config.t[status]})`),
    );
  }

  function dot(node) {
    const label = node.label[config.lang];
    const name = node.many ? `${label} × ${node.many}` : label;
    const address = new URL(config.explore, location);
    address.searchParams.set("focus", node.parent ?? node.iri);
    if (node.many) address.searchParams.set("kind", node.kind);
    const kind = node.kindLabel[config.lang];
    const own = node.iri;
    return make(
      "svg:a",
      {
        href: address.pathname + address.search,
        class: `node${node.many ? " many" : ""}${node.open ? " open" : ""}`,
        transform: `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`,
        tabindex: -1,
        "aria-label": kind && !node.many ? `${name} (${kind})` : name,
        "data-node": own,
        click: (event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          open(own);
        },
        keydown: (event) => step(event, node),
        focus: () => mark(own),
      },
      make("svg:title", {}, kind && !node.many ? `${name} (${kind})` : name),
      make("svg:circle", { r: own === config.focus.iri ? 17 : 13 }),
      make("svg:text", { class: "letters", "text-anchor": "middle", y: 4 }, node.letters || "●"),
      own === config.focus.iri
        ? make("svg:text", { "text-anchor": "middle", y: 33 }, name)
        : make("svg:text", { x: 18, y: 4 }, short(name)),
    );
  }

  /** An arrow key goes to the nearest node in its direction. */
  function step(event, from) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
      event.key
    ];
    if (!way) return;
    event.preventDefault();
    let best = null;
    let least = Infinity;
    for (const node of nodes) {
      const dx = node.x - from.x;
      const dy = node.y - from.y;
      const along = dx * way[0] + dy * way[1];
      if (node === from || along <= 1) continue;
      const far = along + 2.5 * Math.abs(dx * way[1] - dy * way[0]);
      if (far < least) [best, least] = [node, far];
    }
    if (best) shapes.get(best.iri).focus();
  }

  function mark(iri) {
    if (marked && shapes.get(marked)) {
      shapes.get(marked).classList.remove("chosen");
      shapes.get(marked).setAttribute("tabindex", -1);
    }
    marked = shapes.has(iri) ? iri : config.focus.iri;
    shapes.get(marked)?.classList.add("chosen");
    shapes.get(marked)?.setAttribute("tabindex", 0); // one stop of the tab key for the whole picture
    for (const one of lines.children) {
      one.classList.toggle("near", one.dataset.from === marked || one.dataset.to === marked);
    }
  }

  function zoom(by, x = view[0] + view[2] / 2, y = view[1] + view[3] / 2) {
    const next = Math.max(150, Math.min(6000, view[2] / by));
    const ratio = next / view[2];
    view = [x - (x - view[0]) * ratio, y - (y - view[1]) * ratio, next, view[3] * ratio];
    look();
  }

  /** All nodes in view; or, where that would be too small to read, those around the marked one. */
  function fit(whole = false) {
    const box = svg.getBoundingClientRect();
    const wide = box.width / (box.height || 1);
    const [left, right] = span(nodes.map((node) => node.x), 40, 190);
    const [top, bottom] = span(nodes.map((node) => node.y), 40, 40);
    const width = Math.max(right - left, (bottom - top) * wide, Math.min(700, box.width));
    const most = whole ? width : Math.min(width, box.width * 1.6);
    const near = nodes.find((node) => node.iri === marked);
    const [x, y] = most < width && near ? [near.x, near.y] : [(left + right) / 2, (top + bottom) / 2];
    view = [x - most / 2, y - most / wide / 2, most, most / wide];
    look();
  }

  const span = (values, before, after) => [
    Math.min(...values) - before,
    Math.max(...values) + after,
  ];

  const scale = () => view[2] / (svg.getBoundingClientRect().width || 1);

  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = svg.getBoundingClientRect();
    const x = view[0] + (event.clientX - box.left) * scale();
    const y = view[1] + (event.clientY - box.top) * scale();
    zoom(event.deltaY < 0 ? 1.15 : 0.87, x, y);
  });
  svg.addEventListener("keydown", (event) => {
    if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") fit(true);
  });
  svg.addEventListener("pointerdown", (event) => {
    if (event.target.closest("a") || event.button) return;
    svg.setPointerCapture(event.pointerId);
    const [left, top] = view;
    const drag = (to) => {
      view[0] = left - (to.clientX - event.clientX) * scale();
      view[1] = top - (to.clientY - event.clientY) * scale();
      look();
    };
    svg.addEventListener("pointermove", drag);
    const end = () => svg.removeEventListener("pointermove", drag);
    svg.addEventListener("pointerup", end, { once: true });
    svg.addEventListener("pointercancel", end, { once: true });
  });

  return { draw, fit, mark, zoom };
}
