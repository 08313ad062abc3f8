/**
 * Directions in the unit circle: the tasks' own directions as arrows, what the network has learned as dots. The arrows open
 * as the sweep moves; the angle between the first two is the task correlation (its cosine).
 */
const DOT_RADIUS = 4.5;

// ---- laying out

/** The circle and the words beside it, where there is a caption. @returns {{x, y, radius, words}} centre, radius and where the
 * words begin, in pixels */
function planePlace({ w, h }, text, caption) {
  const words = caption ? Math.min(Math.max(w - h - 16, 0), text * 15) : 0,
    room = w - words,
    radius = Math.max(Math.min(room / 2 - 22, h / 2 - 19), 20),
    x = Math.min(room / 2, radius + 34);
  return { x, y: h / 2 + 1, radius, words: x + radius + 40 };
}

/** Lines of at most this width, at most four; a text without spaces (Chinese) breaks between any two letters. */
function captionLines(words, width, font) {
  if (width < 60) return [];
  const pieces = words.match(/[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+\s*|\s+/g) ?? [];
  const lines = [""];
  for (const piece of pieces) {
    if (textWidth((lines.at(-1) + piece).trimEnd(), font) > width && lines.at(-1)) lines.push("");
    lines[lines.length - 1] += piece;
  }
  return lines
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(0, 4);
}

/** The point at an angle and a distance from the middle, moved sideways by `off`. */
const polar = ({ x, y }, a, r, off = 0) => ({
  x: x + Math.cos(a) * r - Math.sin(a) * off,
  y: y - Math.sin(a) * r - Math.cos(a) * off,
});

/** An angle as one between −π and π. */
const wrapAngle = (a) => Math.atan2(Math.sin(a), Math.cos(a));

/** An arrow from the middle: its line, its head and its angle. @returns {?object} none for a vector that is missing, or that
 * stands upright on this plane */
function arrowAt(place, vx, vy) {
  if (!(Math.hypot(vx, vy) > 0.05)) return null;
  const angle = Math.atan2(vy, vx),
    length = Math.hypot(vx, vy) * place.radius,
    [tip, back] = [polar(place, angle, length), polar(place, angle, Math.max(length - 10, 0))],
    [left, right] = [4.5, -4.5].map((off) => polar(place, angle, length - 11, off));
  return {
    angle,
    line: { x1: px(place.x), y1: px(place.y), x2: px(back.x), y2: px(back.y) },
    head: `M${px(tip.x)} ${px(tip.y)}L${px(left.x)} ${px(left.y)}L${px(right.x)} ${px(right.y)}Z`,
  };
}

/** By how much the names of the first two arrows, which stand outside the rim, step aside from each other where they meet. */
function stepAside(angles, gap) {
  const shift = angles.map(() => 0);
  if (angles.length < 2) return shift;
  const turn = wrapAngle(angles[1] - angles[0]),
    lack = gap - Math.abs(turn);
  if (lack > 0) {
    const sign = turn < 0 ? -1 : 1;
    shift[0] = (-sign * lack) / 2;
    shift[1] = (sign * lack) / 2;
  }
  return shift;
}

/** The slice between the first two arrows. */
function arcPath(place, angles, turn) {
  const r = place.radius * 0.3,
    [a, b] = angles.slice(0, 2).map((angle) => polar(place, angle, r));
  const arc = `A${px(r)} ${px(r)} 0 0 ${turn > 0 ? 0 : 1} ${px(b.x)} ${px(b.y)}`;
  return `M${px(place.x)} ${px(place.y)}L${px(a.x)} ${px(a.y)}${arc}Z`;
}

/** What a dot is called in the other panels: the part that it belongs to, where that has a name. */
const dotElement = (panel, view, n) => view.group_ids[view.group[n]] ?? `${panel.id}:${n}`;

// ---- drawing

/** A dot that can be looked at, clicked and reached with the keyboard. */
function makeDot(panel, app, view, n, group, rows) {
  const dot = svg("circle", { class: "unit", r: DOT_RADIUS, role: "button", "data-element": `${panel.id}:${n}` });
  dot.addEventListener("pointerenter", () => app.hover(dotElement(panel, view, n)));
  dot.addEventListener("pointermove", (event) => app.tip.show(event, view.point_labels[n] ?? "", rows()));
  dot.addEventListener("pointerleave", () => {
    app.hover(null);
    app.tip.hide();
  });
  dot.addEventListener("focus", () => app.wake());
  dot.addEventListener("blur", () => app.wake());
  dot.addEventListener("click", () => app.click(panel.id, dotElement(panel, view, n), n, group));
  return dot;
}

/** The arrows with their names, the slice between the first two and its angle in words. */
function makeArrows(panel, app) {
  const root = svg("g"),
    arc = svg("path", { class: "arc" }),
    angle = svg("text", { class: "angle number" });
  const heads = panel.arrow_labels.map((label, k) => {
    const casing = svg("line", { class: "shaft casing" }),
      shaft = svg("line", { class: "shaft", stroke: paint(panel.arrow_colours[k]) });
    const head = svg("path", { class: "head", fill: paint(panel.arrow_colours[k]) }),
      name = svg("text", { class: "name loud", style: `--own:${paint(panel.arrow_colours[k])}` });
    name.textContent = label;
    root.append(casing, shaft, head, name);
    return { casing, shaft, head, name };
  });

  const draw = (field, place, moment) => {
    const angles = heads.map(({ casing, shaft, head, name }, k) => {
      const arrow = arrowAt(place, sample(field, moment, k * 2), sample(field, moment, k * 2 + 1));
      for (const part of [casing, shaft, head, name]) put(part, { display: arrow ? null : "none" });
      if (!arrow) return NaN;
      for (const line of [casing, shaft]) put(line, arrow.line);
      put(head, { d: arrow.head });
      return arrow.angle;
    });
    nameArrows(angles, place);
    drawArc(angles, place);
  };

  const nameArrows = (angles, place) => {
    const shift = stepAside(angles, 17 / place.radius);
    heads.forEach(({ name }, k) => {
      if (!Number.isFinite(angles[k])) return;
      const p = polar(place, angles[k] + shift[k], place.radius + 13); // clear of the arrow's head and of dots on the rim
      const c = Math.cos(angles[k] + shift[k]);
      put(name, { x: px(p.x), y: px(p.y + 4), "text-anchor": c > 0.35 ? "start" : c < -0.35 ? "end" : "middle" });
    });
  };

  const drawArc = (angles, place) => {
    const turn = wrapAngle(angles[1] - angles[0]),
      seen = Number.isFinite(turn) && Math.abs(turn) > 0.03;
    put(arc, { display: seen ? null : "none" });
    const degrees = Math.round((Math.abs(turn) * 180) / Math.PI);
    say(angle, Number.isFinite(turn) ? fill(app.words.angle, { degrees }) : "");
    put(angle, { x: px(place.words), y: px(place.y - 17) });
    if (seen) put(arc, { d: arcPath(place, angles, turn) });
  };

  return { root, arc, angle, draw };
}

function makePlane(panel, app) {
  const frame = panelFrame(panel, "plane");
  const { board } = frame;
  put(board, { role: "group", "aria-label": `${panel.title}. ${panel.caption}` });
  const axes = svg("g", { class: "grid" }),
    dots = svg("g", { class: "dots" }),
    arrows = makeArrows(panel, app),
    ring = svg("circle", { class: "ring", r: DOT_RADIUS + 4, display: "none" }),
    side = svg("g", { class: "grid" });
  board.append(axes, arrows.arc, dots, arrows.root, arrows.angle, side, ring);
  let size = { w: 0, h: 0 },
    place,
    drawnDots = [],
    drawnView = null,
    spoken = "",
    colours = [],
    dark = null;

  const view = () => panel.views[app.state.rung] ?? null;

  const build = () => {
    const current = view();
    drawnView = current;
    drawnDots = (current?.group ?? []).map((group, n) => makeDot(panel, app, current, n, group, () => tipRows(n)));
    dots.replaceChildren(...drawnDots);
    spoken = "";
  };

  /** One tab stop for all dots; each says which unit it is and where it looks. */
  const speak = () => {
    drawnDots.forEach((dot, n) => {
      const where = tipRows(n).map(({ label, value }) => `${label} ${value}`);
      put(dot, { "aria-label": [drawnView.point_labels[n], ...where].join(", ") });
    });
    rove(dots, () => drawnDots, neighbourOf);
  };

  /** Sideways to the next unit, up and down to the same unit of the next expert. */
  const neighbourOf = (dot, parts, [dx, dy]) => {
    const units = drawnView.group.filter((group) => group === drawnView.group[0]).length,
      next = parts[parts.indexOf(dot) + dx + dy * units];
    return next?.getAttribute("display") === "none" ? null : next;
  };

  const tipRows = (n) => {
    const at = nearest(app.state.view),
      points = app.fields()[drawnView.points];
    return panel.axis_labels.map((label, axis) => ({ label, value: formatFixed(sample(points, at, n * 2 + axis), 2) }));
  };

  const measure = () => {
    const text = app.textSize();
    place = planePlace(size, text, panel.caption);
    const { x, y, radius, words } = place;
    axes.replaceChildren(
      svg("circle", { cx: x, cy: y, r: radius, class: "rim" }),
      svg("line", { x1: x - radius, x2: x + radius, y1: y, y2: y }),
      svg("line", { x1: x, x2: x, y1: y - radius, y2: y + radius }),
      svgText(panel.axis_labels[0], { x: x + radius + 5, y: y + 27, class: "axis" }),
      svgText(panel.axis_labels[1], { x: x - 12, y: y - radius - 5, "text-anchor": "end", class: "axis" }),
    );
    side.replaceChildren(
      ...captionLines(panel.caption, size.w - words, `400 ${text + 0.5}px ${app.font()}`).map((line, i) =>
        svgText(line, { x: words, y: size.h / 2 + 6 + i * (text + 5), class: "caption" }),
      ),
    );
  };

  const drawDots = (moment) => {
    const points = app.fields()[drawnView?.points],
      blend = app.fields()[drawnView?.blend],
      { hovered, selected } = app.state;
    drawnDots.forEach((dot, n) => {
      const vx = sample(points, moment, n * 2),
        vy = sample(points, moment, n * 2 + 1);
      if (!Number.isFinite(vx) || !Number.isFinite(vy)) {
        put(dot, { display: "none" });
        return;
      }
      const t = blend ? sample(blend, moment, n) : NaN,
        id = dotElement(panel, drawnView, n),
        focus = hovered ?? selected;
      const fillColour =
        Number.isFinite(t) && colours.length > 1
          ? cssRgb(mixRgb(colours[0], colours[1], Math.min(Math.max(Math.round(t * 64) / 64, 0), 1)))
          : "var(--muted)";
      const off = focus && drawnView.group_ids.includes(focus) && focus !== id;
      put(dot, {
        cx: px(place.x + vx * place.radius),
        cy: px(place.y - vy * place.radius),
        fill: fillColour,
        display: null,
        class: `unit${off ? " dim" : ""}${selected === `${panel.id}:${n}` || (focus === id && drawnView.group_ids.length) ? " lit" : ""}`,
      });
    });
  };

  /** Around the dot that the keyboard is on; above all others, which may cover it. */
  const drawRing = () => {
    const held = drawnDots.find((dot) => dot.matches(":focus-visible"));
    put(ring, held ? { cx: held.getAttribute("cx"), cy: held.getAttribute("cy"), display: null } : { display: "none" });
  };

  const render = (moment) => {
    if (!size.w) return false;
    if (drawnView !== view()) build();
    if (dark !== app.state.dark) {
      dark = app.state.dark;
      const style = getComputedStyle(board);
      colours = panel.arrow_colours
        .slice(0, 2)
        .map((c) => rgbOf(style.getPropertyValue(typeof c === "number" ? `--c${c}` : `--${c}`)));
    }
    arrows.draw(app.fields()[panel.arrows], place, moment);
    drawDots(moment);
    drawRing();
    const key = `${app.state.stageId}|${Math.round(moment.s)}|${Math.round(moment.f)}`;
    if (drawnView && !app.state.playing && key !== spoken) {
      spoken = key;
      speak();
    }
    return false;
  };

  return {
    root: frame.root,
    board,
    render,
    resize: (w, h) => {
      size = { w, h };
      measure();
    },
    update: (next) => {
      panel = next;
      dark = null;
      drawnView = null;
      if (size.w) measure();
    },
  };
}

MAKERS.Plane = makePlane;
