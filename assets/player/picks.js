/**
 * The few things of a field that have a name: what is shown, as discs with their place, and what is marked, as rings with
 * a label. They lie above the canvas and can be reached with the keyboard; the pointer is the canvas's.
 */
function makePicks(app, { spot, choose, regard, release }) {
  const discs = svg("g", { class: "discs" }),
    rings = svg("g"),
    root = svg("g", {}, discs, rings);
  const shown = [],
    marked = [];
  let groups = [];

  const make = (kind, ...behind) => {
    const dot = svg("circle", { class: `${kind}-dot` }),
      label = svg("text", { class: `${kind}-label`, "text-anchor": "middle" }),
      group = svg("g", { class: kind, tabindex: -1, role: "button" }, ...behind, dot, label),
      pick = { group, dot, label, back: behind[0], lead: behind[1], pixel: -1 };
    group.addEventListener("click", () => choose(pick.pixel));
    group.addEventListener("focus", () => regard(pick.pixel));
    group.addEventListener("blur", release);
    return pick;
  };

  /** Where each disc lies, from the last place to the first, those without a number below: a number goes where no other is. */
  const spread = (wanted, large) => {
    const numbered = [];
    const all = wanted.map((one) => {
      const { x, y } = spot(one.pixel),
        free = numbered.every((other) => Math.hypot(other.x - x, other.y - y) > 2 * large);
      if (free) numbered.push({ x, y });
      return { ...one, x, y, free };
    });
    return all.reverse().sort((a, b) => a.free - b.free);
  };

  const placeShown = (wanted) => {
    const text = app.textSize(),
      large = Math.round(text * 0.76),
      spots = spread(wanted, large);
    pool(shown, discs, spots.length, () => make("pick")).forEach((pick, i) => {
      const { n, pixel, label, x, y, free } = spots[i];
      Object.assign(pick, { pixel, n });
      put(pick.dot, { cx: px(x), cy: px(y), r: free ? large : Math.round(large * 0.55) });
      say(pick.label, free ? String(n + 1) : "");
      put(pick.label, { x: px(x), y: px(y + text * 0.34) });
      put(pick.group, { "aria-label": `${n + 1}. ${label}` });
    });
    return spots.filter(({ free }) => free).map(({ x, y }) => around(x, y, large));
  };
  const around = (x, y, r) => ({ x: x - r, y: y - r, w: 2 * r, h: 2 * r });

  const placeMarked = (lost, box, taken) => {
    const text = app.textSize(),
      radius = Math.round(text * 0.75),
      font = `600 ${text}px ${app.font()}`,
      spots = lost.map((one) => ({ ...one, ...spot(one.pixel) })),
      obstacles = [...taken, ...spots.map(({ x, y }) => around(x, y, radius + 3))];
    pool(marked, rings, spots.length, () => make("lost", svg("rect", { class: "lost-back", rx: 4 }), svg("path", { class: "lost-lead" }))).forEach((pick, i) => {
      const { pixel, label, x, y } = spots[i],
        short = fitText(label, Math.min((box.right - box.left) * 0.55, text * 22), font),
        area = labelPlace({ x, y }, { w: Math.ceil(textWidth(short, font)) + 14, h: text + 8 }, radius + 4, box, obstacles);
      obstacles.push(area);
      pick.pixel = pixel;
      put(pick.dot, { cx: px(x), cy: px(y), r: radius });
      put(pick.back, { x: px(area.x), y: px(area.y), width: area.w, height: area.h, display: short ? null : "none" });
      put(pick.lead, { d: short ? leader({ x, y }, area, radius) : "" });
      say(pick.label, short);
      // A saved picture may lack the font: the text keeps its width, and so stays in its frame.
      put(pick.label, { x: px(area.x + area.w / 2), y: px(area.y + area.h / 2 + text * 0.35), textLength: px(textWidth(short, font)), lengthAdjust: "spacingAndGlyphs" });
      put(pick.group, { "aria-label": label });
    });
  };

  /** From the rim of a ring to the nearest point of its label. */
  const leader = ({ x, y }, area, radius) => {
    const [tx, ty] = [Math.min(Math.max(x, area.x), area.x + area.w), Math.min(Math.max(y, area.y), area.y + area.h)],
      away = Math.hypot(tx - x, ty - y);
    return away > radius ? `M${px(x + ((tx - x) * radius) / away)} ${px(y + ((ty - y) * radius) / away)}L${px(tx)} ${px(ty)}` : "";
  };

  /** `wanted` and `lost` are {n, pixel, label}; labels of the lost stay in `box`. */
  const place = (wanted, lost, box) => {
    placeMarked(lost, box, placeShown(wanted));
    const byPlace = shown.slice(0, wanted.length).sort((a, b) => a.n - b.n);
    groups = [...byPlace, ...marked.slice(0, lost.length)].map((pick) => pick.group);
    rove(root, () => groups, nextInOrder);
  };
  return { root, place, show: (share) => put(discs, { opacity: px(share) }) };
}
