/**
 * A share over the sweep, from 0 to 1: a line a rung, guessing dashed, a cursor where the slider stands; beside it the values.
 */

/** The chart's box, its scales, and the table at its right, in a narrow place below it: names, then a column of numbers for each
 * kind of curve.
 * @param {[string, string][]} panel.names rung and name @param {string[]} kinds of curves that there are */
function reachPlace(panel, kinds, size, text, family) {
  const bold = `700 ${text}px ${family}`,
    heads = kinds.map((kind) => panel.heads[kind === "main" ? 0 : 1]),
    columns = heads.map((head) => Math.max(textWidth(head, bold), textWidth(fill(panel.percent, { value: 100 }), bold)) + 12),
    numbers = columns.reduce((sum, width) => sum + width, 0),
    names = Math.max(0, ...panel.names.map(([, name]) => textWidth(name, bold))) + 26,
    below = size.w < 380,
    row = text * 2.1,
    table = below ? 0 : size.w - names - numbers,
    bottom = size.h - text * 2.9 - (below ? (panel.names.length + 1) * row : 0);
  const box = { left: text * 2.2, right: below ? size.w - textWidth(panel.x_label, bold) - text * 1.4 : table - 18, top: text + 8, bottom };
  return {
    box, bold, table, row: below ? row : Math.min(row, (bottom - box.top) / panel.names.length),
    rows: below ? bottom + text * 5.2 : box.top + text * 0.6,
    heads: below ? bottom + text * 3.9 : text - 1,
    columns: columns.map((_, n) => size.w - columns.slice(n + 1).reduce((sum, width) => sum + width, 0)),
    x: linearScale([panel.low, panel.high], [box.left, box.right]),
    y: linearScale([0, 1], [box.bottom, box.top]),
  };
}

/** How far each curve steps aside, so that curves that are the same line lie beside each other.
 * @param {{at: number[], values: number[]}[]} curves @returns {number[]} pixels */
function dodges(curves, step) {
  const valueAt = ({ at, values }, x) => values[nearestIndex(at, x)];
  return curves.map((one, n) => {
    const same = curves.slice(0, n).filter((other) => one.at.every((x, i) => Math.abs(valueAt(other, x) - one.values[i]) < 0.015));
    return same.length * step;
  });
}

/** The place at which something was measured that is nearest to where the slider stands, by kind of curve. */
function measuredAt(curves, hero) {
  const places = [...new Set(curves.flatMap((curve) => curve.at))].sort((a, b) => a - b);
  return places.length ? places[nearestIndex(places, hero)] : NaN;
}

/** Lines across, ticks along, what guessing reaches, and what lies beyond training, for `svgAll`. */
function reachGrid(panel, { box, x, y }, text) {
  const along = x.ticks(Math.max(2, Math.floor((box.right - box.left) / 38))),
    beyond = panel.longest !== null && panel.longest < panel.high ? x(panel.longest) : null;
  return [
    ...(beyond === null
      ? []
      : [
          ["rect", { class: "beyond", x: px(beyond), y: px(box.top), width: px(box.right - beyond), height: px(box.bottom - box.top) }],
          ["text", { x: px(box.right), y: px(box.bottom - 6), "text-anchor": "end" }, panel.longest_label],
        ]),
    ...[0, 0.5, 1].flatMap((v) => [
      ["line", { x1: px(box.left), x2: px(box.right), y1: px(y(v)), y2: px(y(v)) }],
      ["text", { x: px(box.left - 6), y: px(y(v) + 4), "text-anchor": "end" }, formatTick(v)],
    ]),
    ...along.map((v) => ["text", { x: px(x(v)), y: px(box.bottom + text + 4), "text-anchor": "middle" }, formatTick(v)]),
    ["text", { x: 0, y: text - 1, class: "axis" }, panel.y_label],
    ["text", { x: px(box.right + text * 1.4), y: px(box.bottom + text + 4), class: "axis" }, panel.x_label],
    ...(panel.chance === null
      ? []
      : [
          ["line", { class: "chance", x1: px(box.left), x2: px(box.right), y1: px(y(panel.chance)), y2: px(y(panel.chance)) }],
          ["text", { class: "chance-name", x: px(box.left + 4), y: px(y(panel.chance) - 5) }, panel.chance_label],
        ]),
  ];
}

