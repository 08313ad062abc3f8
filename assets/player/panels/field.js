/**
 * Everything there is, one pixel a thing, and how little of it is left: what glows, what was recalled, what is shown.
 * Pixels and candidates are on a canvas; what is shown and what is marked lie above it, for they are few and can be reached.
 */
const LOOKS = [
  { glow: 1, candidates: 0, size: 2.6, shown: 0 },
  { glow: 0.6, candidates: 1, size: 2.3, shown: 0 },
  { glow: 0.42, candidates: 0.85, size: 1.3, shown: 1 },
];
const IN_TRAINING = { ...LOOKS[1], glow: 0 }; // how near all were at a step is not recorded: what was recalled alone
const NEAR = 8; // pixels of the page around a dot that are the dot's

// ---- laying out

/** Where the picture lies, between the signs and the legend. Squares stay square; where pixels are smaller than the screen's,
 * nobody sees their shape and the box is filled. @param {number} scale pixels of the canvas to one of the page
 * @param {number} grid the least of them to a light */
function fieldBox({ width, height }, size, text, rows, below, scale, grid) {
  const box = { left: text + 8, top: rows * (text + 2) + 5, right: size.w - 1, bottom: size.h - below };
  const enlarged = Math.min((box.right - box.left) / width, (box.bottom - box.top) / height);
  if ((enlarged * scale) / grid < 1) return box;
  return { ...box, right: box.left + width * enlarged, bottom: box.top + height * enlarged };
}

/** What the picture is called: where the screen has fewer pixels than there are things, it says how many share one. */
function fieldTitle({ title, shared_title, total }, canvas) {
  const shares = total / Math.max(canvas.width * canvas.height, 1);
  return shared_title && shares > 1.05 ? fill(shared_title, { count: formatFixed(shares, 1) }) : title;
}

/** The middle of a pixel on the board. */
const pixelSpot = ({ width, height }, box, pixel) => ({
  x: box.left + (((pixel % width) + 0.5) * (box.right - box.left)) / width,
  y: box.top + ((Math.floor(pixel / width) + 0.5) * (box.bottom - box.top)) / height,
});

/** The size of the image of the lights. Where pixels are too small to see, few lights are drawn larger, to be seen from afar.
 * @param {{width, height}} canvas @param {number} count of the lights */
function lightsImage(panel, canvas, grid, count) {
  if (canvas.width >= panel.width * grid && canvas.height >= panel.height * grid) return [panel.width, panel.height];
  const room = (canvas.width * canvas.height) / grid ** 2,
    light = grid * Math.min(Math.max(Math.round(Math.sqrt(room / (8 * Math.max(count, 1)))), 1), 3);
  return [canvas.width, canvas.height].map((side) => Math.ceil(side / light));
}

/** The pixels an array names at a moment, each with its index and label; what is none is left out.
 * @param {Field} field (S, F, N) @param {string[][][]} labels [S][F][n] */
function namedPixels(field, { s, f }, panel, labels = []) {
  const frames = labels[Math.min(s, labels.length - 1)] ?? [],
    words = frames[Math.min(f, frames.length - 1)] ?? [];
  const all = Array.from({ length: field?.shape[2] ?? 0 }, (_, n) => ({
    n,
    pixel: sample(field, { s, f }, n),
    label: words[n] ?? "",
  }));
  return all.filter(({ pixel }) => pixel >= 0 && pixel < panel.width * panel.height);
}

/** Which band a pixel is in, or -1. */
const bandAt = ({ bands, width }, pixel) =>
  bands.findIndex(({ start, end }) => pixel % width >= start && pixel % width < end);

/** The nearest of some pixels, if it is within reach of a place on the board; else none. */
function within(some, here, spot, zoom) {
  const [least] = some
    .map(({ pixel }) => ({ pixel, away: Math.hypot(spot(pixel).x - here.x, spot(pixel).y - here.y) * zoom }))
    .sort((a, b) => a.away - b.away);
  return least && least.away <= NEAR ? least.pixel : null;
}

// ---- what is under the pointer

/** What a field says of its pixels, and what happens to them.
 * @param {() => object} panel as it is now @param {object} reads what it shows at this moment */
