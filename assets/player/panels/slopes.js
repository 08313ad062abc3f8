/**
 * From the place in one order to the place in the next: a line each, the titles at its end in the new order. A line that
 * climbs, one that falls and one that ends on its way differ in colour, width and sign.
 */
const WAYS = {
  climb: { sign: "▲", colour: 2, width: 1.75 },
  fall: { sign: "▼", colour: 3, width: 1.25 },
  level: { sign: "•", colour: "muted", width: 1.25 },
  dead: { sign: "×", colour: "muted", width: 1.25 },
};
const LEAST_ROW = 12; // pixels: a line of 12 px letters
const DIES_AT = 0.62; // of the way: a line without a second place

/** A cubic's first part, up to `t`, and the rest (de Casteljau). */
function splitCubic(points, t) {
  const mid = ([ax, ay], [bx, by]) => [ax + (bx - ax) * t, ay + (by - ay) * t];
  const [a, b, c, d] = points,
    [ab, bc, cd] = [mid(a, b), mid(b, c), mid(c, d)],
    [abc, bcd] = [mid(ab, bc), mid(bc, cd)],
    at = mid(abc, bcd);
  return [[a, ab, abc, at], [at, bcd, cd, d]];
}
const cubicPath = ([a, ...rest]) => `M${a.map(px)}C${rest.map((point) => point.map(px)).join(" ")}`;

const crossPath = ([x, y]) => `M${px(x - 4)} ${px(y - 4)}l8 8M${px(x - 4)} ${px(y + 4)}l8 -8`;

const wayOf = ({ from, to }) => (!Number.isFinite(to) ? "dead" : to < from ? "climb" : to > from ? "fall" : "level");
const placeText = (place) => (Number.isFinite(place) ? formatTick(Math.round(place)) : "–");

/** By final place, then what died on its way, by its first. */
function inFinalOrder(rows) {
  const rank = (place) => (Number.isFinite(place) ? place : 1e9);
  return rows.sort((a, b) => rank(a.to) - rank(b.to) || rank(a.from) - rank(b.from));
}

/** As many as there is room for; what is marked before the others. */
function keptRows(all, room) {
  if (all.length <= room) return all;
  const first = [...all].sort((a, b) => b.marked - a.marked).slice(0, Math.max(room - 1, 1));
  return all.filter((one) => first.includes(one));
}

/** The colour of a share of the scale, dark to bright; neither end is lost on its paper. */
function shareColour(share, dark) {
  const table = colourTable(false, dark),
    [low, high] = dark ? [0.3, 1] : [0, 0.82],
    k = Math.round(255 * (low + (high - low) * Math.min(Math.max(share, 0), 1))) * 4;
  return cssRgb([...table.slice(k, k + 3)]);
}

/** What the colours of the lines stand for, in a line of its own below them. */
function slopesLegend({ value_label, value_high }, size, small, family, dark) {
  const font = `400 ${small}px ${family}`,
    [low, high] = ["0", `${formatTick(value_high)}+`],
    words = fitText(value_label, size.w - small * 12, font),
    x = textWidth(words, font) + 10 + textWidth(low, font) + 5,
    wide = Math.max(Math.min(small * 7, size.w - x - textWidth(high, font) - 6), 0),
    y = size.h - 3,
    style = `font-size:${small}px`;
  return [
    ["text", { x: 0, y, style }, words],
    ["text", { x: px(x - 5), y, style, "text-anchor": "end" }, low],
    ...Array.from({ length: 20 }, (_, n) => [
      "rect",
      { x: px(x + (n * wide) / 20), y: px(y - small + 2), width: px(wide / 20 + 0.4), height: small, style: `fill:${shareColour(n / 19, dark)}` },
    ]),
    ["text", { x: px(x + wide + 5), y, style }, high],
  ];
}

/** Where everything lies: the rows that have room, their height and the middle of each, the axis at the left from x0 and the
 * titles from x1, and in what columns. @param {number} recalled length of the axis */
function slopesPlan(all, recalled, size, regular, family) {
  const small = Math.max(regular - 1, 12),
    top = small + 6,
    room = size.h - top,
    rows = keptRows(all, Math.max(Math.floor(room / LEAST_ROW), 2)),
    pitch = Math.min(room / Math.max(rows.length + (rows.length < all.length ? 1 : 0), 1), 40),
    text = Math.min(Math.max(pitch * 0.88, 12), regular + 1),
    axis = logScale([1, Math.max(recalled, 2)], [top + 4, size.h - 6]),
    x0 = Math.ceil(textWidth(formatTick(recalled), `400 ${small}px ${family}`)) + 10,
    x1 = x0 + Math.max((size.w - x0) * 0.3, 56),
    columns = { place: x1 + text * 1.4, way: x1 + text * 2.1, name: x1 + text * 2.8, end: size.w };
  const middle = (i) => top + (i + 0.5) * pitch,
    [font, smallFont] = [text, small].map((letters) => `400 ${letters}px ${family}`);
  return { rows, middle, pitch, text, font, axis, x0, x1, columns, small, smallFont };
}

