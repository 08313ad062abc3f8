/**
 * A query and two documents below it. The words of the query and of the first document are as dark as what each gives to the
 * score, and joined where the same filter has its maximum; words that the documents have in each other's place are joined by
 * lines that cross. A click takes a word away or brings it back. What has not been read yet is pale.
 */
/** The texts in as many rows as they need behind a margin, as large as the space allows; where they are too long for the
 * smallest letters, the rows that give most to the score.
 * @param {{text: string}[][]} sides the words of each @param {number[]} least free space above each side
 * @param {(part: object) => number} worth what a word gives
 * @returns {{text: number, line: number, shown: {rows: object[][], top: number, cut: boolean}[]}} sizes of letters and rows, and
 *   for each side its rows of {part, words, x, width} and where the first begins; below what was cut a line is free */
function matchPlan(sides, margin, least, worth, size, regular, family) {
  const room = size.w - margin,
    gaps = least.reduce((sum, gap, n) => sum + (sides[n].length ? gap : 0), 0);
  for (let text = regular + 4; ; text -= 0.5) {
    const line = text * 1.6,
      rows = sides.map((side) => (side.length ? wordRows(fittedWords(side, text, room, `500 ${text}px ${family}`), room) : [])),
      free = size.h - gaps - rows.flat().length * line;
    if (free < 0 && text > regular) continue;
    const all = Math.max(Math.floor((size.h - gaps) / line), sides.length),
      most = [1 / 5, 2 / 5, 2 / 5].map((part) => Math.max(Math.floor(all * part), 1)),
      wide = Math.min(Math.max(free, 0) / 2, regular * 3);
    let y = 0;
    const shown = rows.map((some, n) => {
      const cut = free < 0 && some.length > most[n],
        kept = cut ? bestRows(some, Math.max(most[n] - 1, 1), worth) : some;
      if (kept.length) y += least[n] + (n ? wide : 0);
      const top = y;
      y += (kept.length + (cut ? 1 : 0)) * line;
      return { rows: kept, top, cut };
    });
    return { text, line, shown };
  }
}

/** Words as they are written, none wider than a row. */
function fittedWords(side, text, room, font) {
  return side.map((part) => {
    const words = fitText(part.text, room - text * 0.8, font);
    return { part, words, width: Math.max(textWidth(words, font), text * 0.5) + text * 0.8 };
  });
}

/** Of rows, so many that follow each other and are worth most. */
function bestRows(rows, most, worth) {
  if (rows.length <= most) return rows;
  const worths = rows.map((row) => row.reduce((sum, { part }) => sum + worth(part), 0));
  let best = 0,
    highest = -1;
  for (let n = 0; n + most <= rows.length; n += 1) {
    const sum = worths.slice(n, n + most).reduce((a, b) => a + b, 0);
    if (sum > highest) [best, highest] = [n, sum];
  }
  return rows.slice(best, best + most);
}

/** The largest of every `stride`-th number of a field, from `first` on: one scale for all pairs of texts on the stage, so that
 * a pair with nothing in common is not drawn as boldly as a match.
 * @param {{data: ArrayLike<number>} | undefined} field @returns {number} at least 1e-6 */
function largestOf(field, stride = 1, first = 0) {
  let most = 1e-6;
  const data = field?.data ?? [];
  for (let i = first; i < data.length; i += stride) if (Math.abs(data[i]) > most) most = Math.abs(data[i]);
  return most;
}

/** From the foot of a word above to the head of one below. */
function linkPath(above, below) {
  const mid = px((above.bottom + below.top) / 2);
  const [x0, x1] = [px(above.middle), px(below.middle)];
  return `M${x0} ${px(above.bottom)}C${x0} ${mid} ${x1} ${mid} ${x1} ${px(below.top)}`;
}

