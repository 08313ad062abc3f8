/**
 * The network itself. Parts take their width and number from the recording; a click on one is reported by its id.
 */
const SPACE = { w: 1000, h: 620 };

/** Pixels to a unit of the layout, across and down, and the smaller of both; a formula takes room below. */
function diagramScale({ w, h }, hasFormula) {
  const x = w / SPACE.w,
    y = (h - (hasFormula ? 40 : 4)) / SPACE.h;
  return { x, y, min: Math.min(x, y) };
}

/** The middle of the formula and the size of its letters. */
const formulaPlace = ({ w, h }, k) => ({ x: w / 2, y: h - 13, text: Math.min(Math.max(18, 30 * k.min), 26) });

/** A part in pixels; a mixture stays round. */
function pixelBox({ node, x, y, w, h, o }, k) {
  const round = node.kind === "mix";
  return { x: x * k.x, y: y * k.y, w: w * (round ? k.min : k.x), h: h * (round ? k.min : k.y), o };
}

/** The six largest numbers of a node's bars, with their names. @param {Field} field that they are in */
function largestBars({ names, index }, layout, field, moment) {
  const start = innerOf(field, index),
    experts = layout.nodes.filter((node) => node.kind === "expert");
  const all = Array.from({ length: field.shape.at(-1) }, (_, i) => ({
    label: names[i] || experts[i]?.name || String(i + 1),
    v: sample(field, moment, start + i),
  }));
  return all
    .sort((a, b) => b.v - a.v)
    .slice(0, 6)
    .map(({ label, v }) => ({ label, value: formatFixed(v, 3) }));
}

/** Whether every number has room under its label: all parts of a drawing say theirs, or none does.
 * @param {{x: number, y: number, min: number}} k pixels to a unit of the layout @param {number} text pixels of a label */
function numbersFit({ nodes }, k, text) {
  return nodes.every(({ value, kind, h }) => !value || h * (kind === "mix" ? k.min : k.y) >= text * 2.1);
}

/** What a part is called. */
function nameIn(layout, id) {
  const node = layout.nodes.find((one) => one.id === id);
  return node ? node.name || node.label : id;
}

/** The pointer on a part. @param {() => {title: string, rows: object[]}} note of the tooltip */
function listenPart(element, id, note, app, panelId) {
  element.addEventListener("pointerenter", () => app.hover(id));
  element.addEventListener("pointermove", (event) => {
    const { title, rows } = note();
    app.tip.show(event, title, rows);
  });
  element.addEventListener("pointerleave", () => {
    app.hover(null);
    app.tip.hide();
  });
  element.addEventListener("click", () => app.click(panelId, id, null, null));
}

/** Take away the parts whose time is over. @param {Map<string, {group: Element, number: ?Element}>} parts */
function prune(parts, alive) {
  for (const [id, part] of parts)
    if (!alive(id)) {
      part.group.remove();
      part.number?.remove?.();
      parts.delete(id);
    }
}

