/**
 * Features along the words: a row a filter or a cell, a column a window or a word, drawn as far as the text has been read.
 * At the right what is kept of each row: its maximum so far, whose place is marked, or its last value.
 */
function makeMaps(panel, app) {
  const frame = panelFrame(panel, "maps");
  const { board, heading } = frame;
  put(board, { role: "img", "aria-label": panel.title });
  const cells = svg("g"),
    labels = svg("g", { class: "grid" }),
    marks = svg("g");
  board.append(cells, labels, marks);
  let size = { w: 0, h: 0 },
    shownKey = "";

  const field = () => app.fields()[panel.arrays[app.state.rung]];
  const value = (k, f) => {
    const one = field();
    return sample(one, { s: app.state.s, f: 0 }, k * one.shape[3] + f);
  };
  const rowName = (k) => {
    const rows = app.fields()[panel.rows[app.state.rung]],
      n = rows ? sample(rows, { s: app.state.s, f: 0 }, k) : NaN;
    return Number.isFinite(n) ? fill(panel.row_label[app.state.rung], { n: n + 1 }) : "";
  };

  const render = (moment) => {
    if (!size.w) return false;
    const { rung, s, stageId, dark } = app.state,
      now = Math.round(moment.f),
      key = `${rung}|${s}|${stageId}|${now}|${dark}|${size.w}|${size.h}`;
    if (key === shownKey) return false;
    shownKey = key;
    say(heading, panel.titles[rung] ?? panel.title);
    const one = field(),
      first = app.first(),
      columns = (one?.shape[3] ?? 0) - first,
      rows = Array.from({ length: one?.shape[2] ?? 0 }, (_, k) => k).filter((k) => Number.isFinite(value(k, first)));
    if (!rows.length || columns < 1) {
      for (const layer of [cells, labels, marks]) layer.replaceChildren();
      return false;
    }
    draw(rows, columns, first, now);
    return false;
  };

  const draw = (rows, columns, first, now) => {
    const font = `400 ${app.textSize() - 1}px ${app.font()}`,
      table = colourTable(true, app.state.dark),
      names = rows.map(rowName),
      left = Math.ceil(Math.max(...names.map((name) => textWidth(name, font)), 20)) + 8,
      kept = 40,
      bottom = size.h - app.textSize() - 10,
      cw = (size.w - left - kept - 14) / columns,
      ch = Math.min((bottom - 4) / rows.length, 40);
    const colour = (v) => {
      const k = Math.min(Math.max(Math.round(((v / panel.reach + 1) / 2) * 255), 0), 255) * 4;
      return cssRgb([...table.slice(k, k + 3)]);
    };
    const parts = [],
      words = [],
      rings = [];
    rows.forEach((k, r) => {
      const y = 4 + r * ch;
      let best = -Infinity,
        place = -1;
      words.push(text(fitText(names[r], left - 8, font), left - 7, y + ch / 2 + 4, "end"));
      for (let c = 0; c < columns && first + c <= now; c += 1) {
        const v = value(k, first + c);
        if (!Number.isFinite(v)) continue;
        if (panel.kept[app.state.rung] === "last" || v > best) [best, place] = [v, c];
        const rect = cell(left + c * cw, y, cw, ch, colour(v), `${names[r]} · ${app.nameOf(first + c)}`, v);
        rect.addEventListener("click", () => app.click(panel.id, null, k, first + c));
        parts.push(rect);
      }
      if (place < 0) return;
      const x = size.w - kept;
      parts.push(cell(x, y, kept - 2, ch, colour(best), `${names[r]} · ${panel.kept_label[app.state.rung]}`, best));
      if (ch >= 13 && kept > 30) words.push(text(formatFixed(best, 2), x + kept / 2 - 1, y + ch / 2 + 4, "middle", "maps-number"));
      rings.push(svg("rect", { class: "maps-winner", x: px(left + place * cw + 0.75), y: px(y + 0.75), width: px(Math.max(cw - 1.5, 1)), height: px(Math.max(ch - 1.5, 1)) }));
    });
    const under = 4 + rows.length * ch + app.textSize() + 2,
      widest = Math.max(...Array.from({ length: columns }, (_, c) => textWidth(app.nameOf(first + c), font)), 8),
      every = Math.max(1, Math.ceil((Math.min(widest, 64) + 6) / cw));
    for (let c = 0; c < columns; c += every)
      words.push(text(fitText(app.nameOf(first + c), cw * every - 4, font), left + (c + 0.5) * cw, under, "middle"));
    words.push(text(fitText(panel.kept_label[app.state.rung], kept + 12, font), size.w - kept / 2 - 1, under, "middle"));
    cells.replaceChildren(...parts);
    labels.replaceChildren(...words);
    marks.replaceChildren(...rings);
  };
  const text = (words, x, y, anchor, kind = "") => {
    const label = svg("text", { x: px(x), y: px(y), "text-anchor": anchor, class: kind });
    say(label, words);
    return label;
  };
  const cell = (x, y, w, h, colour, name, v) => {
    const rect = svg("rect", { x: px(x), y: px(y), width: px(w + 0.4), height: px(Math.max(h - 1, 1)), fill: colour });
    rect.addEventListener("pointermove", (event) => app.tip.show(event, name, [{ label: app.words.value, value: formatNumber(v) }]));
    rect.addEventListener("pointerleave", () => app.tip.hide());
    return rect;
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
      shownKey = "";
    },
  };
}

MAKERS.Maps = makeMaps;