function makePointing(panel, app, reads) {
  const { box, canvas, spot, named, rung, born, glow } = reads;

  /** The dot within reach, the stressed before the others; else the known thing drawn there, else the thing there. */
  const under = (event) => {
    const outer = canvas.getBoundingClientRect(),
      { width, height } = panel(),
      { left, top, right, bottom } = box(),
      u = Math.min(Math.max((event.clientX - outer.left) / outer.width, 0), 0.999999),
      v = Math.min(Math.max((event.clientY - outer.top) / outer.height, 0), 0.999999),
      here = { x: left + u * (right - left), y: top + v * (bottom - top) };
    for (const some of [named("marked"), rung() === 2 ? named("shown") : [], rung() >= 1 ? named("candidates") : []]) {
      const found = within(some, here, spot, app.zoom);
      if (found !== null) return found;
    }
    const k = glow.at(u, v);
    return k >= 0 ? reads.field("pixels").data[k] : Math.floor(v * height) * width + Math.floor(u * width);
  };

  const describe = (pixel) => {
    const { marked_labels, shown_labels, candidate_label, unborn_label, cold_label, known_label, width } = panel(),
      of = (name, labels) => named(name, labels).find((one) => one.pixel === pixel),
      lost = of("marked", marked_labels),
      shown = rung() === 2 && of("shown", shown_labels),
      recalled = rung() >= 1 && of("candidates");
    if (lost) return lost.label;
    if (shown) return `${shown.n + 1}. ${shown.label}`;
    if (recalled) return fill(candidate_label, { place: recalled.n + 1 });
    if (Math.floor(pixel / width) < born(reads.now())[bandAt(panel(), pixel)]) return unborn_label;
    const k = reads.field("pixels").data.indexOf(pixel);
    if (k < 0) return cold_label;
    if (reads.step() !== null) return panel().title;
    return fill(known_label, { glow: formatFixed(sample(reads.field("glow"), reads.now(), k), 2) });
  };

  const regard = (event, pixel) => {
    const band = panel().bands[bandAt(panel(), pixel)];
    if (!band) return release();
    app.hover(`pixel:${pixel}`);
    app.tip.show(event, describe(pixel), band.label ? [{ label: band.label, value: "" }] : []);
  };
  const regardPixel = (pixel) => {
    const outer = canvas.getBoundingClientRect(),
      { x, y } = spot(pixel);
    regard({ clientX: outer.left + (x - box().left) * app.zoom, clientY: outer.top + (y - box().top) * app.zoom }, pixel);
  };
  const release = () => {
    app.hover(null);
    app.tip.hide();
  };
  canvas.addEventListener("pointermove", (event) => regard(event, under(event)));
  canvas.addEventListener("pointerleave", release);
  canvas.addEventListener("click", (event) => {
    const pixel = under(event);
    if (bandAt(panel(), pixel) >= 0) reads.choose(pixel);
  });
  return { regardPixel, release };
}

// ---- drawing

