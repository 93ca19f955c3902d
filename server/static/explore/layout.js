/* Places for the nodes of a graph: springs along edges, and all nodes push each other away, more
   sideways than up and down, as labels are wide. The same graph always looks the same: nothing
   is random. Must not know what the nodes are. */

const kept = new Map(); // places of before, so that what is seen already stays about where it was

export function layout({ nodes, edges }, focus) {
  const at = new Map(nodes.map((node) => [node.iri, node]));
  const around = new Map();
  for (const { from, to } of edges) {
    around.set(from, [...(around.get(from) ?? []), to]);
    around.set(to, [...(around.get(to) ?? []), from]);
  }
  begin(nodes, around, focus, at);
  const springs = edges.map(({ from, to }) => [at.get(from), at.get(to)]);
  const steps = nodes.length > 150 ? 120 : 260;
  for (let step = 0; step < steps; step += 1) {
    const heat = 1 - step / steps;
    push(nodes, heat);
    for (const [one, other] of springs) {
      const dx = other.x - one.x;
      const dy = other.y - one.y;
      const long = Math.hypot(dx, dy) || 1;
      const pull = ((long - 130) / long) * 0.08;
      move(one, dx * pull, dy * pull);
      move(other, -dx * pull, -dy * pull);
    }
    for (const node of nodes) {
      if (node.iri === focus) continue;
      node.x += Math.max(-30, Math.min(30, node.dx - node.x * 0.002)) * heat;
      node.y += Math.max(-30, Math.min(30, node.dy - node.y * 0.002)) * heat;
    }
    for (const node of nodes) node.dx = node.dy = 0;
  }
  for (const node of nodes) kept.set(node.iri, [node.x, node.y]);
}

function move(node, dx, dy) {
  node.dx += dx;
  node.dy += dy;
}

function push(nodes, heat) {
  for (let i = 0; i < nodes.length; i += 1) {
    const one = nodes[i];
    for (let j = i + 1; j < nodes.length; j += 1) {
      const other = nodes[j];
      // Labels stand beside their dots: nearness counts by half sideways.
      const dx = (other.x - one.x) / 2 || 0.1 * (j - i);
      const dy = other.y - one.y || 0.1;
      const near = dx * dx + dy * dy + 20;
      if (near > 40000) continue;
      const force = (900 / near) * (0.4 + 0.6 * heat);
      move(one, -dx * force * 1.6, -dy * force);
      move(other, dx * force * 1.6, dy * force);
    }
  }
}

/** Where each node starts: where it was, or around what leads to it. */
function begin(nodes, around, focus, at) {
  for (const node of nodes) {
    node.dx = node.dy = 0;
    [node.x, node.y] = kept.get(node.iri) ?? [NaN, NaN];
  }
  const centre = at.get(focus);
  centre.x = centre.y = 0;
  const waiting = [focus];
  const seen = new Set(waiting);
  while (waiting.length) {
    const from = at.get(waiting.shift());
    const next = (around.get(from.iri) ?? []).filter((iri) => !seen.has(iri));
    const fresh = next.filter((iri) => Number.isNaN(at.get(iri).x));
    const away = Math.atan2(from.y, from.x);
    const whole = from === centre ? 2 * Math.PI : Math.PI * 1.2;
    fresh.forEach((iri, number) => {
      const turn = away + whole * ((number + 0.5) / fresh.length - (from === centre ? 0 : 0.5));
      const far = 110 + 14 * Math.sqrt(fresh.length) * (1 + (number % 2));
      at.get(iri).x = from.x + Math.cos(turn) * far * 1.4;
      at.get(iri).y = from.y + Math.sin(turn) * far;
    });
    for (const iri of next) {
      seen.add(iri);
      waiting.push(iri);
    }
  }
}
