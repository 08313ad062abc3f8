/**
 * The network itself. Parts take their width and number from the recording; a click on one is reported by its id.
 */
const SPACE = { w: 1000, h: 620 };

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
  const nameOf = (id) => {
    const node = morph.layout().nodes.find((n) => n.id === id);
    return node ? node.name || node.label : id;
  };
  const read = (ref, moment) => {
    const field = app.fields()[ref.array];
    return sample(field, moment, innerOf(field, ref.index));
  };

  const listen = (element, id, rows) => {
    element.addEventListener("pointerenter", () => app.hover(id));
    element.addEventListener("pointermove", (event) => {
      const note = rows();
      app.tip.show(event, note.title, note.rows);
    });
    element.addEventListener("pointerleave", () => {
      app.hover(null);
      app.tip.hide();
    });
    element.addEventListener("click", () => app.click(panel.id, id, null, null));
  };

  const noteOf = (node) => {
    const at = nearest(app.state.view),
      rows = [];
    if (node.value) rows.push({ label: app.words.value, value: formatNumber(read(node.value, at)) });
    if (node.bars) {
      const field = app.fields()[node.bars.array],
        start = innerOf(field, node.bars.index),
        experts = morph.layout().nodes.filter((n) => n.kind === "expert");
      const all = Array.from({ length: field.shape.at(-1) }, (_, i) => ({
        label: node.bars.names[i] || experts[i]?.name || String(i + 1),
        v: sample(field, at, start + i),
      }));
      rows.push(
        ...all
          .sort((a, b) => b.v - a.v)
          .slice(0, 6)
          .map(({ label, v }) => ({ label, value: formatFixed(v, 3) })),
      );
    }
    for (const edge of morph.layout().edges) {
      if (edge.source === node.id && edge.value)
        rows.push({
          label: nameOf(edge.target),
          value: formatFixed(read(edge.value, at), 3),
          colour: paint(edge.colour),
        });
    }
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

  /** Which parts are bright: those of a term, of the part under the pointer, of the part that is selected. */
  const focusOn = () => {
    const { hovered, selected, rung } = app.state,
      key = `${scene.lit}|${hovered}|${selected}|${rung}`;
    if (key === focusKey) return;
    focusKey = key;
    const layout = morph.layout();
    if (!scene.lit) {
      scene.bright =
        (hovered && neighbourhood(layout, hovered)) || (selected && neighbourhood(layout, selected)) || null;
      return;
    }
    const named = (id) => scene.lit.some((l) => id === l || id.startsWith(`${l}:`));
    scene.bright = new Set(layout.nodes.filter((n) => named(n.id)).map((n) => n.id));
    for (const e of layout.edges)
      if (
        named(e.id) ||
        (scene.bright.has(e.source) && scene.bright.has(e.target)) ||
        (named(e.source) && e.source.startsWith("gate"))
      )
        scene.bright.add(e.id);
  };

  const scene = {
    k: { x: 1, y: 1, min: 1 },
    font: "",
    bright: null,
    lit: null,
    morph,
    read,
    nameOf,
    noteOf,
    listen,
    labelSize: () => Math.min(Math.max(11, Math.round(25 * scene.k.min)), 17),
  };
  const nodeView = makeNodes(app, scene, nodeLayer),
    edgeView = makeEdges(app, scene, edgeLayer, numberLayer);

  const prune = (parts, alive) => {
    for (const [id, part] of parts)
      if (!alive(id)) {
        part.group.remove();
        part.number?.remove?.();
        parts.delete(id);
      }
  };

  const render = (moment, elapsed) => {
    if (!size.w) return false;
    if (morph.layout() !== layoutNow()) morph.begin(layoutNow());
    const { moving, t } = morph.step(moment, elapsed);
    focusOn();
    const pixels = new Map();
    for (const [id, box] of morph.shown) {
      if (!nodes.has(id)) nodes.set(id, nodeView.make(id));
      nodeView.draw(nodes.get(id), box, moment);
      const round = box.node.kind === "mix";
      pixels.set(id, {
        x: box.x * scene.k.x,
        y: box.y * scene.k.y,
        w: box.w * (round ? scene.k.min : scene.k.x),
        h: box.h * (round ? scene.k.min : scene.k.y),
        o: box.o,
      });
    }
    const old = new Map((morph.before() ?? morph.layout()).edges.map((e) => [e.id, e]));
    for (const edge of morph.layout().edges) {
      if (!edges.has(edge.id)) edges.set(edge.id, edgeView.make(edge.id));
      edgeView.draw(
        edges.get(edge.id),
        edge,
        [pixels.get(edge.source), pixels.get(edge.target)],
        moment,
        t,
        old.get(edge.id),
      );
    }
    const now = new Set(morph.layout().edges.map((e) => e.id));
    prune(edges, (id) => now.has(id)); // a connection goes at once: it would dangle between parts that have merged
    prune(nodes, (id) => morph.shown.has(id));
    formula.set(
      panel.formulas[app.state.rung] ?? [],
      size.w / 2,
      size.h - 13,
      Math.min(Math.max(18, 30 * scene.k.min), 26),
    );
    const key = `${app.state.rung}|${app.state.stageId}|${Math.round(moment.f)}|${Math.round(moment.s)}|${app.state.selected}`;
    if (!moving && !app.state.playing && key !== spoken) {
      spoken = key;
      speak();
      rove(nodeLayer, () => [...nodes.values()].map((p) => p.group));
    }
    return moving;
  };

  const formula = makeFormula(formulaLayer, app, {
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
      const room = h - (Object.keys(panel.formulas).length ? 40 : 4);
      scene.k = { x: w / SPACE.w, y: room / SPACE.h, min: Math.min(w / SPACE.w, room / SPACE.h) };
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
