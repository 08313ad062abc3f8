/**
 * A sentence under its conveyor belt. One word is the source; at every later word the belt is as thick as what is left of
 * what the source wrote, for the cell on stage above the words and for another cell below them.
 */
function makeTokens(panel, app) {
  const frame = panelFrame(panel, "tokens");
  const { board } = frame;
  put(board, { role: "group", "aria-label": panel.title });
  const belts = svg("g", { class: "belts" }),
    words = svg("g"),
    caption = svg("text", { class: "caption" });
  board.append(caption, belts, words);

  let size = { w: 0, h: 0 },
    source = panel.source,
    parts = [],
    shownKey = "";

  const names = () => app.spec.names[app.state.s] ?? [];
  const begin = () => Math.max(names().findIndex(Boolean), 0);
  const sourceFrame = () => Math.min(begin() + source, names().length - 1);
  const field = (name) => app.fields()[name];
  const left = (name, f) => {
    const belt = field(name);
    return belt ? sample(belt, { s: app.state.s, f: 0 }, sourceFrame() * belt.shape[3] + f) : NaN;
  };
  const titleOf = (id) => app.spec.rungs.find((rung) => rung.id === id)?.title ?? id;

  const makeToken = (f, text) => {
    const back = svg("rect", { class: "token-back", rx: 4 }),
      label = svg("text", { class: "token-word", "text-anchor": "middle" }),
      group = svg("g", { class: "token", tabindex: -1, role: "button" }, back, label);
    const main = svg("rect", { class: "belt" }),
      other = svg("rect", { class: "belt other" });
    say(label, text);
    belts.append(main, other);
    group.addEventListener("click", () => {
      source = f - begin();
      shownKey = "";
      app.click(panel.id, null, f, null);
    });
    group.addEventListener("pointermove", (event) => app.tip.show(event, text, rowsOf(f)));
    group.addEventListener("pointerleave", () => app.tip.hide());
    words.append(group);
    return { f, text, back, label, group, main, other };
  };

  const rowsOf = (f) => {
    const { rung } = app.state,
      rows = f < sourceFrame() ? [] : [{ label: titleOf(rung), value: percent(left(panel.belts[rung], f)) }];
    if (rows.length && panel.beside !== rung)
      rows.push({ label: titleOf(panel.beside), value: percent(left(panel.belts[panel.beside], f)) });
    return rows;
  };
  const percent = (share) =>
    !Number.isFinite(share) ? "–" : `${share > 0 && share < 0.001 ? "< 0.1" : (100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

  /** Words in lines, as large as the space allows. */
  const place = () => {
    const shown = names();
    belts.replaceChildren();
    words.replaceChildren();
    parts = shown.flatMap((text, f) => (text ? [makeToken(f, text)] : []));
    const top = app.textSize() + 10;
    for (let text = app.textSize() + 5; text >= 8; text -= 0.5) {
      const lines = wrap(text);
      const height = Math.min((size.h - top) / lines.length, text * 5);
      if (height >= text * 3.1 || text === 8) {
        lay(lines, text, height, top);
        break;
      }
    }
    rove(words, () => parts.map((part) => part.group));
  };
  const wrap = (text) => {
    const font = `500 ${text}px ${app.font()}`,
      lines = [[]];
    let x = 0;
    for (const part of parts) {
      const width = Math.max(textWidth(part.text, font), text * 0.5) + text * 0.72;
      if (x + width > size.w && lines.at(-1).length) {
        lines.push([]);
        x = 0;
      }
      lines.at(-1).push({ part, x, width });
      x += width;
    }
    return lines;
  };
  const lay = (lines, text, height, top) =>
    lines.forEach((line, n) =>
      line.forEach(({ part, x, width }) => {
        const thick = height - text * 1.75,
          y = top + n * height;
        Object.assign(part, { x, width, y, thick: thick * 0.7, thin: thick * 0.24, middle: y + thick * 0.7 + text * 0.85 });
        put(part.back, { x: px(x + 1), y: px(part.middle - text * 0.75), width: px(width - 2), height: px(text * 1.5) });
        put(part.label, { x: px(x + width / 2), y: px(part.middle + text * 0.34), style: `font-size:${text}px` });
        part.below = part.middle + text * 0.85;
      }),
    );

  const render = (moment) => {
    if (!size.w) return false;
    const { rung, s, stageId } = app.state,
      now = Math.round(moment.f),
      key = `${rung}|${s}|${stageId}|${source}|${now}|${size.w}|${size.h}`;
    if (key === shownKey) return false;
    if (!parts.length || shownKey.split("|")[1] !== String(s) || parts[0].group.parentNode !== words) place();
    shownKey = key;
    const from = sourceFrame();
    for (const part of parts) {
      const { f } = part,
        share = f < from ? NaN : left(panel.belts[rung], f),
        beside = f < from || rung === panel.beside ? NaN : left(panel.belts[panel.beside], f);
      ribbon(part.main, part, share, part.thick, true, panel.colours[rung], f <= now);
      ribbon(part.other, part, beside, part.thin, false, panel.colours[panel.beside], f <= now);
      put(part.group, {
        class: `token${f === from ? " source" : ""}${f === now ? " now" : ""}${f > now ? " later" : ""}`,
        "aria-label": [part.text, ...rowsOf(f).map((row) => `${row.label} ${row.value}`)].join(", "),
        "aria-pressed": String(f === from),
      });
    }
    const names_ = names(),
      at = Math.max(now, from);
    say(
      caption,
      fitText(
        fill(rung === panel.beside ? panel.caption_alone : panel.caption, {
          source: names_[from] ?? "",
          now: names_[at] ?? "",
          cell: titleOf(rung),
          share: percent(left(panel.belts[rung], at)),
          beside: titleOf(panel.beside),
          other: percent(left(panel.belts[panel.beside], at)),
        }),
        size.w,
        `400 ${app.textSize()}px ${app.font()}`,
      ),
    );
    put(caption, { x: 0, y: app.textSize() });
    return false;
  };

  /** A piece of belt over (or under) one word: its thickness is the share that is left. */
  const ribbon = (rect, part, share, most, above, colour, reached) => {
    if (!Number.isFinite(share)) {
      put(rect, { display: "none" });
      return;
    }
    const thick = Math.max(Math.min(share, 1) * most, 0.6),
      middle = above ? part.y + most / 2 : part.below + most / 2;
    put(rect, {
      x: px(part.x),
      width: px(part.width + 0.6),
      y: px(middle - thick / 2),
      height: px(thick),
      fill: paint(colour),
      "fill-opacity": reached ? 0.9 : 0.28,
      display: null,
    });
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
      if (next.source !== panel.source) source = next.source;
      panel = next;
      shownKey = "";
    },
  };
}

MAKERS.Tokens = makeTokens;
