/**
 * Lines over the training step, for every structure at once. The y axis is fixed over the whole sweep, so that a lower
 * line means a lower loss and never another scale.
 */

/** The range of all finite numbers of these series, over every sweep value and frame. */
function seriesDomain(series, fields, log) {
  let low = Infinity,
    high = -Infinity;
  for (const { array } of series) {
    for (const v of fields[array]?.data ?? []) {
      if (!Number.isFinite(v) || (log && v <= 0)) continue;
      if (v < low) low = v;
      if (v > high) high = v;
    }
  }
  if (low > high) return log ? [0.1, 1] : [0, 1];
  if (log) return [low / 1.12, high * 1.12];
  const pad = (high - low || Math.abs(high) || 1) * 0.05;
  return [low >= 0 && low < pad * 4 ? 0 : low - pad, high + pad];
}

/** An SVG path with a gap wherever a number is missing. */
function linePath(values, xs, y) {
  let path = "",
    pen = false;
  for (let i = 0; i < values.length; i += 1) {
    const v = values[i];
    if (!Number.isFinite(v)) {
      pen = false;
      continue;
    }
    path += `${pen ? "L" : "M"}${px(xs[i])} ${px(y(v))}`;
    pen = true;
  }
  return path;
}

/** Push labels apart until none overlap, keeping their order and the block inside [low, high]. */
function pushApart(wanted, gap, low, high) {
  const order = wanted.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y);
  order.forEach((item, k) => {
    item.y = Math.max(item.y, k ? order[k - 1].y + gap : low);
  });
  for (let k = order.length - 1; k >= 0; k -= 1) {
    order[k].y = Math.min(order[k].y, k === order.length - 1 ? high : order[k + 1].y - gap);
  }
  const placed = [];
  order.forEach(({ y, i }) => {
    placed[i] = y;
  });
  return placed;
}

/** The axes: a box in pixels, with the width and the font of the names at its right; scales, and where each step lies.
 * @param {number[]} steps @param {Object<string, Field>} fields */
function linesPlace(panel, steps, fields, size, text, family) {
  const font = `700 ${text}px ${family}`,
    means = panel.series.filter((series) => series.weight === "mean"),
    right = Math.min(Math.max(0, ...means.map((series) => textWidth(series.name, font))) + 14, size.w * 0.36),
    box = { left: text * 3.6, right: size.w - right, top: 16, bottom: size.h - 21, label: right - 10, font };
  const last = Math.max(panel.x_max ?? 0, steps[steps.length - 1], steps[0] + 1),
    x = linearScale([Math.min(steps[0], 0), last], [box.left, box.right]),
    y = (panel.log ? logScale : linearScale)(seriesDomain(panel.series, fields, panel.log), [box.bottom, box.top]);
  return { box, x, y, xs: steps.map(x), small: `400 ${text - 1}px ${family}` };
}

/** Lines across, numbers on both axes and the axes' names, for `svgAll`. */
function linesGrid(panel, { box, x, y, small }, size) {
  const across = y.ticks(Math.max(2, Math.floor((box.bottom - box.top) / 26))),
    end = size.w - textWidth(panel.x_label, small),
    along = x.ticks(Math.max(2, Math.floor((box.right - box.left) / 62))).filter((v) => x(v) + 20 < end);
  return [
    ...across.flatMap((v) => [
      ["line", { x1: box.left, x2: box.right, y1: px(y(v)), y2: px(y(v)) }],
      // the topmost place belongs to the axis' name
      ["text", { x: box.left - 7, y: px(y(v)) + 4, "text-anchor": "end" }, y(v) < box.top + 9 ? "" : formatTick(v)],
    ]),
    ...along.map((v) => ["text", { x: px(x(v)), y: box.bottom + 16, "text-anchor": "middle" }, formatTick(v)]),
    ["text", { x: 0, y: box.top - 6, class: "axis" }, panel.y_label],
    ["text", { x: size.w, y: box.bottom + 16, "text-anchor": "end", class: "axis" }, panel.x_label],
  ];
}

/** The pointer on the axis of time: it looks at a frame, and held down it goes there. */
function listenTime(touch, app, { stepAt, tell }) {
  const frameAt = (event) => nearestIndex(app.state.steps, stepAt(event));
  touch.addEventListener("pointermove", (event) => {
    const f = frameAt(event);
    if (event.buttons === 1) app.scrub(f);
    else app.peek(f);
    tell(event, f);
  });
  touch.addEventListener("pointerleave", () => {
    app.peek(null);
    app.tip.hide();
  });
  touch.addEventListener("pointerdown", (event) => {
    touch.setPointerCapture(event.pointerId);
    app.scrub(frameAt(event));
  });
  touch.addEventListener("pointerup", () => app.scrubbed());
}

