/**
 * A row for each model with its difference to one of them, run by run: below 0 is better. The axis is the same at every value of
 * the sweep; a run beyond its ends is a sign there, and the note says what the sign means.
 */

const GUTTER = 14, // pixels: room for a sign of runs beyond the axis
  BEYOND = ["←", "→"];

/** Where everything lies: names, the plot from −reach to +reach, and the columns at its right. */
function comparedPlan(panel, size, text, family) {
  const font = `600 ${text}px ${family}`,
    plain = `400 ${text}px ${family}`,
    widest = (words) => Math.max(0, ...words.map((word) => textWidth(word, plain))),
    left = Math.max(0, ...panel.rows.map(({ name }) => textWidth(`✓ ${name}`, font))) + GUTTER + 6,
    cost = size.w < 360 ? 0 : widest([panel.cost_title, ...panel.rows.map((row) => row.cost)]), // on a phone the tooltip has it
    ahead = widest([panel.ahead_title, fill(panel.ahead_label, { ahead: 88, count: 88 })]),
    box = { left, right: Math.max(size.w - cost - ahead - 26 - GUTTER, left + 60), top: text + 8, bottom: Math.max(size.h - 2 * text - 14, text + 40) },
    pitch = (box.bottom - box.top) / Math.max(panel.rows.length, 1);
  return {
    box, font, plain, pitch,
    columns: { ahead: size.w - cost - (cost ? 14 : 0), cost: cost ? size.w : null },
    x: linearScale([-panel.reach, panel.reach], [box.left, box.right]),
    middles: panel.rows.map((_, n) => box.top + (n + 0.5) * pitch),
  };
}

/** How many runs lie beyond the axis, at its left and its right. */
function beyondReach(values, reach) {
  return [values.filter((v) => v < -reach).length, values.filter((v) => v > reach).length];
}

/** Per cent with its sign, whole. */
const formatPercent = (v) => (Number.isFinite(v) ? `${Math.round(v) > 0 ? "+" : ""}${formatFixed(Math.round(v) || 0, 0)}%` : "–");

