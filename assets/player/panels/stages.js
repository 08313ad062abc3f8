/**
 * What each stage leaves of the best possible: a bar a stage from 0 to 1, hollow where it could still be had, full where it is
 * served. What the largest drop took is marked in the bar below it.
 */

/** Where everything lies: names with their counts, the bars, the numbers at their right, and room for the marks below. */
function stagesPlan(panel, counts, size, text, family) {
  const font = `600 ${text}px ${family}`,
    plain = `400 ${text}px ${family}`,
    widest = (words, of) => Math.max(0, ...words.map((word) => textWidth(word, of))),
    columns = { name: 0, count: widest(panel.names, font) + 10 },
    left = Math.min(columns.count + widest(counts, plain) + 10, size.w * 0.55),
    box = { left, right: Math.max(size.w - text * 3, left), top: 2, bottom: Math.max(size.h - text - 12, 40) },
    pitch = (box.bottom - box.top) / Math.max(panel.names.length, 1);
  return { box, font, plain, columns, pitch, x: linearScale([0, 1], [box.left, box.right]), middles: panel.names.map((_, n) => box.top + (n + 0.5) * pitch) };
}

/** The stage that takes most, by the shares that are left from one to the next. @returns {number} -1 where none does */
function largestDrop(shares) {
  let most = 0,
    at = -1;
  for (let n = 1; n < shares.length; n += 1)
    if (shares[n - 1] - shares[n] > most) {
      most = shares[n - 1] - shares[n];
      at = n;
    }
  return at;
}

const GLIDE_MS = 140; // another user: nine tenths of the way in a third of a second

/** The bars on their way from what is drawn to another user's, each straight to its own share. */
const glide = (drawn, goal, elapsed, calm) => goal.map((share, n) => follow(drawn?.[n] ?? share, share, elapsed, calm || !Number.isFinite(drawn?.[n]), GLIDE_MS));

function makeStages(panel, app) {
  const frame = panelFrame(panel, "stages");
  const { board } = frame;
  put(board, { role: "group", "aria-label": panel.title });
  const body = svg("g"),
    marks = svg("g");
  board.append(body, marks);
  let rows = [],
    ticks = [],
    size = { w: 0, h: 0 },
    plan,
    drawn = null; // what the bars show while they glide

  const countsAt = ({ s, f }) => {
    const frames = panel.counts[Math.min(s, panel.counts.length - 1)] ?? [];
    return frames[Math.min(f, frames.length - 1)] ?? panel.names.map(() => "");
  };

  const build = () => {
    rows = panel.names.map((_, n) => {
      const [track, drop, bar] = ["stage-track", "stage-drop", n === panel.names.length - 1 ? "stage-bar full" : "stage-bar"].map((kind) => svg("rect", { class: kind, rx: 2 })),
        [name, count, share, gone] = ["stage-name", "stage-count number", "stage-share number", "stage-gone number"].map((kind) => svg("text", { class: kind }));
      const group = svg("g", { role: "img" }, track, drop, bar, name, count, share, gone);
      return { group, track, drop, bar, name, count, share, gone };
    });
    body.replaceChildren(...rows.map((row) => row.group));
    ticks = panel.mark_labels.map(() => ({ line: svg("line", { class: "stage-mark" }), words: svg("text", { class: "stage-marked number" }) }));
    marks.replaceChildren(...ticks.flatMap(({ line, words }) => [line, words]));
  };

  const measure = () => {
    const every = panel.counts.flat(2);
    plan = stagesPlan(panel, every, size, app.textSize(), app.font());
  };

  const drawRow = (row, n, shares, printed, counts, worst) => {
    const { box, x, pitch, middles, columns, font } = plan,
      thick = Math.min(pitch * 0.6, 26),
      y = middles[n],
      base = y + app.textSize() * 0.36,
      at = { y: px(y - thick / 2), height: px(thick) };
    put(row.track, { x: px(x(0)), width: px(x(1) - x(0)), ...at });
    put(row.bar, { x: px(x(0)), width: px(Math.max(x(shares[n]) - x(0), 0.5)), ...at });
    const dropped = n === worst && shares[n - 1] > shares[n];
    put(row.drop, dropped ? { x: px(x(shares[n])), width: px(x(shares[n - 1]) - x(shares[n])), ...at, display: null } : { display: "none" });
    say(row.gone, dropped ? fill(panel.drop_label, { share: formatShare(printed[n - 1] - printed[n]) }) : "");
    put(row.gone, { x: px((x(shares[n]) + x(shares[n - 1] ?? 1)) / 2), y: px(base), "text-anchor": "middle" });
    say(row.name, fitText(panel.names[n], columns.count - 6, font));
    put(row.name, { x: 0, y: px(base) });
    say(row.count, counts[n] ?? "");
    put(row.count, { x: px(box.left - 10), y: px(base), "text-anchor": "end" });
    say(row.share, formatShare(printed[n]));
    put(row.share, { x: size.w, y: px(base), "text-anchor": "end" });
    put(row.group, { "aria-label": `${panel.names[n]} ${counts[n] ?? ""}: ${formatShare(printed[n])}` });
  };

  /** The marks on the last bar, their words apart from each other below it. */
  const drawMarks = (moment, at) => {
    const { box, x, pitch, middles, plain } = plan,
      field = app.fields()[panel.marks],
      y = middles.at(-1),
      half = Math.min(pitch * 0.6, 26) / 2;
    const known = ticks.map((tick, m) => ({ tick, v: sample(field, moment, m), words: fill(panel.mark_labels[m], { share: formatShare(sample(field, at, m)) }) }));
    let right = size.w;
    for (const { tick, v, words } of [...known].sort((a, b) => b.v - a.v)) {
      const shown = Number.isFinite(v);
      put(tick.line, shown ? { x1: px(x(v)), x2: px(x(v)), y1: px(y - half - 3), y2: px(y + half + 4), display: null } : { display: "none" });
      say(tick.words, shown ? words : "");
      const wide = textWidth(words, plain),
        start = Math.min(Math.max(x(v) - 4, 0), right - wide);
      put(tick.words, { x: px(Math.max(start, 0)), y: px(box.bottom + app.textSize() + 6) });
      if (shown) right = start - 14;
    }
  };

  const render = (moment, elapsed) => {
    if (!size.w) return false;
    const at = nearest({ s: app.state.s, f: moment.f }),
      field = app.fields()[panel.shares],
      read = (when) => panel.names.map((_, n) => sample(field, when, n)),
      goal = read({ s: app.state.s, f: moment.f }),
      shares = glide(drawn, goal, elapsed, app.state.calm),
      printed = read(at),
      counts = countsAt(at),
      worst = largestDrop(printed);
    rows.forEach((row, n) => drawRow(row, n, shares, printed, counts, worst));
    drawMarks(moment, at);
    drawn = shares;
    return shares.some((share, n) => Number.isFinite(goal[n]) && share !== goal[n]);
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
      const same = JSON.stringify([next.names, next.mark_labels]) === JSON.stringify([panel.names, panel.mark_labels]);
      panel = next;
      if (!same) build();
      if (size.w) measure();
    },
  };
}

MAKERS.Stages = makeStages;
