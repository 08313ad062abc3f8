/**
 * One network turning into another. A part that both have glides; a new one grows out of its `born`; one that goes merges
 * back into it. Experts share the bottom's rectangle among them, so the bottom is seen to split, and to close again.
 */
const MORPH_MS = 450;
const REORDER_MS = 140;

const blendBox = (a, b, t) => ({
  x: a.x + (b.x - a.x) * t,
  y: a.y + (b.y - a.y) * t,
  w: a.w + (b.w - a.w) * t,
  h: a.h + (b.h - a.h) * t,
});
const boxOf = ({ x, y, w, h }) => ({ x, y, w, h });

/** Where each part of `nodes` lies inside the box it grows out of: experts side by side, anything else at its end. */
function bornBoxes(nodes, parents) {
  const boxes = new Map(),
    rows = new Map();
  for (const node of nodes) {
    const parent = parents.get(node.born);
    if (!parent) continue;
    if (node.kind !== "expert") {
      const w = Math.min(parent.w, node.w),
        reach = (parent.w - w) / 2;
      boxes.set(node.id, { ...boxOf(parent), w, x: Math.min(Math.max(node.x, parent.x - reach), parent.x + reach) });
      continue;
    }
    rows.set(node.born, [...(rows.get(node.born) ?? []), node]);
  }
  for (const [born, row] of rows) {
    const parent = parents.get(born),
      w = parent.w / row.length;
    row.forEach((node, i) =>
      boxes.set(node.id, { x: parent.x - parent.w / 2 + (i + 0.5) * w, y: parent.y, w, h: parent.h }),
    );
  }
  return boxes;
}

function makeMorph(app) {
  let layout = null,
    before = null,
    clock = 1,
    plan = [],
    places = new Map();
  const shown = new Map(); // id → {node, x, y, w, h, o}

  const begin = (next) => {
    const previous = layout,
      old = new Map(shown),
      ids = new Set(next.nodes.map((n) => n.id));
    layout = next;
    before = previous;
    const instant = !previous || app.state.calm || previous === next;
    const entering = next.nodes.filter((n) => !old.has(n.id)),
      leaving = [...old.values()].filter((p) => !ids.has(p.node.id)).map((p) => p.node);
    const grows = bornBoxes(entering, old),
      merges = bornBoxes(leaving, new Map(next.nodes.map((n) => [n.id, n])));
    const split = new Set(
      entering
        .filter((n) => grows.has(n.id))
        .map((n) => n.born)
        .filter((id) => !ids.has(id)),
    );
    const joined = new Set(leaving.filter((n) => merges.has(n.id) && !old.has(n.born)).map((n) => n.born));
    plan = [
      ...next.nodes.map((node) => {
        const was = old.get(node.id);
        if (was) return { node, from: boxOf(was), to: null, o: (t) => was.o + (1 - was.o) * t };
        const opaque = split.has(node.born);
        return {
          node,
          from: grows.get(node.id) ?? boxOf(node),
          to: null,
          o: joined.has(node.id) ? (t) => Math.max(0, t * 4 - 3) : opaque ? () => 1 : (t) => t * t,
        };
      }),
      ...leaving.map((node) => {
        const was = old.get(node.id);
        const o = split.has(node.id)
          ? () => 0
          : merges.has(node.id) && joined.has(node.born)
            ? () => 1
            : (t) => was.o * (1 - t) ** 2;
        return { node, from: boxOf(was), to: merges.get(node.id) ?? boxOf(was), o, leaves: true };
      }),
    ];
    clock = instant ? 1 : 0;
  };

  /** Experts stand in the order the recording gives, and walk to a new place rather than jump. */
  const reorder = (moment, elapsed) => {
    const field = layout.order ? app.fields()[layout.order] : null,
      experts = layout.nodes.filter((n) => n.kind === "expert");
    let moving = false;
    const ranks = experts.map((_, i) => (field ? Math.round(sample(field, nearest(moment), i)) : i));
    experts.forEach((node, i) => {
      const goal = experts[ranks[i]]?.x ?? node.x,
        was = places.get(node.id) ?? goal;
      const far = Math.abs(goal - was) > 0.4,
        now = far ? follow(was, goal, elapsed, app.state.calm || clock === 0, REORDER_MS) : goal;
      places.set(node.id, now);
      moving ||= now !== goal;
    });
    return moving;
  };

  /** @returns {{moving: boolean, t: number}} t is 1 when the network has arrived */
  const step = (moment, elapsed) => {
    const walking = reorder(moment, elapsed);
    if (clock < 1) clock = Math.min(clock + elapsed / MORPH_MS, 1);
    const t = easeInOut(clock);
    shown.clear();
    for (const { node, from, to, o, leaves } of plan) {
      if (leaves && clock >= 1) continue;
      const goal = to ?? { ...boxOf(node), x: node.kind === "expert" ? (places.get(node.id) ?? node.x) : node.x };
      shown.set(node.id, { node, ...blendBox(from, goal, t), o: o(t), leaves: Boolean(leaves) });
    }
    if (clock >= 1) before = null;
    return { moving: walking || clock < 1, t };
  };

  /** The place of expert i in its row, fractional while it walks: a gate's small bars walk with the experts. */
  const placeOf = (i) => {
    const experts = layout.nodes.filter((n) => n.kind === "expert"),
      x = places.get(experts[i]?.id);
    if (x === undefined || experts.length < 2) return i;
    return (x - experts[0].x) / (experts[1].x - experts[0].x);
  };

  return { begin, step, shown, placeOf, layout: () => layout, before: () => before };
}