/** The axis of the first order with its numbers, and the names of both orders, for `svgAll`. */
function slopesAxis({ recalled, left_label, right_label }, { axis, x0, x1, small, smallFont }, size) {
  const label = (words, x, y, anchor) => ["text", { x: px(x), y: px(y), "text-anchor": anchor }, words];
  const ticks = axis.ticks(5).filter((v) => v < recalled * 0.75 && v >= 1);
  return [
    ["line", { x1: x0, x2: x0, y1: axis(1), y2: axis(recalled) }],
    ...[...ticks, recalled].flatMap((v) => [
      ["line", { x1: x0 - 3, x2: x0, y1: px(axis(v)), y2: px(axis(v)) }],
      label(formatTick(v), x0 - 6, axis(v) + small * 0.35, "end"),
    ]),
    label(fitText(left_label, x1 - 6, smallFont), 0, small, "start"),
    label(fitText(right_label, size.w - x1 - 4, smallFont), x1 + 4, small, "start"),
  ];
}

/** The line of a row: whole, and the parts before and after it dies. None of them without a first place. */
function slopeCurve(row, y, { axis, x0, x1 }) {
  if (!Number.isFinite(row.from)) return { whole: null, alive: null, after: null };
  const mid = (x0 + x1) / 2,
    from = axis(row.from),
    whole = [[x0, from], [mid, from], [mid, y], [x1, y]],
    [alive, after] = wayOf(row) === "dead" ? splitCubic(whole, DIES_AT) : [whole, null];
  return { whole, alive, after };
}