function makeReach(panel, app) {
  const frame = panelFrame(panel, "reach");
  const { board } = frame;
  put(board, { role: "img" });
  const grid = svg("g", { class: "grid" }),
    curves = svg("g"),
    cursor = svg("line", { class: "cursor" }),
    named = svg("text", { class: "cursor-name" }),
    dots = svg("g"),
    table = svg("g", { class: "reach-table" }),
    touch = svg("rect", { class: "touch" });
  board.append(grid, curves, cursor, named, dots, table, touch);

  let size = { w: 0, h: 0 },
    place,
    parts = [],
    shown = "";

  const kinds = () => ["main", "beside"].filter((kind) => panel.curves.some((curve) => curve.kind === kind));
  const percent = (v) => (Number.isFinite(v) ? fill(panel.percent, { value: (100 * v).toFixed(0) }) : "–");
  const loud = (curve) => curve.rung === app.state.rung;

  const build = (f) => {
    const { box, x, y } = place,
      fields = app.fields();
    grid.replaceChildren(...svgAll(reachGrid(panel, place, app.textSize())));
    put(touch, { x: px(box.left), y: px(box.top), width: px(Math.max(box.right - box.left, 1)), height: px(Math.max(box.bottom - box.top, 1)) });
    parts = panel.curves.map((curve) => ({ curve, at: curve.at, values: curve.at.map((_, n) => sample(fields[curve.array], { s: 0, f }, n)) }));
    const steps = dodges(parts, 3.5);
    parts.forEach((part, n) => Object.assign(part, { yOf: (v) => y(v) + steps[n] * (2 * v - 1) })); // towards the middle
    curves.replaceChildren(
      ...parts.flatMap(({ curve, at, values, yOf }) => {
        const look = { stroke: paint(curve.colour), class: `reach-curve ${curve.kind}${loud(curve) ? " loud" : ""}` },
          line = svg("path", { ...look, "stroke-dasharray": curve.dash, d: linePath(values, at.map(x), yOf) });
        if (curve.kind !== "main") return [line];
        const measured = values.flatMap((v, n) => (Number.isFinite(v) ? [svg("circle", { class: "reach-dot", r: 3, cx: px(x(at[n])), cy: px(yOf(v)), fill: paint(curve.colour) })] : []));
        return [line, ...measured];
      }),
    );
  };

  /** The rows of the table, with the values at the places that are nearest to the slider. */
  const tell = () => {
    const { box, bold, columns } = place,
      text = app.textSize(),
      some = kinds(),
      near = Object.fromEntries(some.map((kind) => [kind, measuredAt(panel.curves.filter((curve) => curve.kind === kind), app.state.hero)])),
      valueOf = (rung, kind) => {
        const part = parts.find(({ curve }) => curve.rung === rung && curve.kind === kind);
        return part ? part.values[part.at.indexOf(near[kind])] ?? NaN : NaN;
      };
    const said = panel.names.map(([rung, name], n) => {
      const { colour, dash } = panel.curves.find((curve) => curve.rung === rung),
        y = place.rows + n * place.row,
        own = rung === app.state.rung ? " loud" : "";
      return {
        aloud: `${name} ${some.map((kind) => percent(valueOf(rung, kind))).join(" / ")}`,
        marks: [
          ["line", { x1: px(place.table), x2: px(place.table + 16), y1: px(y), y2: px(y), stroke: paint(colour), "stroke-dasharray": dash, class: "reach-key" }],
          ["text", { x: px(place.table + 21), y: px(y + 4), class: `reach-name${own}` }, name],
          ...some.map((kind, k) => ["text", { x: px(columns[k]), y: px(y + 4), "text-anchor": "end", class: `reach-value${own}` }, percent(valueOf(rung, kind))]),
        ],
      };
    });
    const heads = some.map((kind, k) => ["text", { x: px(columns[k]), y: px(place.heads), "text-anchor": "end", class: "axis" }, panel.heads[kind === "main" ? 0 : 1]]);
    table.replaceChildren(...svgAll([...heads, ...said.flatMap(({ marks }) => marks)]));
    put(board, { "aria-label": [panel.title, fill(panel.cursor, { at: formatTick(app.state.hero) }), ...said.map(({ aloud }) => aloud)].join(", ") });
    const at = px(place.x(Math.min(Math.max(app.state.hero, panel.low), panel.high)));
    put(cursor, { x1: at, x2: at, y1: px(box.top - 4), y2: px(box.bottom) });
    const words = fill(panel.cursor, { at: formatTick(app.state.hero) }),
      wide = textWidth(words, bold),
      x = Math.min(Math.max(at, box.left + wide / 2), box.right - wide / 2);
    say(named, words);
    put(named, { x: px(x), y: px(box.bottom + text * 2.3 + 2), "text-anchor": "middle" });
    dots.replaceChildren(
      ...parts.flatMap(({ curve, at: places, values, yOf }) => {
        const v = values[places.indexOf(near[curve.kind])];
        return Number.isFinite(v) ? [svg("circle", { class: "dot loud", r: curve.kind === "main" ? 5.5 : 3.5, cx: px(place.x(near[curve.kind])), cy: px(yOf(v)), fill: paint(curve.colour) })] : [];
      }),
    );
  };

  const render = ({ f }) => {
    if (!size.w) return false;
    const { rung, hero, stageId, dark } = app.state,
      now = Math.round(f),
      drawn = `${rung}|${stageId}|${dark}|${now}`;
    if (!shown.startsWith(`${drawn}|`)) build(now);
    if (shown !== `${drawn}|${hero}`) tell();
    shown = `${drawn}|${hero}`;
    return false;
  };

  const heroAt = (event) => {
    const { sweep } = app.spec,
      v = place.x.invert((event.clientX - board.getBoundingClientRect().left) / app.zoom);
    return Math.min(Math.max(Math.round(v / sweep.step) * sweep.step, sweep.low), sweep.high);
  };
  touch.addEventListener("pointerdown", (event) => {
    touch.setPointerCapture(event.pointerId);
    app.sweepTo(heroAt(event));
  });
  touch.addEventListener("pointermove", (event) => {
    if (event.buttons === 1) app.sweepTo(heroAt(event));
  });
  touch.addEventListener("pointerup", () => app.sweptTo());

  return {
    root: frame.root,
    board,
    render,
    resize: (w, h) => {
      size = { w, h };
      place = reachPlace(panel, kinds(), size, app.textSize(), app.font());
      shown = "";
    },
    update: (next) => {
      panel = next;
      say(frame.heading, panel.title);
      shown = "";
    },
  };
}

MAKERS.Reach = makeReach;
