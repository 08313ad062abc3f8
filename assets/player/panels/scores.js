/**
 * Two scores a rung on one axis: a filled dot for the first document, a hollow one for the second, a ring where they are equal.
 * They move as the words are read. In their place the feature maps can be opened, where a rung has some.
 */

/** Where rows and axis lie: names at the left, numbers at the right.
 * @param {string[]} names of the rungs @returns {{left, right, top, row, x}} x(score), held inside the axis */
function scoresPlace(names, size, text, family) {
  const left = Math.min(Math.max(0, ...names.map((name) => textWidth(name, `700 ${text}px ${family}`))) + 22, size.w * 0.36),
    right = size.w - textWidth("−0.00 > −0.00", `600 ${text}px ${family}`) - 18,
    top = text * 2.2,
    row = (size.h - top - text * 2.6) / Math.max(names.length, 1),
    scale = linearScale([0, 1], [left, right]);
  return { left, right, top, row, bottom: size.h - text * 2.6, scale, x: (v) => scale(Math.min(Math.max(v, 0), 1)) };
}

/** How the first stands to the second: equal where they differ by no more than `tie`. @returns {">"|"="|"<"|""} */
function standing(first, second, tie) {
  if (!Number.isFinite(first) || !Number.isFinite(second)) return "";
  if (Math.abs(first - second) <= tie) return "=";
  return first > second ? ">" : "<";
}

/** Decimals with which two numbers that are not the same do not look the same. */
const digitsApart = (first, second) => [2, 3, 4, 5].find((n) => formatFixed(first, n) !== formatFixed(second, n)) ?? 6;

