/**
 * One bar a label, with the band of the repetitions behind it. Horizontal, for labels are words; upright when there are
 * more bars than rows of readable text.
 */
/** The range of all finite numbers of these arrays, with zero in it. @param {(Field|undefined)[]} fields */
function barsDomain(fields) {
  let low = 0,
    high = 0;
  for (const field of fields)
    for (const v of field?.data ?? [])
      if (Number.isFinite(v)) {
        low = Math.min(low, v);
        high = Math.max(high, v);
      }
  return low === high ? [0, 1] : [low, high];
}

/** Where everything lies: upright or not, the box, the scale along the bars, the middle of each, how thick they are, and their
 * names, of which upright bars leave out some. */
function barsPlan(labels, domain, size, text, family) {
  const count = Math.max(labels.length, 1),
    font = `400 ${text}px ${family}`,
    upright = size.h / count < 15,
    widest = Math.min(Math.max(...labels.map((label) => textWidth(label, font)), 8), size.w * 0.4),
    box = upright
      ? { left: 36, right: size.w - 6, top: 12, bottom: size.h - 22 }
      : { left: widest + 12, right: size.w - 48, top: 4, bottom: size.h - 18 };
  const scale = linearScale(domain, upright ? [box.bottom, box.top] : [box.left, box.right]),
    pitch = (upright ? box.right - box.left : box.bottom - box.top) / count,
    middles = labels.map((_, n) => (upright ? box.left : box.top) + (n + 0.5) * pitch),
    every = Math.ceil(24 / pitch);
  const anchored = (anchor, x, y) => ({ x, y, "text-anchor": anchor });
  const names = labels.map((label, n) =>
    upright
      ? { words: n % every ? "" : fitText(label, pitch * every, font), ...anchored("middle", px(middles[n]), box.bottom + 15) }
      : { words: fitText(label, widest, font), ...anchored("end", box.left - 8, px(middles[n] + 4)) },
  );
  return { upright, box, scale, middles, names, thick: Math.max(Math.min(pitch * 0.62, 26), 2) };
}

/** Lines across the bars with their numbers, for `svgAll`. */
function barsGrid({ upright, box, scale }) {
  return scale.ticks(4).flatMap((v) => {
    const at = px(scale(v));
    return upright
      ? [
          ["line", { x1: box.left, x2: box.right, y1: at, y2: at }],
          ["text", { x: box.left - 6, y: at + 4, "text-anchor": "end" }, formatTick(v)],
        ]
      : [
          ["line", { x1: at, x2: at, y1: box.top, y2: box.bottom }],
          ["text", { x: at, y: box.bottom + 14, "text-anchor": "middle" }, formatTick(v)],
        ];
  });
}

/** The rectangle of bar `n` between two values. */
function barBox({ upright, scale, middles }, n, from, to, thick) {
  const [a, b] = [scale(from), scale(to)],
    low = px(Math.min(a, b)),
    length = px(Math.max(Math.abs(b - a), 0.5)),
    side = px(middles[n] - thick / 2);
  return upright
    ? { x: side, y: low, width: px(thick), height: length }
    : { x: low, y: side, width: length, height: px(thick) };
}

function makeBars(panel, app) {
  const frame = panelFrame(panel, "bars");
  const { board } = frame;
  put(board, { role: "group", "aria-label": panel.title });
  const grid = svg("g", { class: "grid" }),
    body = svg("g");
  board.append(grid, body);
  let rows = [],
    size = { w: 0, h: 0 },
    plan;

  const idOf = (n) => panel.elements[n] ?? `${panel.id}:${n}`;
  const fieldsOf = () => ["array", "low", "high"].map((name) => app.fields()[panel[name]]);

  const build = () => {
    rows = panel.labels.map((label, n) => {
      const band = svg("rect", { class: "band", fill: paint(panel.colours[n % panel.colours.length] ?? "muted") });
      const bar = svg("rect", {
        class: "bar",
        rx: 1.5,
        fill: paint(panel.colours[n % panel.colours.length] ?? "muted"),
      });
      const name = svg("text", { class: "row-name" }),
        value = svg("text", { class: "number" });
      const group = svg(
        "g",
        { class: "bar-row", tabindex: n ? -1 : 0, role: "button", "data-element": idOf(n) },
        band,
        bar,
        name,
        value,
      );
      group.addEventListener("click", () => app.click(panel.id, idOf(n), n, null));
      group.addEventListener("pointerenter", () => app.hover(idOf(n)));
      group.addEventListener("pointermove", (event) => app.tip.show(event, label, tipRows(n)));
      group.addEventListener("pointerleave", () => {
        app.hover(null);
        app.tip.hide();
      });
      group.addEventListener("focus", () => app.hover(idOf(n)));
      group.addEventListener("blur", () => app.hover(null));
      return { label, band, bar, name, value, group };
    });
    body.replaceChildren(...rows.map((row) => row.group));
    rove(body, () => rows.map((row) => row.group));
  };

  const tipRows = (n) => {
    const [array, low, high] = fieldsOf(),
      at = nearest(app.state.view);
    const lines = [{ label: app.words.value, value: formatNumber(sample(array, at, n)) }];
    if (low && high)
      lines.push({
        label: app.words.band,
        value: `${formatNumber(sample(low, at, n))} … ${formatNumber(sample(high, at, n))}`,
      });
    return lines;
  };

  const measure = () => {
    plan = barsPlan(panel.labels, barsDomain(fieldsOf()), size, app.textSize(), app.font());
    rows.forEach((row, n) => {
      const { words, ...at } = plan.names[n];
      say(row.name, words);
      put(row.name, at);
    });
    grid.replaceChildren(...svgAll(barsGrid(plan)));
  };

  const place = (rect, from, to, n, thick) => put(rect, { ...barBox(plan, n, from, to, thick), display: null });

  const render = (moment) => {
    if (!size.w) return false;
    const [array, lowField, highField] = fieldsOf(),
      printed = nearest(moment),
      { scale, upright, thick } = plan;
    rows.forEach((row, n) => {
      const v = sample(array, moment, n),
        low = sample(lowField, moment, n),
        high = sample(highField, moment, n);
      if (Number.isFinite(v)) place(row.bar, 0, v, n, thick);
      else put(row.bar, { display: "none" });
      if (Number.isFinite(low) && Number.isFinite(high)) place(row.band, low, high, n, thick + 6);
      else put(row.band, { display: "none" });
      const number = formatNumber(sample(array, printed, n)),
        end = Number.isFinite(high) ? Math.max(v, high) : v;
      say(row.value, upright ? "" : number);
      if (!upright)
        put(row.value, { x: px(Math.max(scale(Number.isFinite(end) ? end : 0), scale(0)) + 7), y: px(plan.middles[n] + 4) });
      const { hovered, selected } = app.state,
        id = idOf(n);
      put(row.group, {
        class: `bar-row${hovered && hovered !== id ? " dim" : ""}${selected === id ? " selected" : ""}`,
        "aria-label": `${row.label}: ${number}`,
      });
    });
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
      const same =
        JSON.stringify([next.labels, next.colours, next.elements]) ===
        JSON.stringify([panel.labels, panel.colours, panel.elements]);
      panel = next;
      if (!same) build();
      if (size.w) measure();
    },
  };
}

MAKERS.Bars = makeBars;
