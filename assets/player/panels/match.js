/**
 * Two texts, one above the other: words light up by what they give to the score, and lines join the words that excite the
 * same filter. A click takes a word away or brings it back. What has not been read yet is pale.
 */
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

  /** Both texts in as many lines as they need, as large as the space allows. */
  const place = () => {
    app.tip.hide();
    words.replaceChildren();
    const [above, below] = texts(),
      gone = new Set(panel.gone[Math.min(app.state.s, panel.gone.length - 1)]);
    parts = [
      ...above.map((text, n) => makeWord(text, n, 0, gone.has(n))),
      ...below.map((text, n) => makeWord(text, above.length + n, 1, gone.has(above.length + n))),
    ];
    for (const side of [0, 1])
      parts.filter((part) => part.side === side && !part.gone).forEach((part, place) => Object.assign(part, { place }));
    const top = app.textSize() * 1.5;
    for (let text = app.textSize() + 6; text >= 9; text -= 0.5) {
      const rows = [0, 1].map((side) => wrap(parts.filter((part) => part.side === side), text)),
        line = text * 1.75,
        head = app.textSize() * 1.4,
        between = size.h - top - (rows[0].length + rows[1].length) * line - head,
        fits = between >= Math.min(size.h * 0.24, 70);
      if (!fits && text > 9) continue;
      const gap = fits ? Math.min(between, size.h * 0.42) : 26,
        room = Math.floor((size.h - top - gap - head) / line),
        above = part(rows[0], fits ? Infinity : Math.max(Math.floor(room / 3), 1)),
        below = part(rows[1], fits ? Infinity : Math.max(room - above.length, 1)),
        second = top + above.length * line + gap + head;
      lay(above, top, text, line);
      lay(below, second, text, line);
      heads.replaceChildren(
        ...[[above, top], [below, second]].map(([shown, y], side) => heading(side, shown.flat().length, y - app.textSize() * 0.5)),
      );
      break;
    }
    rove(words, () => parts.filter((part) => !part.hidden).map((part) => part.group));
  };
  /** Of a text that is too long, the lines that give most to the score. */
  const part = (rows, most) => {
    if (rows.length <= most) return rows;
    const worth = rows.map((row) => row.reduce((sum, { part }) => sum + (part.gone ? 0 : Math.abs(gain(part)) || 0), 0));
    let best = 0,
      highest = -1;
    for (let n = 0; n + most <= rows.length; n += 1) {
      const sum = worth.slice(n, n + most).reduce((a, b) => a + b, 0);
      if (sum > highest) [best, highest] = [n, sum];
    }
    rows.forEach((row, n) =>
      row.forEach(({ part }) => {
        part.hidden = n < best || n >= best + most;
        put(part.group, { display: part.hidden ? "none" : null });
      }),
    );
    return rows.slice(best, best + most);
  };
  const heading = (side, shown, y) => {
    const label = svg("text", { class: "match-name", x: 0, y: px(y) }),
      all = parts.filter((part) => part.side === side).length;
    say(label, shown < all ? `${panel.names[side]} · ${fill(panel.shown_label, { shown, all })}` : panel.names[side]);
    return label;
  };
  const wrap = (some, text) => {
    const font = `500 ${text}px ${app.font()}`,
      rows = [[]];
    let x = 0;
    for (const part of some) {
      const shown = fitText(part.text, size.w - text * 0.8, font),
        width = Math.max(textWidth(shown, font), text * 0.5) + text * 0.8;
      part.shown = shown;
      if (x + width > size.w && rows.at(-1).length) {
        rows.push([]);
        x = 0;
      }
      rows.at(-1).push({ part, x, width });
      x += width;
    }
    return rows;
  };
  const lay = (rows, top, text, line) =>
    rows.forEach((row, n) =>
      row.forEach(({ part, x, width }) => {
        const y = top + n * line;
        Object.assign(part, { middle: x + width / 2, top: y, bottom: y + line - 4 });
        put(part.back, { x: px(x + 1), y: px(y), width: px(width - 2), height: px(line - 4) });
        say(part.label, part.shown);
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
      most = Math.max(1e-6, ...gains.filter(Number.isFinite).map(Math.abs));
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
    const most = Math.max(1e-6, ...links.map(([, , gained]) => gained));
    lines.replaceChildren(
      ...links.flatMap(([from, to, gained]) => {
        const [a, b] = [from, to].map((place, side) =>
          parts.find((part) => part.side === side && !part.gone && part.place === place),
        );
        if (!a || !b || a.hidden || b.hidden) return [];
        const mid = (a.bottom + b.top) / 2;
        return [
          svg("path", {
            d: `M${px(a.middle)} ${px(a.bottom)}C${px(a.middle)} ${px(mid)} ${px(b.middle)} ${px(mid)} ${px(b.middle)} ${px(b.top)}`,
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
