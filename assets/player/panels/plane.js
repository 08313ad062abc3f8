/**
 * Directions in the unit circle: the tasks' own directions as arrows, what the network has learned as dots. The arrows open
 * as the sweep moves; the angle between the first two is the task correlation (its cosine).
 */
const DOT_RADIUS = 4.5;

function makePlane(panel, app) {
  const frame = panelFrame(panel, "plane");
  const { board } = frame;
  put(board, { role: "group", "aria-label": `${panel.title}. ${panel.caption}` });
  const axes = svg("g", { class: "grid" }),
    arc = svg("path", { class: "arc" }),
    angle = svg("text", { class: "angle number" });
  const dots = svg("g", { class: "dots" }),
    ring = svg("circle", { class: "ring", r: DOT_RADIUS + 4, display: "none" }),
    arrows = svg("g"),
    side = svg("g", { class: "grid" });
  board.append(axes, arc, dots, arrows, angle, side, ring);
  let size = { w: 0, h: 0 },
    centre,
    radius,
    drawnDots = [],
    drawnView = null,
    spoken = "",
    colours = [],
    dark = null;

  const view = () => panel.views[app.state.rung] ?? null;
  const heads = panel.arrow_labels.map((label, k) => {
    const casing = svg("line", { class: "shaft casing" }),
      shaft = svg("line", { class: "shaft", stroke: paint(panel.arrow_colours[k]) });
    const head = svg("path", { class: "head", fill: paint(panel.arrow_colours[k]) }),
      name = svg("text", { class: "name loud", style: `--own:${paint(panel.arrow_colours[k])}` });
    name.textContent = label;
    arrows.append(casing, shaft, head, name);
    return { casing, shaft, head, name };
  });

  const elementOf = (current, n) => current.group_ids[current.group[n]] ?? `${panel.id}:${n}`;

  const build = () => {
    const current = view();
    drawnView = current;
    drawnDots = (current?.group ?? []).map((group, n) => {
      const dot = svg("circle", { class: "unit", r: DOT_RADIUS, role: "button", "data-element": `${panel.id}:${n}` });
      dot.addEventListener("pointerenter", () => app.hover(elementOf(current, n)));
      dot.addEventListener("pointermove", (event) => app.tip.show(event, current.point_labels[n] ?? "", tipRows(n)));
      dot.addEventListener("pointerleave", () => {
        app.hover(null);
        app.tip.hide();
      });
      dot.addEventListener("focus", () => app.wake());
      dot.addEventListener("blur", () => app.wake());
      dot.addEventListener("click", () => app.click(panel.id, elementOf(current, n), n, group));
      return dot;
    });
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
    const words = panel.caption ? Math.min(Math.max(size.w - size.h - 16, 0), app.textSize() * 15) : 0,
      room = size.w - words;
    radius = Math.max(Math.min(room / 2 - 22, size.h / 2 - 19), 20);
    centre = { x: Math.min(room / 2, radius + 34), y: size.h / 2 + 1 };
    const { x, y } = centre,
      text = (t, attributes) => {
        const e = svg("text", attributes);
        e.textContent = t;
        return e;
      };
    axes.replaceChildren(
      svg("circle", { cx: x, cy: y, r: radius, class: "rim" }),
      svg("line", { x1: x - radius, x2: x + radius, y1: y, y2: y }),
      svg("line", { x1: x, x2: x, y1: y - radius, y2: y + radius }),
      text(panel.axis_labels[0], { x: x + radius + 5, y: y + 27, class: "axis" }),
      text(panel.axis_labels[1], { x: x - 12, y: y - radius - 5, "text-anchor": "end", class: "axis" }),
    );
    side.replaceChildren(
      ...wrap(panel.caption, size.w - (x + radius + 40), app.textSize() + 0.5).map((line, i) =>
        text(line, { x: x + radius + 40, y: size.h / 2 + 6 + i * (app.textSize() + 5), class: "caption" }),
      ),
    );
  };

  /** Lines of at most this width; a text without spaces (Chinese) breaks between any two letters. */
  const wrap = (words, width, fontSize) => {
    if (width < 60) return [];
    const font = `400 ${fontSize}px ${app.font()}`,
      pieces = words.match(/[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+\s*|\s+/g) ?? [];
    const lines = [""];
    for (const piece of pieces) {
      if (textWidth((lines.at(-1) + piece).trimEnd(), font) > width && lines.at(-1)) lines.push("");
      lines[lines.length - 1] += piece;
    }
    return lines
      .map((line) => line.trim())
      .filter(Boolean)
      .slice(0, 4);
  };

  const drawArrows = (moment) => {
    const field = app.fields()[panel.arrows];
    const angles = heads.map(({ casing, shaft, head, name }, k) => {
      const vx = sample(field, moment, k * 2),
        vy = sample(field, moment, k * 2 + 1),
        seen = Math.hypot(vx, vy) > 0.05; // a missing one is not, nor one that stands upright on this plane
      for (const part of [casing, shaft, head, name]) put(part, { display: seen ? null : "none" });
      if (!seen) return NaN;
      const a = Math.atan2(vy, vx),
        length = Math.hypot(vx, vy) * radius,
        tip = at(a, length),
        back = at(a, Math.max(length - 10, 0));
      for (const line of [casing, shaft])
        put(line, { x1: px(centre.x), y1: px(centre.y), x2: px(back.x), y2: px(back.y) });
      const l = at(a, length - 11, 4.5),
        r = at(a, length - 11, -4.5);
      put(head, { d: `M${px(tip.x)} ${px(tip.y)}L${px(l.x)} ${px(l.y)}L${px(r.x)} ${px(r.y)}Z` });
      return a;
    });
    nameArrows(angles);
    drawArc(angles);
  };
  const at = (a, r, off = 0) => ({
    x: centre.x + Math.cos(a) * r - Math.sin(a) * off,
    y: centre.y - Math.sin(a) * r - Math.cos(a) * off,
  });

  /** Names stand outside the rim; when the arrows meet they step aside from each other. */
  const nameArrows = (angles) => {
    const gap = 17 / radius,
      shift = angles.map(() => 0);
    if (angles.length >= 2) {
      const turn = wrapAngle(angles[1] - angles[0]),
        lack = gap - Math.abs(turn);
      if (lack > 0) {
        const sign = turn < 0 ? -1 : 1;
        shift[0] = (-sign * lack) / 2;
        shift[1] = (sign * lack) / 2;
      }
    }
    heads.forEach(({ name }, k) => {
      if (!Number.isFinite(angles[k])) return;
      const p = at(angles[k] + shift[k], radius + 13); // clear of the arrow's head and of dots on the rim
      const c = Math.cos(angles[k] + shift[k]);
      put(name, { x: px(p.x), y: px(p.y + 4), "text-anchor": c > 0.35 ? "start" : c < -0.35 ? "end" : "middle" });
    });
  };
  const wrapAngle = (a) => Math.atan2(Math.sin(a), Math.cos(a));

  const drawArc = (angles) => {
    const turn = wrapAngle(angles[1] - angles[0]),
      r = radius * 0.3;
    const seen = Number.isFinite(turn) && Math.abs(turn) > 0.03;
    put(arc, { display: seen ? null : "none" });
    say(
      angle,
      Number.isFinite(turn) ? fill(app.words.angle, { degrees: Math.round((Math.abs(turn) * 180) / Math.PI) }) : "",
    );
    put(angle, { x: px(centre.x + radius + 40), y: px(size.h / 2 - 16) });
    if (!seen) return;
    const a = at(angles[0], r),
      b = at(angles[1], r),
      o = centre;
    put(arc, {
      d: `M${px(o.x)} ${px(o.y)}L${px(a.x)} ${px(a.y)}A${px(r)} ${px(r)} 0 0 ${turn > 0 ? 0 : 1} ${px(b.x)} ${px(b.y)}Z`,
    });
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
        id = elementOf(drawnView, n),
        focus = hovered ?? selected;
      const fillColour =
        Number.isFinite(t) && colours.length > 1
          ? cssRgb(mixRgb(colours[0], colours[1], Math.min(Math.max(Math.round(t * 64) / 64, 0), 1)))
          : "var(--muted)";
      const off = focus && drawnView.group_ids.includes(focus) && focus !== id;
      put(dot, {
        cx: px(centre.x + vx * radius),
        cy: px(centre.y - vy * radius),
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
    drawArrows(moment);
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
