/**
 * Mixtures as bars over each other on one axis from 0 to 1: what all have is grey and stands across all of them, what one has
 * alone comes behind it in its colour.
 */

/** Where everything lies: the bars of the mixtures below each other between the names and the right edge, the axis under them. */
function sharedPlan(names, size, text, family) {
  const font = `600 ${text}px ${family}`,
    left = Math.min(Math.max(0, ...names.map((name) => textWidth(name, font))) + 12, size.w * 0.3),
    box = { left, right: size.w - 14, top: text + 10, bottom: Math.max(size.h - text - 12, text + 30) },
    pitch = (box.bottom - box.top) / Math.max(names.length, 1);
  return { box, font, pitch, x: linearScale([0, 1], [box.left, box.right]), middles: names.map((_, k) => box.top + (k + 0.5) * pitch) };
}

/** The boxes of one moment, from the left: those of all (row -1, across), then each mixture's own behind them, up to 1: a
 * mixture is whole, though its parts come rounded.
 * @param {number[][]} parts what all have of each part, then what each has beyond @returns {{row, part, from, to}[]} */
function sharedBoxes([common, ...own]) {
  const boxes = [];
  const lay = (row, values, start) => {
    let at = start;
    values.forEach((v, part) => {
      if (v > 0) boxes.push({ row, part, from: at, to: at + v });
      at += v;
    });
    return at;
  };
  const end = lay(-1, common, 0);
  own.forEach((values, row) => {
    const sum = values.reduce((all, v) => all + v, 0);
    lay(row, values.map((v) => (sum > 0 ? (v * (1 - end)) / sum : 0)), end);
  });
  return boxes;
}

/** Per cent, whole. */
const formatShare = (v) => (Number.isFinite(v) ? `${Math.round(100 * v)}%` : "–");

function makeShared(panel, app) {
  const frame = panelFrame(panel, "shared");
  const { board } = frame;
  put(board, { role: "group" });
  const grid = svg("g", { class: "grid" }),
    body = svg("g"),
    names = svg("g"),
    said = svg("text", { class: "share-said number" }),
    mark = svg("line", { class: "share-mark" }),
    marked = svg("text", { class: "share-marked number" });
  board.append(grid, body, said, mark, marked, names);
  const parts = [];
  let size = { w: 0, h: 0 },
    plan;

  const view = () => panel.views[app.state.rung] ?? null;

  /** By place: the number of the part that stands there. */
  const numbers = (at) => {
    const { labels, order } = view(),
      field = order && app.fields()[order],
      places = labels.map((_, n) => (field ? sample(field, at, n) : n));
    return labels.map((_, place) => Math.max(places.indexOf(place), 0));
  };
  const valuesAt = (moment) => {
    const { parts: name, labels } = view(),
      field = app.fields()[name];
    return Array.from({ length: panel.names.length + 1 }, (_, row) =>
      labels.map((_, place) => sample(field, moment, row * labels.length + place)),
    );
  };

  const make = () => {
    const rect = svg("rect", { rx: 1 }),
      group = svg("g", { class: "share-part", role: "button", tabindex: -1 }, rect);
    const part = { group, rect, id: "", words: "" };
    group.addEventListener("click", () => app.click(panel.id, part.id, part.number, null));
    group.addEventListener("pointerenter", () => app.hover(part.id));
    group.addEventListener("pointermove", (event) => app.tip.show(event, part.label, [{ label: part.words, value: part.value }]));
    group.addEventListener("pointerleave", () => {
      app.hover(null);
      app.tip.hide();
    });
    return part;
  };

  const measure = () => {
    plan = sharedPlan(panel.names, size, app.textSize(), app.font());
    const { box, x } = plan;
    grid.replaceChildren(
      ...svgAll(
        [0, 0.25, 0.5, 0.75, 1].flatMap((v) => [
          ["line", { x1: px(x(v)), x2: px(x(v)), y1: box.top - 4, y2: box.bottom + 4 }],
          ["text", { x: px(x(v)), y: box.bottom + app.textSize() + 6, "text-anchor": "middle" }, formatShare(v)],
        ]),
      ),
    );
    names.replaceChildren(
      ...panel.names.map((name, k) =>
        svgText(fitText(name, box.left - 8, plan.font), {
          x: box.left - 8,
          y: px(plan.middles[k] + app.textSize() * 0.36),
          "text-anchor": "end",
          class: "name loud",
          style: `--own:${paint(panel.colours[k])}`,
        }),
      ),
    );
  };

  const drawMark = () => {
    const v = panel.mark ? sample(app.fields()[panel.mark], { s: Math.min(app.state.s, app.fields()[panel.mark].shape[0] - 1), f: 0 }) : NaN,
      { box, x } = plan;
    put(mark, Number.isFinite(v) ? { x1: px(x(v)), x2: px(x(v)), y1: box.top - 5, y2: box.bottom + 4, display: null } : { display: "none" });
    say(marked, Number.isFinite(v) ? fill(panel.mark_label, { share: formatShare(v) }) : "");
    put(marked, { x: px(Math.min(x(v) || 0, box.right) + 2), y: box.top - 9, "text-anchor": "end" });
  };

  const render = (moment) => {
    if (!size.w || !view()) return false;
    const at = nearest(moment),
      { box, x, pitch } = plan,
      number = numbers(at),
      boxes = sharedBoxes(valuesAt(moment)),
      printed = valuesAt(at),
      { hovered, selected } = app.state;
    pool(parts, body, boxes.length, make).forEach((part, i) => {
      const { row, part: place, from, to } = boxes[i],
        n = number[place],
        focus = hovered ?? selected;
      Object.assign(part, {
        number: n,
        id: view().ids[n],
        label: view().labels[n],
        words: row < 0 ? panel.common_label : panel.names[row],
        value: formatShare(printed[row + 1][place]),
      });
      const y = row < 0 ? box.top : box.top + row * pitch,
        height = row < 0 ? box.bottom - box.top : pitch;
      put(part.rect, {
        x: px(x(from)),
        y: px(y),
        width: px(Math.max(x(to) - x(from), 0.4)),
        height: px(height),
        fill: row < 0 ? null : paint(panel.colours[row]),
        class: row < 0 ? "share-common" : "share-own",
      });
      put(part.group, {
        "data-element": part.id,
        class: `share-part${focus && view().ids.includes(focus) && focus !== part.id ? " dim" : ""}`,
        "aria-label": `${part.label}, ${part.words}: ${part.value}`,
      });
    });
    rove(body, () => parts.map((part) => part.group).filter((group) => group.getAttribute("display") !== "none"), nextInOrder);
    const share = sample(app.fields()[view().share], at),
      width = x(share) - x(0),
      words = fill(panel.shared_label, { share: formatShare(share) }),
      room = width > textWidth(words, `700 ${app.textSize() + 4}px ${app.font()}`) + 12;
    say(said, words);
    put(said, {
      x: px(room ? x(share / 2) : x(share) + 8),
      y: px((box.top + box.bottom) / 2 + app.textSize() * 0.45),
      "text-anchor": room ? "middle" : "start",
    });
    put(board, { "aria-label": `${panel.title}. ${words}` });
    drawMark();
    return false;
  };

  return {
    root: frame.root,
    board,
    render,
    resize: (w, h) => {
      size = { w, h };
      measure();
    },
    update: (next) => {
      panel = next;
      if (size.w) measure();
    },
  };
}

MAKERS.Shared = makeShared;
