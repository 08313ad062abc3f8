/**
 * Two texts, one above the other: words light up by what they give to the score, and lines join the words that excite the
 * same filter. A click takes a word away or brings it back. What has not been read yet is pale.
 */
/** Both texts in as many rows as they need, as large as the space allows; of one that is too long for the smallest letters,
 * the rows that give most to the score.
 * @param {{text: string}[][]} sides the words of both @param {(part: object) => number} worth what a word gives
 * @returns {{text: number, line: number, shown: {rows: object[][], top: number}[]}} sizes of letters and rows, and for each
 *   side its rows of {part, words, x, width} and where the first begins */
function matchPlan(sides, worth, size, regular, family) {
  const top = regular * 1.5,
    head = regular * 1.4;
  for (let text = regular + 6; ; text -= 0.5) {
    const line = text * 1.75,
      rows = sides.map((side) => wordRows(fittedWords(side, text, size.w, `500 ${text}px ${family}`), size.w)),
      free = size.h - top - (rows[0].length + rows[1].length) * line - head,
      fits = free >= Math.min(size.h * 0.24, 70);
    if (!fits && text > 9) continue;
    const gap = fits ? Math.min(free, size.h * 0.42) : 26,
      room = Math.floor((size.h - top - gap - head) / line),
      above = bestRows(rows[0], fits ? Infinity : Math.max(Math.floor(room / 3), 1), worth),
      below = bestRows(rows[1], fits ? Infinity : Math.max(room - above.length, 1), worth);
    return { text, line, shown: [{ rows: above, top }, { rows: below, top: top + above.length * line + gap + head }] };
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
    words = svg("g"),
    heads = svg("g");
  board.append(lines, heads, words);

  let size = { w: 0, h: 0 },
    parts = [],
    shownKey = "";

  const texts = () => panel.texts[Math.min(app.state.s, panel.texts.length - 1)];
  const at = (name, ...index) => {
    const field = app.fields()[name];
    return field ? sample(field, { s: app.state.s, f: 0 }, innerOf(field, index)) : NaN;
  };
  /** What the arrays know are the words that are still there, those above first. */
  const gain = (part) => at(panel.lit[app.state.rung], part.place + (part.side ? kept(0) : 0));
  const kept = (side) => parts.filter((part) => part.side === side && !part.gone).length;

  const makeWord = (text, n, side, gone) => {
    const back = svg("rect", { class: "match-back", rx: 4 }),
      label = svg("text", { class: "token-word", "text-anchor": "middle" });
    const group = svg("g", { class: `token${gone ? " gone" : ""}`, tabindex: -1, role: "button" }, back, label);
    say(label, text);
    group.addEventListener("click", () => app.click(panel.id, null, n, side));
    const part = { text, n, side, gone, place: 0, back, label, group };
    group.addEventListener("pointermove", (event) =>
      app.tip.show(event, text, gone ? [] : [{ label: panel.gain_label, value: formatSigned(gain(part)) }]),
    );
    group.addEventListener("pointerleave", () => app.tip.hide());
    words.append(group);
    return part;
  };

  const place = () => {
    app.tip.hide();
    words.replaceChildren();
    const [above, below] = texts(),
      gone = new Set(panel.gone[Math.min(app.state.s, panel.gone.length - 1)]);
    parts = [
      ...above.map((word, n) => makeWord(word, n, 0, gone.has(n))),
      ...below.map((word, n) => makeWord(word, above.length + n, 1, gone.has(above.length + n))),
    ];
    const sides = [0, 1].map((side) => parts.filter((part) => part.side === side));
    for (const side of sides) side.filter((part) => !part.gone).forEach((part, n) => Object.assign(part, { place: n }));
    const worth = (part) => (part.gone ? 0 : Math.abs(gain(part)) || 0),
      { text, line, shown } = matchPlan(sides, worth, size, app.textSize(), app.font());
    shown.forEach(({ rows, top }) => lay(rows, top, text, line));
    const over = app.textSize() * 0.5;
    heads.replaceChildren(...shown.map(({ rows, top }, side) => heading(side, rows.flat().length, top - over)));
    const inSight = new Set(shown.flatMap(({ rows }) => rows.flat().map(({ part }) => part)));
    for (const part of parts) {
      part.hidden = !inSight.has(part);
      if (part.hidden) put(part.group, { display: "none" });
    }
    rove(words, () => parts.filter((part) => !part.hidden).map((part) => part.group));
  };
  const heading = (side, count, y) => {
    const all = parts.filter((part) => part.side === side).length,
      name = panel.names[side],
      said = count < all ? `${name} · ${fill(panel.shown_label, { shown: count, all })}` : name;
    return svgText(said, { class: "match-name", x: 0, y: px(y) });
  };
  const lay = (rows, top, text, line) =>
    rows.forEach((row, n) =>
      row.forEach(({ part, x, width, words: said }) => {
        const y = top + n * line;
        Object.assign(part, { middle: x + width / 2, top: y, bottom: y + line - 4 });
        put(part.back, { x: px(x + 1), y: px(y), width: px(width - 2), height: px(line - 4) });
        say(part.label, said);
        put(part.label, { x: px(x + width / 2), y: px(y + line * 0.62), style: `font-size:${text}px` });
      }),
    );

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
      gains = parts.map((part) => (part.gone ? NaN : gain(part))),
      most = largestOf(app.fields()[panel.lit[rung]]);
    parts.forEach((part, i) => {
      const share = Number.isFinite(gains[i]) ? gains[i] / most : 0,
        later = part.side === 1 && part.place > read;
      const lit = Math.round(Math.min(Math.abs(share), 1) * 62 * (later ? 0.25 : 1)),
        colour = paint(share < 0 ? panel.against : panel.colours[rung]);
      put(part.back, { style: `fill:color-mix(in srgb, ${colour} ${lit}%, var(--paper))` }); // opaque: lines pass behind
      put(part.group, {
        class: `token${part.gone ? " gone" : ""}${later ? " later" : ""}${part.side === 1 && !part.gone && part.place === read ? " now" : ""}`,
        "aria-label": `${part.text}, ${part.gone ? panel.gone_label : `${panel.gain_label} ${formatSigned(gains[i])}`}`,
        "aria-pressed": String(part.gone),
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
          parts.find((part) => part.side === side && !part.gone && part.place === n),
        );
        if (!a || !b || a.hidden || b.hidden) return [];
        return [
          svg("path", {
            d: linkPath(a, b),
            stroke: paint(panel.colours[rung]),
            "stroke-width": px(1 + 7 * (gained / most)),
            "stroke-opacity": to <= read ? 0.6 : 0.12,
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