function makeDiagram(panel, app) {
  const frame = panelFrame(panel, "diagram");
  const { board } = frame;
  put(board, { role: "group", "aria-label": panel.title });
  const edgeLayer = svg("g"),
    nodeLayer = svg("g"),
    numberLayer = svg("g", { class: "edge-numbers" }),
    formulaLayer = svg("g", { class: "formula" });
  board.append(edgeLayer, nodeLayer, numberLayer, formulaLayer);

  const morph = makeMorph(app);
  const nodes = new Map(),
    edges = new Map();
  let size = { w: 0, h: 0 },
    focusKey = "",
    spoken = "";

  const layoutNow = () => panel.layouts[app.state.rung] ?? Object.values(panel.layouts)[0];
  const nameOf = (id) => nameIn(morph.layout(), id);
  const read = (ref, moment) => {
    const field = app.fields()[ref.array];
    return sample(field, moment, innerOf(field, ref.index));
  };

  const listen = (element, id, note) => listenPart(element, id, note, app, panel.id);

  const noteOf = (node) => {
    const at = nearest(app.state.view),
      rows = [];
    if (node.value) rows.push({ label: app.words.value, value: formatNumber(read(node.value, at)) });
    if (node.bars) rows.push(...largestBars(node.bars, morph.layout(), app.fields()[node.bars.array], at));
    for (const edge of morph.layout().edges)
      if (edge.source === node.id && edge.value)
        rows.push({ label: nameOf(edge.target), value: formatFixed(read(edge.value, at), 3), colour: paint(edge.colour) });
    return { title: node.name || node.label, rows };
  };

  const speak = () => {
    for (const [id, part] of nodes) {
      if (!part.node) continue;
      const note = noteOf(part.node);
      put(part.group, {
        "aria-label": [note.title, ...note.rows.map((r) => `${r.label} ${r.value}`)].join(", "),
        "aria-pressed": part.node.clickable ? String(app.state.selected === id) : null,
      });
    }
  };

  const focusOn = () => {
    const { hovered, selected, rung } = app.state,
      key = `${scene.lit}|${hovered}|${selected}|${rung}`;
    if (key === focusKey) return;
    focusKey = key;
    scene.bright = brightParts(morph.layout(), scene.lit, hovered, selected);
    scene.pointed = Boolean(scene.lit || hovered); // what is selected stands out by itself, and nothing steps back for it
  };

  const scene = {
    k: { x: 1, y: 1, min: 1 },
    font: "",
    bright: null,
    pointed: false,
    lit: null,
    numbered: false,
    morph,
    read,
    nameOf,
    noteOf,
    listen,
    labelSize: () => Math.min(Math.max(12, Math.round(25 * scene.k.min)), 17),
  };
  const nodeView = makeNodes(app, scene, nodeLayer),
    edgeView = makeEdges(app, scene, edgeLayer, numberLayer);

  /** @returns {Map<string, Box>} where each part is, in pixels */
  const drawNodes = (moment) => {
    const pixels = new Map();
    for (const [id, box] of morph.shown) {
      if (!nodes.has(id)) nodes.set(id, nodeView.make(id));
      nodeView.draw(nodes.get(id), box, moment);
      pixels.set(id, pixelBox(box, scene.k));
    }
    return pixels;
  };

  const drawEdges = (pixels, moment, t) => {
    const old = new Map((morph.before() ?? morph.layout()).edges.map((e) => [e.id, e]));
    for (const edge of morph.layout().edges) {
      if (!edges.has(edge.id)) edges.set(edge.id, edgeView.make(edge.id));
      const ends = [pixels.get(edge.source), pixels.get(edge.target)];
      edgeView.draw(edges.get(edge.id), edge, ends, moment, t, old.get(edge.id));
    }
  };

  const render = (moment, elapsed) => {
    if (!size.w) return false;
    if (morph.layout() !== layoutNow()) morph.begin(layoutNow());
    const { moving, t } = morph.step(moment, elapsed);
    scene.numbered = numbersFit(morph.layout(), scene.k, scene.labelSize());
    focusOn();
    drawEdges(drawNodes(moment), moment, t);
    const now = new Set(morph.layout().edges.map((e) => e.id));
    prune(edges, (id) => now.has(id)); // a connection goes at once: it would dangle between parts that have merged
    prune(nodes, (id) => morph.shown.has(id));
    const { x, y, text } = formulaPlace(size, scene.k);
    formula.set(panel.formulas[app.state.rung] ?? [], x, y, text);
    const key = `${app.state.rung}|${app.state.stageId}|${Math.round(moment.f)}|${Math.round(moment.s)}|${app.state.selected}`;
    if (!moving && !app.state.playing && key !== spoken) {
      spoken = key;
      speak();
      rove(nodeLayer, () => [...nodes.values()].map((p) => p.group));
    }
    return moving;
  };

  const formula = makeFormula(formulaLayer, {
    light: (ids) => {
      scene.lit = ids;
      app.wake();
    },
    choose: (ids) => {
      const node = morph.layout().nodes.find((n) => ids.includes(n.id) && n.clickable);
      if (node) app.click(panel.id, node.id, null, null);
    },
  });

  return {
    root: frame.root,
    board,
    render,
    resize: (w, h) => {
      size = { w, h };
      scene.k = diagramScale(size, Object.keys(panel.formulas).length > 0);
      scene.font = `500 ${scene.labelSize()}px ${app.font()}`;
    },
    update: (next) => {
      const same = JSON.stringify(next) === JSON.stringify(panel);
      if (!same) {
        panel = next;
        focusKey = "";
      }
    },
  };
}

MAKERS.Diagram = makeDiagram;
