/**
 * A sentence under its conveyor belt. One word is the source; at every later word the belt is as thick as what is left of
 * what the source wrote, for the cell on stage above the words and for another cell below them.
 */
/** A share in words. */
const percentOf = (share) =>
  !Number.isFinite(share) ? "–" : `${share > 0 && share < 0.001 ? "< 0.1" : (100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** Words in rows, as large as the space allows, each with room for a belt above it and a thin one below.
 * @returns {{text: number, places: object[]}} the size of the letters, and of each word: x, width; y, the top of its belt, with
 *   the most that it may be thick or thin; middle of the word itself; below, the top of the thin belt */
function tokenPlaces(words, size, regular, family) {
  const top = regular + 10;
  for (let text = regular + 5; ; text -= 0.5) {
    const font = `500 ${text}px ${family}`,
      rows = wordRows(words.map((word) => ({ width: Math.max(textWidth(word, font), text * 0.5) + text * 0.72 })), size.w),
      height = Math.min((size.h - top) / rows.length, text * 5);
    if (height < text * 3.1 && text > 8) continue;
    const thick = height - text * 1.75;
    const places = rows.flatMap((row, n) =>
      row.map(({ x, width }) => {
        const y = top + n * height,
          middle = y + thick * 0.7 + text * 0.85;
        return { x, width, y, thick: thick * 0.7, thin: thick * 0.24, middle, below: middle + text * 0.85 };
      }),
    );
    return { text, places };
  }
}

/** A piece of belt over or under one word, from `top` down to `top + most`: its thickness is the share that is left.
 * @returns {?object} a rectangle; none where nothing is known */
function ribbonBox({ x, width }, share, most, top) {
  if (!Number.isFinite(share)) return null;
  const thick = Math.max(Math.min(share, 1) * most, 0.6);
  return { x: px(x), width: px(width + 0.6), y: px(top + most / 2 - thick / 2), height: px(thick) };
}

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
      rows = f < sourceFrame() ? [] : [{ label: titleOf(rung), value: percentOf(left(panel.belts[rung], f)) }];
    if (rows.length && panel.beside !== rung)
      rows.push({ label: titleOf(panel.beside), value: percentOf(left(panel.belts[panel.beside], f)) });
    return rows;
  };

  const place = () => {
    belts.replaceChildren();
    words.replaceChildren();
    parts = names().flatMap((word, f) => (word ? [makeToken(f, word)] : []));
    const { text, places } = tokenPlaces(parts.map((part) => part.text), size, app.textSize(), app.font());
    parts.forEach((part, n) => {
      const { x, width, middle } = Object.assign(part, places[n]);
      put(part.back, { x: px(x + 1), y: px(middle - text * 0.75), width: px(width - 2), height: px(text * 1.5) });
      put(part.label, { x: px(x + width / 2), y: px(middle + text * 0.34), style: `font-size:${text}px` });
    });
    rove(words, () => parts.map((part) => part.group));
  };

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
      ribbon(part.main, ribbonBox(part, share, part.thick, part.y), panel.colours[rung], f <= now);
      ribbon(part.other, ribbonBox(part, beside, part.thin, part.below), panel.colours[panel.beside], f <= now);
      put(part.group, {
        class: `token${f === from ? " source" : ""}${f === now ? " now" : ""}${f > now ? " later" : ""}`,
        "aria-label": [part.text, ...rowsOf(f).map((row) => `${row.label} ${row.value}`)].join(", "),
        "aria-pressed": String(f === from),
      });
    }
    tell(Math.max(now, from), from);
    put(caption, { x: 0, y: app.textSize() });
    return false;
  };

  /** The sentence above: what is left at word `at` of what word `from` wrote. */
  const tell = (at, from) => {
    const { rung } = app.state,
      said = names();
    const template = rung === panel.beside ? panel.caption_alone : panel.caption,
      values = {
        source: said[from] ?? "",
        now: said[at] ?? "",
        cell: titleOf(rung),
        share: percentOf(left(panel.belts[rung], at)),
        beside: titleOf(panel.beside),
        other: percentOf(left(panel.belts[panel.beside], at)),
      };
    say(caption, fitText(fill(template, values), size.w, `400 ${app.textSize()}px ${app.font()}`));
  };

  const ribbon = (rect, box, colour, reached) => {
    const look = { fill: paint(colour), "fill-opacity": reached ? 0.9 : 0.28, display: null };
    put(rect, box ? { ...box, ...look } : { display: "none" });
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