function makeLines(panel, app) {
  const frame = panelFrame(panel, "lines");
  const { board } = frame;
  put(board, { role: "img", "aria-label": `${panel.title}: ${panel.y_label}, ${panel.x_label}` });
  const grid = svg("g", { class: "grid" });
  const curves = svg("g", { class: "curves" });
  const veil = svg("rect", { class: "veil" });
  const cursor = svg("line", { class: "cursor" });
  const dots = svg("g");
  const names = svg("g", { class: "names" });
  const touch = svg("rect", { class: "touch" });
  board.append(grid, curves, veil, cursor, dots, names, touch);

  let drawn = [],
    size = { w: 0, h: 0 },
    place,
    shown = "";

  /** One path a series; means get a dot at the cursor and a name at the end. */
  const build = () => {
    curves.replaceChildren();
    dots.replaceChildren();
    names.replaceChildren();
    const runsFirst = [...panel.series].sort((a, b) => (a.weight === "mean") - (b.weight === "mean"));
    drawn = runsFirst.map((series) => {
      const path = svg("path", {
        class: `curve ${series.weight}`,
        stroke: paint(series.colour),
        "stroke-dasharray": series.dash,
      });
      curves.append(path);
      if (series.weight !== "mean") return { series, path };
      const dot = svg("circle", { r: 3.5, class: "dot", fill: paint(series.colour) });
      const name = svg("text", { class: "name", style: `--own:${paint(series.colour)}` });
      dots.append(dot);
      names.append(name);
      return { series, path, dot, name };
    });
    shown = "";
  };

  const measure = () => {
    place = linesPlace(panel, app.state.steps, app.fields(), size, app.textSize(), app.font());
    const { box } = place;
    grid.replaceChildren(...svgAll(linesGrid(panel, place, size)));
    put(touch, {
      x: box.left,
      y: box.top,
      width: Math.max(box.right - box.left, 1),
      height: Math.max(box.bottom - box.top, 1),
    });
    shown = "";
  };

  /** The values of one series along time, at the sweep value now on screen. */
  const valuesOf = (series, s) => {
    const field = app.fields()[series.array];
    return app.state.steps.map((_, f) => sample(field, { s, f }));
  };

  const drawCurves = (s) => {
    const { box, xs, y } = place,
      ends = [];
    for (const part of drawn) {
      part.values = valuesOf(part.series, s);
      put(part.path, { d: linePath(part.values, xs, y) });
      if (!part.name) continue;
      const last = part.values.filter(Number.isFinite).at(-1);
      if (last === undefined) {
        say(part.name, "");
        continue;
      }
      say(part.name, fitText(part.series.name, box.label, box.font));
      ends.push({ part, y: y(last) });
    }
    const placed = pushApart(
      ends.map((e) => e.y),
      app.textSize() + 2,
      box.top + 4,
      box.bottom - 2,
    );
    ends.forEach(({ part }, i) => put(part.name, { x: px(box.right + 8), y: px(placed[i] + 4) }));
  };

  /** Others stay visible but quieter: the comparison is the point of this panel. */
  const quieten = () => {
    for (const { series, path, name, dot } of drawn) {
      const loud = series.rung === null || series.rung === app.state.rung;
      put(path, { class: `curve ${series.weight}${loud ? " loud" : ""}` });
      if (name) {
        put(name, { class: `name${loud ? " loud" : ""}` });
        put(dot, { class: `dot${loud ? " loud" : ""}` });
      }
    }
  };

  const render = ({ s, f }) => {
    if (!size.w) return false;
    const key = `${s}|${app.state.rung}|${app.state.stageId}`;
    if (key !== shown) {
      drawCurves(s);
      quieten();
      shown = key;
    }
    const { box, x, y } = place,
      at = px(x(between(app.state.steps[Math.floor(f)], app.state.steps[Math.ceil(f)], f % 1)));
    put(cursor, { x1: at, x2: at, y1: box.top - 4, y2: box.bottom });
    put(veil, { x: at, y: box.top - 4, width: Math.max(px(box.right - at), 0), height: px(box.bottom - box.top + 4) });
    for (const { values, dot } of drawn) {
      if (!dot) continue;
      const v = between(values[Math.floor(f)], values[Math.ceil(f)], f % 1);
      put(dot, Number.isFinite(v) ? { cx: at, cy: px(y(v)), display: null } : { display: "none" });
    }
    return false;
  };

  listenTime(touch, app, {
    stepAt: (event) => place.x.invert((event.clientX - board.getBoundingClientRect().left) / app.zoom),
    tell: (event, f) => {
      const means = drawn.filter((part) => part.name);
      const rows = means.map(({ series: { name, colour }, values }) => ({
        label: name,
        value: formatNumber(values[f]),
        colour: paint(colour),
      }));
      app.tip.show(event, `${panel.x_label} ${app.nameOf(f)}`, rows);
    },
  });

  build();
  return {
    root: frame.root,
    board,
    render,
    resize: (w, h) => {
      size = { w, h };
      measure();
    },
    update: (next) => {
      const same = JSON.stringify(next.series) === JSON.stringify(panel.series);
      panel = next;
      if (!same) build();
      if (size.w) measure();
    },
  };
}

MAKERS.Lines = makeLines;