function makeCompared(panel, app) {
  const frame = panelFrame(panel, "compared");
  const { board } = frame;
  put(board, { role: "group", "aria-label": panel.title });
  const grid = svg("g", { class: "grid" }),
    body = svg("g"),
    note = svg("text", { class: "compared-note" });
  board.append(grid, body, note);
  let rows = [],
    size = { w: 0, h: 0 },
    plan;

  const read = (name, at, n) => {
    const field = app.fields()[name];
    return sample(field, { s: Math.min(at.s, field.shape[0] - 1), f: Math.min(at.f, field.shape[1] - 1) }, n);
  };
  const runsOf = (at, n) => {
    const count = app.fields()[panel.runs].shape[2] / panel.rows.length;
    return Array.from({ length: count }, (_, run) => read(panel.runs, at, n * count + run)).filter(Number.isFinite);
  };
  const beyond = (at, n) => (n === panel.reference ? [0, 0] : beyondReach(runsOf(at, n), panel.reach));
  const tipRows = (n) => {
    const at = nearest(app.state.view),
      [median, low, high] = ["median", "low", "high"].map((name) => read(panel[name], at, n));
    return [
      { label: panel.title, value: formatPercent(median) },
      ...(Number.isFinite(low) ? [{ label: "95%", value: `${formatPercent(low)} … ${formatPercent(high)}` }] : []),
      { label: panel.ahead_title, value: aheadText(at, n) },
      ...(beyond(at, n).some(Boolean) ? [{ label: panel.beyond_label, value: String(beyond(at, n)[0] + beyond(at, n)[1]) }] : []),
      { label: panel.cost_title, value: panel.rows[n].cost },
    ];
  };
  const aheadText = (at, n) =>
    n === panel.reference
      ? panel.reference_label
      : fill(panel.ahead_label, { ahead: read(panel.ahead, at, n), count: read(panel.count, at, 0) });

  const build = () => {
    rows = panel.rows.map((row, n) => {
      const back = svg("rect", { class: "compared-back", rx: 3 }),
        dots = svg("path", { class: "compared-runs", stroke: paint(row.colour) }),
        line = svg("line", { class: "compared-line", stroke: paint(row.colour) }),
        dot = svg("circle", { class: "compared-dot", r: 5, fill: paint(row.colour) }),
        [name, ahead, cost, below, above] = ["compared-name", "number", "number", "beyond", "beyond"].map((kind) => svg("text", { class: kind }));
      const group = svg("g", { class: "compared-row", role: "button", tabindex: -1 }, back, dots, line, dot, below, above, name, ahead, cost);
      group.addEventListener("click", () => app.chooseRung(app.spec.rungs.findIndex(({ id }) => id === row.rung)));
      group.addEventListener("pointermove", (event) => app.tip.show(event, row.name, tipRows(n)));
      group.addEventListener("pointerleave", () => app.tip.hide());
      return { group, back, dots, line, dot, name, ahead, cost, below, above };
    });
    body.replaceChildren(...rows.map((row) => row.group));
    rove(body, () => rows.map((row) => row.group), nextInOrder);
  };

  const measure = () => {
    plan = comparedPlan(panel, size, app.textSize(), app.font());
    const { box, x, columns } = plan,
      text = app.textSize(),
      wide = textWidth(formatPercent(-panel.reach), plan.plain) + 8 < x(panel.reach / 2) - x(0),
      ticks = [-panel.reach, -panel.reach / 2, 0, panel.reach / 2, panel.reach];
    grid.replaceChildren(
      ...svgAll([
        ...ticks.flatMap((v, i) => [
          ["line", { x1: px(x(v)), x2: px(x(v)), y1: box.top, y2: box.bottom, class: v ? "" : "zero" }],
          ["text", { x: px(x(v)), y: box.bottom + text + 2, "text-anchor": "middle" }, wide || i % 2 === 0 ? formatPercent(v) : ""],
        ]),
        ["text", { x: box.left, y: box.top - 6, class: "axis" }, fitText(`← ${panel.better_label}`, x(0) - box.left + 20, plan.plain)],
        ["text", { x: columns.ahead, y: box.top - 6, "text-anchor": "end", class: "axis" }, panel.ahead_title],
        ...(columns.cost ? [["text", { x: columns.cost, y: box.top - 6, "text-anchor": "end", class: "axis" }, panel.cost_title]] : []),
      ]),
    );
  };

  const place = (row, n, moment, at) => {
    const { x, middles, pitch, box, columns } = plan,
      { name, rung, cost } = panel.rows[n],
      y = middles[n],
      base = y + app.textSize() * 0.36,
      median = read(panel.median, moment, n),
      [low, high] = [read(panel.low, moment, n), read(panel.high, moment, n)],
      values = n === panel.reference ? [] : runsOf(moment, n),
      inside = (v) => Math.min(Math.max(v, -panel.reach), panel.reach),
      taken = read(panel.taken, at, 0) === n;
    put(row.back, { x: 0, y: px(y - pitch / 2 + 1), width: size.w, height: px(Math.max(pitch - 2, 1)) });
    put(row.dots, {
      d: values.filter((v) => Math.abs(v) <= panel.reach).map((v) => `M${px(x(v))} ${px(y - Math.min(pitch * 0.3, 8))}v${px(Math.min(pitch * 0.6, 16))}`).join(""),
    });
    put(row.line, Number.isFinite(low) && n !== panel.reference ? { x1: px(x(inside(low))), x2: px(x(inside(high))), y1: px(y), y2: px(y), display: null } : { display: "none" });
    put(row.dot, Number.isFinite(median) ? { cx: px(x(inside(median))), cy: px(y), display: null } : { display: "none" });
    const [below, above] = beyond(moment, n);
    say(row.below, below ? BEYOND[0] : "");
    say(row.above, above ? BEYOND[1] : "");
    put(row.below, { x: px(box.left - 3), y: px(base), "text-anchor": "end" });
    put(row.above, { x: px(box.right + 3), y: px(base) });
    say(row.name, `${taken ? "✓ " : ""}${name}`);
    put(row.name, { x: px(box.left - GUTTER), y: px(base), "text-anchor": "end" });
    say(row.ahead, aheadText(at, n));
    put(row.ahead, { x: columns.ahead, y: px(base), "text-anchor": "end" });
    say(row.cost, columns.cost ? cost : "");
    put(row.cost, { x: columns.cost, y: px(base), "text-anchor": "end" });
    const words = [name, formatPercent(read(panel.median, at, n)), aheadText(at, n), ...(taken ? [panel.taken_label] : [])];
    put(row.group, {
      class: `compared-row${rung === app.state.rung ? " on" : ""}${taken ? " taken" : ""}`,
      "aria-label": words.join(", "),
    });
  };

  const render = (moment) => {
    if (!size.w) return false;
    const at = nearest(moment);
    rows.forEach((row, n) => place(row, n, moment, at));
    const said = panel.notes[Math.min(at.s, panel.notes.length - 1)] ?? "",
      sides = [0, 1].filter((side) => rows.some((_, n) => beyond(moment, n)[side])).map((side) => BEYOND[side]);
    say(note, fitText(sides.length ? `${sides.join(" ")} ${panel.beyond_label} · ${said}` : said, size.w, plan.plain));
    put(note, { x: size.w, y: size.h - 2, "text-anchor": "end" });
    return false;
  };

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
      const same = JSON.stringify(next.rows) === JSON.stringify(panel.rows);
      panel = next;
      if (!same) build();
      if (size.w) measure();
    },
  };
}

MAKERS.Compared = makeCompared;
