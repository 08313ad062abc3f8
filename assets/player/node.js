/**
 * A part of the network on screen: its outline, its words, and the small bars in a gate.
 * @typedef {object} Scene  what the parts of one diagram share: k (pixels per layout unit), font, bright, lit, morph, read, …
 */
const LEAST_LETTERS = 11; // pixels: smaller ones nobody reads

/** A part's outline: the tower narrows upwards, the mixture is round, all else a rounded rectangle. */
function outline(kind, w, h) {
  if (kind === "tower")
    return `M${px(-w / 2)} ${px(h / 2)}L${px(-w * 0.34)} ${px(-h / 2)}L${px(w * 0.34)} ${px(-h / 2)}L${px(w / 2)} ${px(h / 2)}Z`;
  const r = px(Math.min(kind === "mix" || kind === "input" || kind === "output" ? 99 : 6, w / 2, h / 2)),
    a = px(w / 2),
    b = px(h / 2);
  return `M${r - a} ${-b}H${a - r}A${r} ${r} 0 0 1 ${a} ${r - b}V${b - r}A${r} ${r} 0 0 1 ${a - r} ${b}H${r - a}A${r} ${r} 0 0 1 ${-a} ${b - r}V${r - b}A${r} ${r} 0 0 1 ${r - a} ${-b}Z`;
}

function makeNodes(app, scene, layer) {
  const peaks = new Map();

  const makeNode = (id) => {
    const halo = svg("path", { class: "halo" }),
      shape = svg("path", { class: "shape" }),
      bars = svg("g"),
      label = svg("text", { class: "label" });
    const number = svg("text", { class: "number node-number" }),
      inner = svg("g", {}, halo, shape, bars, label, number);
    const group = svg("g", { class: "node", "data-element": id, tabindex: -1 }, inner);
    const part = { group, inner, halo, shape, bars, label, number, node: null, small: [] };
    scene.listen(group, id, () => scene.noteOf(part.node));
    group.addEventListener("focus", () => app.hover(id));
    group.addEventListener("blur", () => app.hover(null));
    layer.append(group);
    return part;
  };

  const dress = (part, node) => {
    part.node = node;
    const owned = typeof node.colour === "number" ? " owned" : ""; // by a task
    put(part.shape, { class: `shape ${node.kind}${owned}`, style: `--own:${paint(node.colour)}` });
    put(part.group, { role: node.clickable ? "button" : "img", class: `node${node.clickable ? " clickable" : ""}` });
    part.small = [];
    part.bars.replaceChildren();
    if (!node.bars) return;
    const { colours, array } = node.bars,
      count = app.fields()[array]?.shape.at(-1) ?? 0;
    part.small = Array.from({ length: count }, (_, i) => {
      const colour = paint(colours.length ? colours[i % colours.length] : node.colour);
      const band = svg("rect", { class: "band", fill: colour }),
        bar = svg("rect", { class: "bar", fill: colour }),
        own = svg("line", { class: "own" });
      part.bars.append(band, bar, own);
      return { band, bar, own };
    });
  };

  /** The tallest weight of an array and its band, over the whole recording: small bars keep one scale. */
  const peakOf = ({ array, high }) => {
    const key = `${array}|${app.state.stageId}`;
    if (!peaks.has(key)) {
      if (peaks.size > 7) peaks.clear(); // of stages that are gone; a network has a few arrays, one for each level
      let top = 0;
      for (const name of [array, high])
        for (const v of app.fields()[name]?.data ?? []) if (Number.isFinite(v) && Math.abs(v) > top) top = Math.abs(v);
      peaks.set(key, top || 1);
    }
    return peaks.get(key);
  };

  const drawBars = ({ node, small }, w, h, moment) => {
    const [main, low, high, followed] = ["array", "low", "high", "own"].map((name) => app.fields()[node.bars[name]]);
    const start = innerOf(main, node.bars.index),
      peak = peakOf(node.bars),
      n = small.length;
    const top = -h / 2 + scene.labelSize() + 9,
      bottom = h / 2 - 5,
      pitch = (w - 14) / n,
      thick = Math.max(Math.min(pitch * 0.7, 14), 1.5);
    const zero = node.bars.signed ? (top + bottom) / 2 : bottom,
      y = (v) => zero - Math.max(Math.min(v / peak, 1), node.bars.signed ? -1 : 0) * Math.max(zero - top, 2);
    small.forEach(({ band, bar, own }, i) => {
      const x = px(-w / 2 + 7 + (scene.morph.placeOf(i) + 0.5) * pitch - thick / 2),
        v = sample(main, moment, start + i),
        a = sample(low, moment, start + i),
        b = sample(high, moment, start + i),
        c = sample(followed, moment, start + i);
      put(
        bar,
        Number.isFinite(v)
          ? {
              x,
              width: px(thick),
              y: px(Math.min(y(v), zero)),
              height: px(Math.max(Math.abs(zero - y(v)), 0.8)),
              "fill-opacity": v < 0 ? 0.45 : null,
              display: null,
            }
          : { display: "none" },
      );
      put(
        band,
        Number.isFinite(a) && Number.isFinite(b)
          ? { x: px(x - 1), width: px(thick + 2), y: px(y(b)), height: px(Math.max(y(a) - y(b), 0.5)), display: null }
          : { display: "none" },
      );
      put(
        own,
        Number.isFinite(c)
          ? { x1: px(x - 2), x2: px(x + thick + 2), y1: px(y(c)), y2: px(y(c)), display: null }
          : { display: "none" },
      );
    });
  };

  const drawNode = (part, box, moment) => {
    const { node, leaves, o } = box;
    if (part.node !== node) dress(part, node);
    const round = node.kind === "mix",
      w = round ? box.w * scene.k.min : box.w * scene.k.x,
      h = round ? box.h * scene.k.min : box.h * scene.k.y;
    put(part.group, {
      transform: `translate(${px(box.x * scene.k.x)} ${px(box.y * scene.k.y)})`,
      opacity: px(o),
      "pointer-events": leaves ? "none" : null,
    });
    put(part.shape, { d: outline(node.kind, w, h) });
    put(part.halo, { d: outline(node.kind, w + 7, h + 7) });
    const room = w - (node.kind === "tower" ? w * 0.2 : node.kind === "input" || node.kind === "output" ? 12 : 4);
    const text = textWidth(node.label, scene.font) <= room || !node.short ? node.label : node.short;
    // A symbol (f with its number) becomes smaller where sixteen share the width; words end in an ellipsis.
    const least = app.room ? 1 : LEAST_LETTERS / scene.labelSize();
    const shrink = text === node.short ? Math.min(Math.max(room / textWidth(text, scene.font), least), 1) : 1;
    say(part.label, fitText(text, Math.max(room, 10) / shrink, scene.font));
    const number = node.value && scene.numbered ? formatFixed(scene.read(node.value, nearest(moment)), 2) : "";
    say(part.number, number);
    const lift = node.bars ? -h / 2 + scene.labelSize() * 0.5 + 5 : number ? -scene.labelSize() * 0.55 : 0;
    put(part.label, { y: px(lift + scene.labelSize() * 0.36), style: `font-size:${px(scene.labelSize() * shrink)}px` });
    put(part.number, { y: px(scene.labelSize() * 0.9) });
    if (node.bars) drawBars(part, w, h, moment);
    put(part.inner, {
      class: `${scene.pointed && scene.bright && !scene.bright.has(node.id) ? "dim" : ""}${scene.bright?.has(node.id) ? " lit" : ""}${app.state.selected === node.id ? " selected" : ""}`,
    });
  };

  return { make: makeNode, draw: drawNode };
}
