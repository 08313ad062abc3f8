/**
 * Everything there is, one pixel a thing, and how little of it is left: what glows, what was recalled, what is shown.
 * Pixels and candidates are on a canvas; what is shown and what is marked lie above it, for they are few and can be reached.
 */
const LOOKS = [
  { glow: 1, candidates: 0, size: 2.6, shown: 0 },
  { glow: 0.6, candidates: 1, size: 2.3, shown: 0 },
  { glow: 0.42, candidates: 0.85, size: 1.3, shown: 1 },
];
const SETTLE_MS = 55; // a change of rung or of user: nine tenths of the way in an eighth of a second
const NEAR = 8; // pixels of the page around a dot that are the dot's

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
    sky = makeSky(canvas, glow),
    picks = makePicks(app, { spot: (pixel) => spot(pixel), choose: (pixel) => choose(pixel), regard: (pixel) => regardPixel(pixel), release: () => release() });
  board.append(signs, picks.root, chosenRing, cursor);
  let size = { w: 0, h: 0 },
    box = null,
    legend = null,
    laidOut = "",
    drawn = "",
    placed = "",
    look = null,
    levels = new Float32Array(0),
    before = null, // what glowed for the user before, while it fades
    fade = 1,
    bandOf = null,
    rowOf = null,
    user = null,
    chosen = null;

  const field = (name) => app.fields()[panel[name]];
  const rung = () => Math.min(Math.max(app.spec.rungs.findIndex((r) => r.id === app.state.rung), 0), LOOKS.length - 1);
  const now = () => Math.round(app.state.view.f);
  /** The pixels an array names at this moment, each with its index and label; what is none is left out. */
  const named = (name, labels = []) => {
    const one = field(name),
      frames = labels[Math.min(app.state.s, labels.length - 1)] ?? [],
      words = frames[Math.min(now(), frames.length - 1)] ?? [];
    return Array.from({ length: one?.shape[2] ?? 0 }, (_, n) => ({
      n,
      pixel: sample(one, { s: app.state.s, f: now() }, n),
      label: words[n] ?? "",
    })).filter(({ pixel }) => pixel >= 0 && pixel < panel.width * panel.height);
  };
  /** The middle of a pixel on the board. */
  const spot = (pixel) => ({
    x: box.left + (((pixel % panel.width) + 0.5) * (box.right - box.left)) / panel.width,
    y: box.top + ((Math.floor(pixel / panel.width) + 0.5) * (box.bottom - box.top)) / panel.height,
  });

  // ---- laying out

  const scale = () => Math.min(app.ratio * app.zoom, 2.5);
  /** Pixels of the canvas to a light: it is never finer than a pixel of the page, or nobody would see it. */
  const grid = () => Math.max(Math.floor(scale()), 1);

  const measure = () => {
    const text = app.textSize(),
      below = makeLegend(text),
      { rows, write } = skySigns(panel, size.w, text, app.font()),
      room = { left: text + 8, top: rows * (text + 2) + 5, right: size.w - 1, bottom: size.h - below };
    const enlarged = Math.min((room.right - room.left) / panel.width, (room.bottom - room.top) / panel.height);
    box = { ...room };
    if ((enlarged * scale()) / grid() >= 1) {
      // Squares stay square; where pixels are smaller than the screen's, nobody sees their shape and the box is filled.
      box.right = room.left + panel.width * enlarged;
      box.bottom = room.top + panel.height * enlarged;
    }
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
  // ---- what glows

  /** The image of the lights where pixels are too small to see: few of them are drawn larger, to be seen from afar. */
  const lightsOn = (count) => {
    const room = (canvas.width * canvas.height) / grid() ** 2,
      light = grid() * Math.min(Math.max(Math.round(Math.sqrt(room / (8 * Math.max(count, 1)))), 1), 3);
    return [canvas.width, canvas.height].map((side) => Math.ceil(side / light));
  };

  const layOut = () => {
    const ids = field("pixels").data,
      enlarged = canvas.width >= panel.width * grid() && canvas.height >= panel.height * grid(),
      [w, h] = enlarged ? [panel.width, panel.height] : lightsOn(ids.length);
    glow.lay(ids, panel.width, panel.height, w, h, Math.max(Math.round((9 * scale() * w) / canvas.width), 2));
    levels = new Float32Array(ids.length);
    [before, fade] = [null, 1];
    bandOf = Uint16Array.from(ids, (id) => Math.max(panel.bands.findIndex(({ end }) => id % panel.width < end), 0));
    rowOf = Uint16Array.from(ids, (id) => Math.floor(id / panel.width));
  };

  /** How bright each is between two frames, and while another user's picture fades; below 0 what does not exist yet. */
  const brighten = (f, born) => {
    const one = field("glow"),
      f0 = Math.floor(f),
      t = f - f0,
      a = offsetAt(one, app.state.s, f0),
      b = offsetAt(one, app.state.s, f0 + 1),
      { data } = one;
    for (let k = 0; k < levels.length; k += 1) {
      let level = data[a + k];
      if (t) level += (data[b + k] - level) * t;
      if (fade < 1 && before[k] > 0) level = before[k] + (level - before[k]) * fade;
      else if (fade < 1) level *= fade;
      levels[k] = rowOf[k] < born[bandOf[k]] ? -1 : level;
    }
  };

  const settle = (elapsed) => {
    const goal = LOOKS[rung()],
      instant = app.state.calm || !look;
    look ??= { ...goal };
    for (const name of Object.keys(goal)) look[name] = follow(look[name], goal[name], elapsed, instant, SETTLE_MS);
    if (user !== app.state.s) {
      [before, fade] = user === null ? [null, 1] : [levels.slice(), 0];
      user = app.state.s;
    }
    fade = before ? follow(fade, 1, elapsed, app.state.calm, SETTLE_MS) : 1;
    return fade < 1 || Object.keys(goal).some((name) => look[name] !== goal[name]);
  };

  const bornAt = (moment) => panel.bands.map((_, n) => sample(field("born"), { s: 0, f: moment.f }, n) || 0);

  const render = (moment, elapsed) => {
    if (!size.w || !field("pixels") || !field("glow")) return false;
    const { s, stageId, dark } = app.state,
      moving = settle(elapsed),
      lit = `${s}|${moment.f}|${fade}|${stageId}`;
    if (laidOut !== stageId) {
      layOut();
      laidOut = stageId;
      drawn = placed = "";
    }
    const key = `${lit}|${Object.values(look)}|${dark}`;
    if (key !== drawn) {
      const born = bornAt(moment);
      if (!drawn.startsWith(`${lit}|`)) {
        brighten(moment.f, born);
        glow.light(levels);
      }
      drawn = key;
      paintSky(born);
    }
    place();
    point();
    return moving;
  };

  const paintSky = (born) => {
    const cell = { w: canvas.width / panel.width, h: canvas.height / panel.height },
      scene = { bands: panel.bands, born, cell, dark: app.state.dark, width: panel.width, height: panel.height };
    const dots = named("candidates").map(({ pixel }) => {
      const { x, y } = spot(pixel);
      return { x: (x - box.left) * scale(), y: (y - box.top) * scale() };
    });
    sky(scene, look, dots, scale());
    put(canvas, { "aria-label": `${panel.title}: ${panel.total.toLocaleString("en-US")}` });
    picks.show(look.shown);
  };

  const place = () => {
    const key = `${app.state.s}|${now()}|${app.state.stageId}|${rung()}`;
    if (key === placed) return;
    placed = key;
    const lost = named("marked", panel.marked_labels);
    picks.place(rung() === 2 ? named("shown", panel.shown_labels) : [], lost, box);
    legend?.show([true, rung() >= 1, rung() >= 2, lost.length > 0]);
  };

  // ---- what is under the pointer

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

  /** The dot within reach, the stressed before the others; else the known thing drawn there, else the thing there. */
  const under = (event) => {
    const outer = canvas.getBoundingClientRect(),
      u = Math.min(Math.max((event.clientX - outer.left) / outer.width, 0), 0.999999),
      v = Math.min(Math.max((event.clientY - outer.top) / outer.height, 0), 0.999999),
      here = { x: box.left + u * (box.right - box.left), y: box.top + v * (box.bottom - box.top) };
    const kinds = [named("marked"), rung() === 2 ? named("shown") : [], rung() >= 1 ? named("candidates") : []];
    for (const some of kinds) {
      const [least] = some
        .map(({ pixel }) => ({ pixel, away: Math.hypot(spot(pixel).x - here.x, spot(pixel).y - here.y) * app.zoom }))
        .sort((a, b) => a.away - b.away);
      if (least && least.away <= NEAR) return least.pixel;
    }
    const k = glow.at(u, v);
    return k >= 0 ? field("pixels").data[k] : Math.floor(v * panel.height) * panel.width + Math.floor(u * panel.width);
  };
  const bandAt = (pixel) => panel.bands.findIndex(({ start, end }) => pixel % panel.width >= start && pixel % panel.width < end);

  const describe = (pixel) => {
    const of = (name, labels) => named(name, labels).find((one) => one.pixel === pixel),
      lost = of("marked", panel.marked_labels),
      shown = rung() === 2 && of("shown", panel.shown_labels),
      recalled = rung() >= 1 && of("candidates");
    if (lost) return lost.label;
    if (shown) return `${shown.n + 1}. ${shown.label}`;
    if (recalled) return fill(panel.candidate_label, { place: recalled.n + 1 });
    if (Math.floor(pixel / panel.width) < bornAt({ f: now() })[bandAt(pixel)]) return panel.unborn_label;
    const k = field("pixels").data.indexOf(pixel);
    if (k < 0) return panel.cold_label;
    return fill(panel.known_label, { glow: formatFixed(sample(field("glow"), { s: app.state.s, f: now() }, k), 2) });
  };
  const regard = (event, pixel) => {
    const band = panel.bands[bandAt(pixel)];
    if (!band) return release();
    app.hover(`pixel:${pixel}`);
    app.tip.show(event, describe(pixel), band.label ? [{ label: band.label, value: "" }] : []);
  };
  const regardPixel = (pixel) => {
    const outer = canvas.getBoundingClientRect(),
      { x, y } = spot(pixel);
    regard({ clientX: outer.left + (x - box.left) * app.zoom, clientY: outer.top + (y - box.top) * app.zoom }, pixel);
  };
  const release = () => {
    app.hover(null);
    app.tip.hide();
  };
  const choose = (pixel) => {
    chosen = pixel;
    app.click(panel.id, null, pixel, null);
  };
  canvas.addEventListener("pointermove", (event) => regard(event, under(event)));
  canvas.addEventListener("pointerleave", release);
  canvas.addEventListener("click", (event) => {
    const pixel = under(event);
    if (bandAt(pixel) >= 0) choose(pixel);
  });

  return {
    root: frame.root,
    board,
    canvas,
    render,
    origin: () => ({ x: box.left, y: box.top }),
    resize: (w, h) => {
      size = { w, h };
      measure();
    },
    update: (next) => {
      panel = next;
      say(frame.heading, panel.title);
      laidOut = drawn = placed = "";
    },
  };
}

MAKERS.Field = makeField;