function makeField(panel, app) {
  const frame = panelFrame(panel, "field");
  const { board, area } = frame;
  const canvas = html("canvas", { class: "cells sky", role: "img" });
  area.prepend(canvas);
  put(board, { class: "board field over", role: "group", "aria-label": panel.title });
  const signs = svg("g", { class: "grid" }),
    chosenRing = svg("circle", { class: "sky-chosen", display: "none" }),
    cursor = svg("circle", { class: "sky-cursor", display: "none" });
  const glow = makeGlow(),
    lights = makeLights(),
    sky = makeSky(canvas, glow);
  let size = { w: 0, h: 0 },
    box = null,
    legend = null,
    laidOut = "",
    drawn = "",
    placed = "",
    chosen = null;

  const field = (name) => app.fields()[panel[name]];
  const rung = () => Math.min(Math.max(app.spec.rungs.findIndex((r) => r.id === app.state.rung), 0), LOOKS.length - 1);
  const now = () => ({ s: app.state.s, f: Math.round(app.state.view.f) });
  const named = (name, labels) => namedPixels(field(name), now(), panel, labels);
  const step = () => (app.state.course === null ? null : Math.round(app.state.course));
  const spot = (pixel) => pixelSpot(panel, box, pixel);
  const born = ({ f }) => panel.bands.map((_, n) => sample(field("born"), { s: 0, f }, n) || 0);
  const choose = (pixel) => {
    chosen = pixel;
    app.click(panel.id, null, pixel, null);
  };
  const reads = { box: () => box, canvas, spot, named, rung, born, glow, field, now, choose, step },
    pointing = makePointing(() => panel, app, reads);
  const picks = makePicks(app, { spot, choose, regard: pointing.regardPixel, release: pointing.release });
  board.append(signs, picks.root, chosenRing, cursor);

  // ---- its place

  const scale = () => Math.min(app.ratio * app.zoom, 2.5);
  /** Pixels of the canvas to a light: it is never finer than a pixel of the page, or nobody would see it. */
  const grid = () => Math.max(Math.floor(scale()), 1);

  const measure = () => {
    const text = app.textSize(),
      below = makeLegend(text),
      { rows, write } = skySigns(panel, size.w, text, app.font());
    box = fieldBox(panel, size, text, rows, below, scale(), grid());
    put(canvas, {
      style: `left:${box.left}px;top:${box.top}px;width:${px(box.right - box.left)}px;height:${px(box.bottom - box.top)}px`,
    });
    canvas.width = Math.max(Math.round((box.right - box.left) * scale()), 1);
    canvas.height = Math.max(Math.round((box.bottom - box.top) * scale()), 1);
    legend?.settle(box.bottom + 5);
    signs.replaceChildren(...write(box));
    laidOut = drawn = placed = "";
  };
  const makeLegend = (text) => {
    legend?.root.remove();
    legend = panel.legend.some(Boolean) ? skyLegend(panel.legend, size.w - 4, text, app.font()) : null;
    if (legend) board.append(legend.root);
    return legend ? legend.height + 8 : 2;
  };

  // ---- its picture

  const layOut = () => {
    const ids = field("pixels").data,
      [w, h] = lightsImage(panel, canvas, grid(), ids.length);
    glow.lay(ids, panel.width, panel.height, w, h, Math.max(Math.round((9 * scale() * w) / canvas.width), 2));
    lights.lay(ids, panel);
  };

  const render = (moment, elapsed) => {
    if (!size.w || !field("pixels") || !field("glow")) return false;
    const { s, stageId, dark } = app.state,
      moving = lights.settle(step() === null ? LOOKS[rung()] : IN_TRAINING, s, elapsed, app.state.calm),
      lit = `${s}|${moment.f}|${lights.fade()}|${stageId}`;
    if (laidOut !== stageId) {
      layOut();
      laidOut = stageId;
      drawn = placed = "";
    }
    const key = `${lit}|${Object.values(lights.look())}|${dark}|${step()}`;
    if (key !== drawn) {
      const rows = born(moment);
      if (!drawn.startsWith(`${lit}|`)) glow.light(lights.brighten(field("glow"), s, moment.f, rows));
      drawn = key;
      paintSky(rows);
    }
    place();
    point();
    return moving;
  };

  const paintSky = (rows) => {
    const cell = { w: canvas.width / panel.width, h: canvas.height / panel.height },
      scene = { bands: panel.bands, born: rows, cell, dark: app.state.dark, width: panel.width, height: panel.height };
    const dots = named("candidates").map(({ pixel }) => {
      const { x, y } = spot(pixel);
      return { x: (x - box.left) * scale(), y: (y - box.top) * scale() };
    });
    sky(scene, lights.look(), dots, scale());
    put(canvas, { "aria-label": `${panel.title}: ${panel.total.toLocaleString("en-US")}` });
    picks.show(lights.look().shown);
  };

  const place = () => {
    const key = `${app.state.s}|${now().f}|${app.state.stageId}|${rung()}|${step()}`;
    if (key === placed) return;
    placed = key;
    const lost = step() === null ? named("marked", panel.marked_labels) : []; // lost by the trained models
    picks.place(rung() === 2 ? named("shown", panel.shown_labels) : [], lost, box);
    legend?.show([step() === null, rung() >= 1, rung() >= 2, lost.length > 0]);
  };

  const point = () => {
    circle(cursor, app.state.hovered?.startsWith("pixel:") ? Number(app.state.hovered.slice(6)) : -1);
    circle(chosenRing, chosen ?? -1);
  };
  const circle = (ring, pixel) =>
    put(
      ring,
      pixel >= 0 && pixel < panel.width * panel.height
        ? { cx: px(spot(pixel).x), cy: px(spot(pixel).y), r: Math.round(app.textSize() * 0.95), display: null }
        : { display: "none" },
    );

  return {
    root: frame.root,
    board,
    canvas,
    render,
    origin: () => ({ x: box.left, y: box.top }),
    resize: (w, h) => {
      size = { w, h };
      measure();
      say(frame.heading, fieldTitle(panel, canvas));
    },
    update: (next) => {
      panel = next;
      say(frame.heading, fieldTitle(panel, canvas));
      laidOut = drawn = placed = "";
    },
  };
}

MAKERS.Field = makeField;