function makeSlopes(panel, app) {
  const frame = panelFrame(panel, "slopes");
  const { board } = frame;
  put(board, { role: "group", "aria-label": panel.title });
  const grid = svg("g", { class: "grid" }),
    body = svg("g", { class: "slopes-body" }),
    more = svg("text", { class: "slopes-more" });
  const legend = svg("g", { class: "slopes-legend grid" });
  board.append(grid, body, more, legend);
  const parts = [];
  let size = { w: 0, h: 0 },
    rows = [],
    shownKey = "";

  const now = () => ({ s: app.state.s, f: Math.round(app.state.view.f) });
  const read = (name, inner) => sample(app.fields()[name], now(), inner);
  const labelOf = (n) => {
    const frames = panel.labels[Math.min(app.state.s, panel.labels.length - 1)] ?? [];
    return frames[Math.min(now().f, frames.length - 1)]?.[n] ?? "";
  };

  /** Everything with a name at this moment. */
  const gather = () => {
    const count = app.fields()[panel.places]?.shape[2] ?? 0;
    const all = Array.from({ length: count }, (_, n) => ({
      n,
      from: read(panel.places, 2 * n),
      to: read(panel.places, 2 * n + 1),
      label: labelOf(n),
      marked: read(panel.marked, n) > 0,
      pixel: panel.pixels ? read(panel.pixels, n) : -1,
      value: panel.values ? read(panel.values, n) : NaN,
    }));
    return inFinalOrder(all.filter(({ label, from, to }) => label || Number.isFinite(from) || Number.isFinite(to)));
  };

  const make = () => {
    const back = svg("rect", { class: "slope-back", rx: 3 }),
      hit = svg("path", { class: "slope-hit" }),
      line = svg("path", { class: "slope-line" }),
      rest = svg("path", { class: "slope-rest" }),
      start = svg("circle", { class: "slope-dot", r: 2.4 }),
      end = svg("path", { class: "slope-end" }),
      place = svg("text", { class: "slope-place number", "text-anchor": "end" }),
      way = svg("text", { class: "slope-way", "text-anchor": "middle" }),
      name = svg("text", { class: "slope-name" });
    const group = svg("g", { class: "slope", tabindex: -1, role: "button" }, back, hit, rest, line, start, end, place, way, name);
    const part = { group, back, hit, line, rest, start, end, place, way, name, row: null };
    const light = (event) => {
      app.hover(idOf(part.row));
      app.tip.show(event, part.row.label, [
        { label: panel.left_label, value: placeText(part.row.from) },
        { label: panel.right_label, value: placeText(part.row.to) },
        ...(Number.isFinite(part.row.value) ? [{ label: panel.value_label, value: formatFixed(part.row.value, 1) }] : []),
      ]);
    };
    group.addEventListener("click", () => app.click(panel.id, null, part.row.n, null));
    group.addEventListener("pointermove", light);
    group.addEventListener("pointerleave", dim);
    group.addEventListener("focus", () => {
      const { left, bottom } = part.back.getBoundingClientRect();
      light({ clientX: left, clientY: bottom });
    });
    group.addEventListener("blur", dim);
    return part;
  };
  const dim = () => {
    app.hover(null);
    app.tip.hide();
  };
  const idOf = ({ n, pixel }) => (pixel >= 0 ? `pixel:${pixel}` : `${panel.id}:${n}`);

  const draw = () => {
    const all = gather(),
      foot = panel.values ? Math.max(app.textSize() - 1, 12) + 8 : 0,
      plan = slopesPlan(all, panel.recalled, { w: size.w, h: size.h - foot }, app.textSize(), app.font());
    rows = plan.rows;
    grid.replaceChildren(...svgAll(slopesAxis(panel, plan, { w: size.w, h: size.h - foot })));
    legend.replaceChildren(...(foot ? svgAll(slopesLegend(panel, size, plan.small, app.font(), app.state.dark)) : []));
    pool(parts, body, rows.length, make).forEach((part, i) => {
      part.row = rows[i];
      drawRow(part, plan.middle(i), plan);
    });
    const hidden = all.length - rows.length;
    say(more, hidden ? `+ ${hidden}` : "");
    const below = plan.middle(rows.length) + plan.text * 0.35;
    put(more, { x: px(plan.columns.name), y: px(below), style: `font-size:${px(plan.text)}px` });
    rove(body, () => parts.slice(0, rows.length).map((part) => part.group), nextInOrder);
  };

  const drawRow = (part, y, plan) => {
    const { columns, text, font, pitch, x1 } = plan,
      { row } = part,
      way = WAYS[wayOf(row)],
      base = y + text * 0.35;
    put(part.group, {
      class: `slope ${wayOf(row)}${row.marked ? " marked" : ""}`,
      style: `--own:${Number.isFinite(row.value) ? shareColour(row.value / panel.value_high, app.state.dark) : paint(row.marked ? 1 : way.colour)}`,
      "aria-label": `${row.label}, ${panel.left_label} ${placeText(row.from)}, ${panel.right_label} ${placeText(row.to)}`,
    });
    const { whole, alive, after } = slopeCurve(row, y, plan);
    put(part.line, { d: alive ? cubicPath(alive) : "", "stroke-width": row.marked ? 2 : way.width });
    put(part.hit, { d: whole ? cubicPath(whole) : "" });
    put(part.rest, { d: after ? cubicPath(after) : "" });
    put(part.start, whole ? { cx: plan.x0, cy: px(whole[0][1]), display: null } : { display: "none" });
    put(part.end, { d: after ? crossPath(alive[3]) : "" });
    put(part.back, { x: px(x1), y: px(y - pitch / 2), width: px(Math.max(size.w - x1, 0)), height: px(pitch) });
    const style = `font-size:${px(text)}px`;
    say(part.place, Number.isFinite(row.to) ? formatTick(Math.round(row.to)) : "");
    put(part.place, { x: px(columns.place), y: px(base), style });
    say(part.way, way.sign);
    const signSize = px(way === WAYS.dead ? text + 2 : text * 0.8);
    put(part.way, { x: px(columns.way), y: px(base), style: `font-size:${signSize}px` });
    say(part.name, fitText(row.label, columns.end - columns.name, row.marked ? font.replace("400", "600") : font));
    put(part.name, { x: px(columns.name), y: px(base), style });
  };

  const render = () => {
    if (!size.w) return false;
    const { s, stageId, hovered } = app.state,
      key = `${s}|${now().f}|${stageId}|${app.state.dark}`;
    if (key !== shownKey) draw();
    shownKey = key;
    const lit = hovered !== null && rows.some((row) => idOf(row) === hovered);
    put(body, { class: `slopes-body${lit ? " one" : ""}` });
    parts.slice(0, rows.length).forEach((part) => put(part.group, { "data-lit": lit && idOf(part.row) === hovered ? "1" : null }));
    return false;
  };

  return {
    root: frame.root,
    board,
    render,
    resize: (w, h) => {
      size = { w, h };
      shownKey = "";
    },
    update: (next) => {
      panel = next;
      say(frame.heading, panel.title);
      shownKey = "";
    },
  };
}

MAKERS.Slopes = makeSlopes;
