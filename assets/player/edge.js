/**
 * A connection on screen: its width is its weight, its number appears when one of its ends is looked at.
 */
function makeEdges(app, scene, layer, numbers) {
  const makeEdge = (id) => {
    const line = svg("path", { class: "line" }),
      hit = svg("path", { class: "hit" }),
      inner = svg("g", {}, line, hit);
    const group = svg("g", { class: "edge", "data-element": id }, inner),
      number = svg("text", { class: "number" });
    const part = { group, inner, line, hit, number, edge: null };
    scene.listen(group, id, () => {
      const { edge } = part;
      return {
        title: edge.name || `${scene.nameOf(edge.source)} → ${scene.nameOf(edge.target)}`,
        rows: edge.value
          ? [{ label: app.words.value, value: formatNumber(scene.read(edge.value, nearest(app.state.view))) }]
          : [],
      };
    });
    layer.append(group);
    numbers.append(number);
    return part;
  };

  const drawEdge = (part, edge, boxes, moment, t, old) => {
    const [from, to] = boxes;
    if (part.edge !== edge) {
      part.edge = edge;
      put(part.line, {
        stroke: paint(edge.colour),
        class: `line${edge.value ? " weighed" : ""}${edge.dash ? " dashed" : ""}`,
      });
      put(part.hit, { display: edge.value || edge.dash ? null : "none" });
    }
    const d = edgePath(
      edge,
      from,
      to,
      edge.via.map(([x, y]) => ({ x: x * scene.k.x, y: y * scene.k.y })),
    );
    put(part.line, { d });
    if (edge.value || edge.dash) put(part.hit, { d });
    const fresh = edge.via.length ? Math.max(0, t * 7 - 6) : t * t;
    put(part.group, { opacity: px((old ? 1 : fresh) * Math.min(from.o, to.o)) });
    let width = 1.1;
    if (edge.value) {
      const now = scene.read(edge.value, moment),
        v = old?.value && t < 1 ? between(scene.read(old.value, moment), now, t) : now;
      const weight = Number.isFinite(v) ? Math.min(Math.abs(v) / edge.widest, 1) : 0;
      width = 0.6 + weight * 24 * Math.sqrt(scene.k.min);
      put(part.line, {
        "stroke-opacity": px((scene.morph.layout().edges.length > 60 ? 0.08 : 0.22) + 0.7 * Math.sqrt(weight)),
      });
    }
    const stands = scene.bright?.has(edge.id) ?? false;
    put(part.line, { "stroke-width": px(stands ? Math.max(width * 1.25, width + 1.4) : width) });
    put(part.inner, {
      class: `${scene.pointed && scene.bright && !stands ? "dim" : ""}${stands ? " lit" : ""}${app.state.selected === edge.id ? " selected" : ""}`,
    });
    numberOn(part, edge, from, to, moment, t);
  };

  /** Numbers on the edges of the part looked at, at the end where there is room: away from it. */
  const numberOn = (part, edge, from, to, moment, t) => {
    const focus = app.state.hovered ?? app.state.selected;
    if (!edge.value || t < 1 || scene.lit || !focus || !scene.bright?.has(edge.id) || repeated(edge, focus)) {
      put(part.number, { display: "none" });
      return;
    }
    const narrow = from.w < textWidth("0.00", `600 11px ${app.font()}`) + 2 && edge.source !== focus;
    const value = formatFixed(scene.read(edge.value, nearest(moment)), 2),
      at = alongEdge(edge, from, to, edge.source === focus ? 0.86 : edge.id === focus ? 0.5 : 0.1);
    say(part.number, narrow ? value.replace(/^0/, "") : value);
    put(part.number, { x: px(at.x), y: px(at.y + 2), display: null });
  };

  /** One gate for all tasks brightens several connections of an expert, all of one weight: it is written once. */
  const repeated = (edge, focus) =>
    edge.source !== focus &&
    scene.morph.layout().edges.find((e) => e.source === edge.source && e.value && scene.bright.has(e.id)) !== edge;

  return { make: makeEdge, draw: drawEdge };
}
