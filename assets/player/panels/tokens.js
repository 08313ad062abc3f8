/**
 * A sentence on one line under its ribbons. One word is the source; at every later word a rung's ribbon is as thick as what is
 * left of what the source wrote. Words that have no room are ticks.
 */
/** A share as a number: small ones with a digit more. */
const percentOf = (share) =>
  !Number.isFinite(share) ? "–" : `${share > 0 && share < 0.001 ? "< 0.1" : (100 * share).toFixed(share < 0.1 ? 1 : 0)}`;

/** Words on one line: all of them where they have room, else those that must be named, and ticks between them.
 * @param {string[]} words @param {number[]} named places to name, the most important first
 * @returns {{x: number, width: number, words: string}[]} "·" for a tick */
function tokenPlaces(words, named, left, right, text, family) {
  const font = `500 ${text}px ${family}`,
    pad = text * 0.6,
    room = right - left,
    full = words.map((word) => Math.max(textWidth(word, font), text * 0.4) + pad),
    least = 2.5;
  const spread = (widths, said) => {
    let x = left;
    return widths.map((width, n) => {
      x += width;
      return { x: x - width, width, words: said(n) };
    });
  };
  if (full.reduce((a, b) => a + b, 0) <= room) return spread(full, (n) => words[n]);
  const shown = new Set();
  let used = words.length * least;
  for (const n of named) {
    if (shown.has(n) || used + full[n] - least > room) continue;
    shown.add(n);
    used += full[n] - least;
  }
  const tick = (room - [...shown].reduce((sum, n) => sum + full[n], 0)) / Math.max(words.length - shown.size, 1);
  return spread(words.map((_, n) => (shown.has(n) ? full[n] : tick)), (n) => (shown.has(n) ? words[n] : "·"));
}

/** A piece of ribbon over one word, around the middle of a row that begins at `top` and is `most` high.
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
    sides = svg("g");
  board.append(sides, belts, words);

  let size = { w: 0, h: 0 },
    source = panel.source,
    parts = [],
    row = 0,
    right = 0,
    shownKey = "";

  const rungs = () => app.spec.rungs.map(({ id }) => id).filter((id) => panel.belts[id]);
  const names = () => app.spec.names[app.state.s] ?? [];
  const begin = () => Math.max(names().findIndex(Boolean), 0);
  const sourceFrame = () => Math.min(begin() + source, names().length - 1);
  const left = (rung, f) => {
    const belt = app.fields()[panel.belts[rung]];
    return belt ? sample(belt, { s: app.state.s, f: 0 }, sourceFrame() * belt.shape[3] + f) : NaN;
  };
  const percent = (share) => (Number.isFinite(share) ? fill(panel.percent, { value: percentOf(share) }) : "–");
  const rowsOf = (f) => (f < sourceFrame() ? [] : rungs().map((rung) => ({ label: panel.names[rung], value: percent(left(rung, f)), colour: paint(panel.colours[rung]) })));

  const makeToken = (f, text, words_) => {
    const back = svg("rect", { class: "token-back", rx: 4 }),
      label = svg("text", { class: "token-word", "text-anchor": "middle" }),
      group = svg("g", { class: `token${words_ === text ? "" : " tick"}`, tabindex: -1, role: "button", "data-word": text }, back, label),
      ribbons = rungs().map(() => svg("rect", { class: "belt" }));
    say(label, words_);
    belts.append(...ribbons);
    group.addEventListener("click", () => {
      source = f - begin();
      parts = [];
      shownKey = "";
      app.click(panel.id, null, f, null);
    });
    group.addEventListener("pointermove", (event) => app.tip.show(event, text, rowsOf(f)));
    group.addEventListener("pointerleave", () => app.tip.hide());
    words.append(group);
    return { f, text, tick: words_ !== text, back, label, group, ribbons };
  };

  const place = () => {
    belts.replaceChildren();
    words.replaceChildren();
    const text = app.textSize() + 1,
      small = `400 ${app.textSize()}px ${app.font()}`,
      said = names().slice(begin()),
      last = said.length - 1,
      from = Math.max(...rungs().map((rung) => textWidth(panel.names[rung], small))) + 10;
    right = size.w - textWidth(fill(panel.percent, { value: "100" }), small) - 8;
    row = Math.min((size.h - text * 2) / rungs().length, text * 2);
    const middle = rungs().length * row + text * 0.95,
      places = tokenPlaces(said, [Math.min(source, last), last, last - 1, last - 2, 0], Math.min(from, size.w * 0.3), right, text, app.font());
    parts = said.map((word, n) => Object.assign(makeToken(begin() + n, word, places[n].words), places[n]));
    parts.forEach(({ x, width, back, label }) => {
      put(back, { x: px(x), y: px(middle - text * 0.75), width: px(Math.max(width, 1)), height: px(text * 1.5) });
      put(label, { x: px(x + width / 2), y: px(middle + text * 0.34), style: `font-size:${text}px` });
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
    for (const { f, text, tick, group, ribbons, ...spot } of parts) {
      ribbons.forEach((ribbon, n) => draw(ribbon, ribbonBox(spot, f < from ? NaN : left(rungs()[n], f), row * 0.78, n * row), rungs()[n], f <= now));
      put(group, {
        class: `token${tick ? " tick" : ""}${f === from ? " source" : ""}${f === now ? " now" : ""}${f > now ? " later" : ""}`,
        "aria-label": [text, ...rowsOf(f).map((one) => `${one.label} ${one.value}`)].join(", "),
        "aria-pressed": String(f === from),
      });
    }
    tell(Math.max(now, from), from);
    return false;
  };

  /** The heading, the rungs' names before their ribbons, and behind them what is left at word `at` of what word `from` wrote. */
  const tell = (at, from) => {
    const said = names(),
      text = app.textSize(),
      font = `400 ${text}px ${app.font()}`;
    say(frame.heading, fill(panel.heading, { source: said[from] ?? "", now: said[at] ?? "" }));
    sides.replaceChildren(
      ...svgAll(
        rungs().flatMap((rung, n) => {
          const y = px(n * row + row * 0.39 + text * 0.34),
            own = rung === app.state.rung ? " loud" : "";
          return [
            ["text", { x: 0, y, class: `token-rung${own}` }, fitText(panel.names[rung], size.w * 0.3 - 8, font)],
            ["text", { x: px(size.w), y, "text-anchor": "end", class: `token-left${own}` }, percent(left(rung, at))],
          ];
        }),
      ),
    );
  };

  const draw = (rect, box, rung, reached) => {
    const look = { fill: paint(panel.colours[rung]), "fill-opacity": reached ? 0.9 : 0.28, display: null };
    put(rect, box ? { ...box, ...look } : { display: "none" });
  };

  return {
    root: frame.root,
    board,
    render,
    resize: (w, h) => {
      size = { w, h };
      parts = [];
      shownKey = "";
    },
    update: (next) => {
      if (next.source !== panel.source) source = next.source;
      panel = next;
      parts = [];
      shownKey = "";
    },
  };
}

MAKERS.Tokens = makeTokens;
