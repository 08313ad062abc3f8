/**
 * Which parts stay bright when one is looked at; the rest steps back.
 */

/** The parts to keep bright when `id` is looked at: what feeds it and what it feeds, up to the next expert or layer. */
function neighbourhood(layout, id) {
  const kinds = new Map(layout.nodes.map((n) => [n.id, n.kind])),
    edge = layout.edges.find((e) => e.id === id);
  if (edge) return new Set([id, edge.source, edge.target]);
  if (!kinds.has(id)) return null;
  const bright = new Set([id]);
  const add = (edges) =>
    edges.forEach((e) => {
      bright.add(e.id);
      bright.add(e.source);
      bright.add(e.target);
    });
  const into = (node) => layout.edges.filter((e) => e.target === node);
  const upstream = (node) => {
    for (const e of into(node)) {
      add([e]);
      if (["tower", "mix", "output"].includes(kinds.get(e.source))) upstream(e.source);
    }
  };
  const kind = kinds.get(id);
  add(layout.edges.filter((e) => e.source === id));
  const downstream = (node) => {
    for (const e of layout.edges.filter((x) => x.source === node)) {
      add([e]);
      downstream(e.target);
    }
  };
  if (kind === "gate")
    layout.edges
      .filter((e) => e.source === id)
      .forEach((e) => {
        upstream(e.target);
        downstream(e.target);
      });
  else if (["mix", "tower", "output"].includes(kind)) {
    upstream(id);
    downstream(id);
  } else add(into(id));
  return bright;
}

/** The parts that are bright: those of a term of the formula, else those around what the pointer is on, else around what is
 * selected. @param {?string[]} lit ids of the term; "expert" is also "expert:0" @returns {?Set<string>} none: all are */
function brightParts(layout, lit, hovered, selected) {
  if (!lit) return (hovered && neighbourhood(layout, hovered)) || (selected && neighbourhood(layout, selected)) || null;
  const ofTerm = (id) => lit.some((one) => id === one || id.startsWith(`${one}:`)),
    bright = new Set(layout.nodes.filter((node) => ofTerm(node.id)).map((node) => node.id));
  for (const { id, source, target } of layout.edges) {
    const inside = bright.has(source) && bright.has(target),
      fromGate = ofTerm(source) && source.startsWith("gate");
    if (ofTerm(id) || inside || fromGate) bright.add(id);
  }
  return bright;
}