function makeScores(panel, app) {
  const frame = panelFrame(panel, "scores");
  const { root, heading, area, board } = frame;
  put(board, { role: "img" });
  const button = html("button", { type: "button", class: "panel-switch" }),
    inner = makeMaps({ ...panel.maps, id: panel.id }, app);
  root.insertBefore(html("div", { class: "panel-head" }, heading, button), area);
  put(board, { class: "board scores" });
  area.append(inner.board);
  const grid = svg("g", { class: "grid" }),
    rows = svg("g");
  board.append(grid, rows);

  let size = { w: 0, h: 0 },
    opened = false,
    shownKey = "";

  const rungs = () => app.spec.rungs.filter(({ id }) => panel.scores[id]).map(({ id }) => id);
  const hasMaps = () => Boolean(panel.maps.arrays[app.state.rung]);
  const mapped = () => opened && hasMaps();
  button.addEventListener("click", () => {
    opened = !opened;
    shownKey = "";
    app.wake();
  });

  const axis = () => {
    const { left, right, top, bottom, scale } = scoresPlace(rungs().map((id) => panel.names[id]), size, app.textSize(), app.font()),
      text = app.textSize(),
      font = `400 ${text}px ${app.font()}`,
      second = 22 + textWidth(panel.labels[0], font) + 22;
    return svgAll([
      ["circle", { cx: 7, cy: text * 0.7, r: 6, style: `fill:${paint(panel.colours[0])}` }],
      ["text", { x: 18, y: text * 1.05 }, panel.labels[0]],
      ["circle", { cx: second, cy: text * 0.7, r: 5, class: "score-hollow", style: `stroke:${paint(panel.colours[1])}` }],
      ["text", { x: second + 11, y: text * 1.05 }, panel.labels[1]],
      ...[0, 0.25, 0.5, 0.75, 1].flatMap((v) => [
        ["line", { x1: px(scale(v)), x2: px(scale(v)), y1: px(top), y2: px(bottom) }],
        ...(v % 0.5 ? [] : [["text", { x: px(scale(v)), y: px(bottom + text + 3), "text-anchor": "middle" }, formatTick(v)]]),
      ]),
      ["text", { x: size.w, y: px(bottom + text + 3), "text-anchor": "end", class: "axis" }, fitText(panel.axis_label, size.w - right - text, font)],
    ]);
  };

  const drawRow = (id, n, moment) => {
    const { left, right, top, row, x } = scoresPlace(rungs().map((one) => panel.names[one]), size, app.textSize(), app.font()),
      text = app.textSize(),
      y = px(top + (n + 0.5) * row),
      field = app.fields()[panel.scores[id]],
      [first, second] = [0, 1].map((d) => sample(field, moment, d)),
      told = [0, 1].map((d) => sample(field, nearest(moment), d)),
      sign = standing(...told, panel.tie),
      own = id === app.state.rung ? " loud" : "",
      marks = [
        ["line", { x1: px(left), x2: px(right), y1: y, y2: y, class: "score-line" }],
        ["text", { x: 0, y: px(y + text * 0.34), class: `score-name${own}` }, fitText(panel.names[id], left - 18, `700 ${text}px ${app.font()}`)],
      ];
    const digits = sign && sign !== "=" ? digitsApart(...told) : 2,
      numbers = sign ? told.map((v) => formatFixed(v, digits)).join(` ${sign} `) : formatFixed(told[0], 2);
    if (sign === "=") marks.push(["circle", { cx: px(x(first)), cy: y, r: text * 0.78, class: "score-tie" }], ["text", { x: px(x(first)), y: px(y + text * 0.36), "text-anchor": "middle", class: "score-sign" }, "="]);
    else {
      if (sign) marks.push(["line", { x1: px(x(second)), x2: px(x(first)), y1: y, y2: y, class: "score-gap" }]);
      if (Number.isFinite(second)) marks.push(["circle", { cx: px(x(second)), cy: y, r: 6, class: "score-hollow", style: `stroke:${paint(panel.colours[1])}` }]);
      if (Number.isFinite(first)) marks.push(["circle", { cx: px(x(first)), cy: y, r: 7, style: `fill:${paint(panel.colours[0])}` }]);
    }
    for (const [v, d] of [[second, 1], [first, 0]]) // lower than the axis: an arrow, and the number says how far
      if (v < 0) marks.push(["path", { d: `M${px(left - 15)} ${y}l5 -4v8z`, style: `fill:${paint(panel.colours[d])}` }]);
    marks.push(["text", { x: size.w, y: px(y + text * 0.34), "text-anchor": "end", class: `score-value${own}` }, numbers]);
    return { marks, aloud: `${panel.names[id]} ${numbers}` };
  };

  const render = (moment) => {
    if (!size.w) return false;
    button.hidden = !hasMaps();
    say(button, mapped() ? panel.back_label : panel.open_label);
    put(board, { style: mapped() ? "display:none" : null });
    put(inner.board, { style: mapped() ? null : "display:none" });
    if (mapped()) {
      shownKey = "";
      inner.render(moment);
      say(heading, panel.maps.titles[app.state.rung]);
      return false;
    }
    say(heading, panel.title);
    const { rung, stageId, dark } = app.state,
      key = `${rung}|${stageId}|${dark}|${moment.s}|${moment.f}|${size.w}|${size.h}`;
    if (key === shownKey) return false;
    shownKey = key;
    grid.replaceChildren(...axis());
    const said = rungs().map((id, n) => drawRow(id, n, { ...moment, s: app.state.s }));
    rows.replaceChildren(...svgAll(said.flatMap(({ marks }) => marks)));
    put(board, { "aria-label": `${panel.title}: ${said.map(({ aloud }) => aloud).join(", ")}` });
    return false;
  };

  return {
    root,
    get board() {
      return mapped() ? inner.board : board;
    },
    render,
    resize: (w, h) => {
      size = { w, h };
      for (const one of [board, inner.board]) put(one, { width: w, height: h, viewBox: `0 0 ${w} ${h}` });
      inner.resize(w, h);
      shownKey = "";
    },
    update: (next) => {
      panel = next;
      inner.update({ ...next.maps, id: next.id });
      shownKey = "";
    },
  };
}

MAKERS.Scores = makeScores;