function makeMatch(panel, app) {
  const frame = panelFrame(panel, "match");
  const { board } = frame;
  put(board, { role: "group", "aria-label": panel.title });
  const lines = svg("g", { class: "match-lines" }),
    crossings = svg("g", { class: "match-lines crossing" }),
    words = svg("g"),
    heads = svg("g");
  board.append(lines, crossings, heads, words);

  let size = { w: 0, h: 0 },
    parts = [],
    shownKey = "";

  const of = (all) => all[Math.min(app.state.s, all.length - 1)];
  const at = (name, ...index) => {
    const field = app.fields()[name];
    return field ? sample(field, { s: app.state.s, f: 0 }, innerOf(field, index)) : NaN;
  };
  /** What the arrays know are the words that are still there, those above first; of the second document they know nothing. */
  const gain = (part) => (part.side > 1 || part.gone ? NaN : at(panel.lit[app.state.rung], part.kept + (part.side ? kept(0) : 0)));
  const kept = (side) => parts.filter((part) => part.side === side && !part.gone).length;

  const makeWord = (text, side, place, gone, moved) => {
    const back = svg("rect", { class: "match-back", rx: 4 }),
      label = svg("text", { class: "token-word", "text-anchor": "middle" }),
      group = svg("g", side < 2 ? { tabindex: -1, role: "button" } : {}, back, label),
      part = { text, side, place, gone, moved, kept: 0, back, label, group };
    say(label, text);
    if (side < 2) group.addEventListener("click", () => app.click(panel.id, null, place + (side ? of(panel.texts)[0].length : 0), side));
    group.addEventListener("pointermove", (event) =>
      app.tip.show(event, text, Number.isFinite(gain(part)) ? [{ label: panel.gain_label, value: formatSigned(gain(part)) }] : []),
    );
    group.addEventListener("pointerleave", () => app.tip.hide());
    words.append(group);
    return part;
  };

  const place = () => {
    app.tip.hide();
    words.replaceChildren();
    const texts = of(panel.texts),
      gone = new Set(of(panel.gone)),
      swaps = of(panel.swaps),
      only = of(panel.only),
      moved = [0, 1].map((d) => new Set([...swaps.map((pair) => pair[d]), ...only[d]]));
    parts = texts.flatMap((text, side) =>
      text.map((word, n) => makeWord(word, side, n, side < 2 && gone.has(n + (side ? texts[0].length : 0)), side > 0 && moved[side - 1].has(n))),
    );
    const sides = [0, 1, 2].map((side) => parts.filter((part) => part.side === side));
    for (const side of sides) side.filter((part) => !part.gone).forEach((part, n) => Object.assign(part, { kept: n }));
    const note = of(panel.notes) ? [{ text: `⚠ ${of(panel.notes)}`, note: true }] : [];
    const worth = (part) => (part.moved ? 1e3 : Math.abs(gain(part)) || 0),
      small = app.textSize(),
      margin = Math.max(...panel.names.map((name) => textWidth(name, `600 ${small}px ${app.font()}`))) + 22,
      least = [0, small * 0.7, small * (swaps.length ? 1.2 : 0.7)],
      { text, line, shown } = matchPlan([[...sides[0], ...note], ...sides.slice(1)], margin, least, worth, size, small, app.font());
    heads.replaceChildren(
      ...shown.flatMap((one, side) => (one.rows.length ? [...lay(one.rows, one.top, text, line, margin), ...heading(side, one, text, line, margin)] : [])),
    );
    const inSight = new Set(shown.flatMap(({ rows }) => rows.flat().map(({ part }) => part)));
    for (const part of parts) {
      part.hidden = !inSight.has(part);
      if (part.hidden) put(part.group, { display: "none" });
    }
    rove(words, () => parts.filter((part) => !part.hidden && part.side < 2).map((part) => part.group));
    cross(swaps);
  };
  /** The colour and the name of a text before its first row, and below what was cut, how much of it is shown. */
  const heading = (side, { rows, top, cut }, text, line, margin) => {
    const all = parts.filter((part) => part.side === side).length,
      y = px(top + line * 0.63);
    return [
      svg("rect", { x: 0, y: px(y - app.textSize() * 0.72), width: 9, height: 9, rx: 2, style: `fill:${paint(panel.colours[side])}` }),
      svgText(panel.names[side], { class: "match-name", x: 14, y }),
      ...(cut ? [svgText(fill(panel.shown_label, { shown: rows.flat().length, all }), { class: "match-note", x: margin, y: px(top + (rows.length + 0.63) * line) })] : []),
    ];
  };
  /** Words in their places. @returns {SVGElement[]} the note among them, if there is one */
  const lay = (rows, top, text, line, margin) =>
    rows.flatMap((row, n) =>
      row.flatMap(({ part, x: from, width, words: said }) => {
        const x = from + margin,
          y = top + n * line;
        if (part.note) return [svgText(said, { class: "match-note", x: px(x + text * 0.4), y: px(y + line * 0.63) })];
        Object.assign(part, { middle: x + width / 2, top: y, bottom: y + line - 3 });
        put(part.back, { x: px(x + 1), y: px(y), width: px(width - 2), height: px(line - 3) });
        say(part.label, said);
        put(part.label, { x: px(x + width / 2), y: px(y + line * 0.63), style: `font-size:${text}px` });
        return [];
      }),
    );

  /** Lines between the places where the two documents have the same words, moved. */
  const cross = (swaps) => {
    const find = (side, n) => parts.find((part) => part.side === side && part.place === n && !part.hidden);
    crossings.replaceChildren(
      ...swaps.flatMap(([first, second]) => {
        const [a, b] = [find(1, first), find(2, second)];
        return a && b && !a.gone ? [svg("path", { d: linkPath(a, b) })] : [];
      }),
    );
  };

  const render = (moment) => {
    if (!size.w) return false;
    const { rung, s, stageId } = app.state,
      now = Math.round(moment.f),
      key = `${rung}|${s}|${stageId}|${now}|${size.w}|${size.h}`;
    if (key === shownKey) return false;
    const [oldRung, oldS, oldStage] = shownKey.split("|"),
      cut = parts.some((part) => part.hidden); // the lines of a long text that are shown depend on the rung
    if (!parts.length || oldS !== String(s) || oldStage !== stageId || (cut && oldRung !== rung)) place();
    shownKey = key;
    const read = now - app.first(),
      gains = parts.map(gain),
      most = largestOf(app.fields()[panel.lit[rung]]);
    parts.forEach((part, i) => {
      const { side, moved, gone } = part,
        share = Number.isFinite(gains[i]) ? gains[i] / most : 0,
        later = side === 1 && !gone && part.kept > read,
        lit = Math.round(Math.min(Math.abs(share), 1) * 62 * (later ? 0.25 : 1));
      put(part.back, { style: `fill:color-mix(in srgb, ${paint(panel.colours[side])} ${lit}%, var(--paper))` }); // opaque: lines pass behind
      put(part.group, {
        class: ["token", gone && "gone", later && "later", side === 2 && "still", moved && "moved", share < 0 && "takes", side === 1 && !gone && part.kept === read && "now"].filter(Boolean).join(" "),
        ...(side < 2
          ? {
              "aria-label": `${part.text}, ${gone ? panel.gone_label : `${panel.gain_label} ${formatSigned(gains[i])}`}`,
              "aria-pressed": String(gone),
            }
          : {}),
      });
    });
    join(rung, read);
    return false;
  };

  /** Lines between the words that the same filter took its maximum from, as wide as what the filter gives. */
  const join = (rung, read) => {
    const field = app.fields()[panel.links[rung]],
      rows = field ? field.shape[2] : 0,
      links = Array.from({ length: rows }, (_, k) => [0, 1, 2].map((c) => at(panel.links[rung], k, c))).filter(
        ([, , gained]) => Number.isFinite(gained) && gained > 0,
      );
    const most = largestOf(field, 3, 2);
    lines.replaceChildren(
      ...links.flatMap(([from, to, gained]) => {
        const [a, b] = [from, to].map((n, side) =>
          parts.find((part) => part.side === side && !part.gone && part.kept === n),
        );
        if (!a || !b || a.hidden || b.hidden) return [];
        return [
          svg("path", {
            d: linkPath(a, b),
            stroke: paint(panel.colours[1]),
            "stroke-width": px(1 + 5 * (gained / most)),
            "stroke-opacity": to <= read ? 0.45 : 0.12,
          }),
        ];
      }),
    );
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

MAKERS.Match = makeMatch;
