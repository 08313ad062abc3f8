/**
 * Which figures are in sight: one may stand in another's place, and a plane may be a small sign at the slider that opens over
 * the figures at the right.
 */

/** The ids of the panels in sight. @param {string[]} ids of all @param {{instead: Object<string, string>, aside: string}} spec
 * @param {Object<string, boolean>} turned by its id, whether a panel stands in the other's place @param {boolean} open the plane */
function seenPanels(ids, { instead, aside }, turned, open) {
  return ids.filter((id) => {
    if (id === aside) return open;
    if (id in instead) return turned[id];
    return !Object.keys(instead).some((other) => instead[other] === id && turned[other]);
  });
}

/** Arrows of a sign as small as a letter, as a path from the middle of its box. @param {number[][]} vectors */
function signArrows(vectors, size) {
  return vectors.map(([vx, vy]) => {
    const middle = size / 2,
      reach = middle - 2,
      [x, y] = [middle + vx * reach, middle - vy * reach],
      angle = Math.atan2(-vy, vx),
      wing = (turn) => `${px(x - Math.cos(angle + turn) * 6)} ${px(y - Math.sin(angle + turn) * 6)}`;
    return Math.hypot(vx, vy) > 0.05 ? `M${px(middle)} ${px(middle)}L${px(x)} ${px(y)}M${wing(0.5)}L${px(x)} ${px(y)}L${wing(-0.5)}` : "";
  });
}

/**
 * The same before a room: the drawing and one figure beside it. @param {string} first the drawing @param {string} beside the figure
 */
function roomPanels(ids, { aside }, first, beside, open) {
  return ids.filter((id) => (id === aside ? open : id === first || id === beside));
}

/** The figures that a room can turn to, in their order, and the one that is there until it does: what the sentence speaks of; while
 * a run trains, what is in its place by itself.
 * @returns {{choice: string[], opening: string}} */
function roomChoice(ids, { aside, spoken, instead, stands_on, live }) {
  const choice = ids.slice(1).filter((id) => id !== aside),
    training = live && choice.find((id) => id in instead && !stands_on[id]);
  return { choice, opening: training || (choice.includes(spoken) ? spoken : choice[0]) };
}

const SIGN = 36; // pixels

/** The small sign of a plane: its circle and its arrows. */
function makeSign(panel, app, open) {
  const rim = svg("circle", { class: "rim", cx: SIGN / 2, cy: SIGN / 2, r: SIGN / 2 - 1 }),
    arrows = panel.arrow_colours.map((colour) => svg("path", { class: "sign-arrow", stroke: paint(colour) })),
    board = svg("svg", { width: SIGN, height: SIGN, viewBox: `0 0 ${SIGN} ${SIGN}`, "aria-hidden": "true" }, rim, ...arrows),
    root = html("button", { type: "button", class: "sign", "aria-label": panel.title, title: panel.title }, board);
  root.addEventListener("click", open);
  const render = (isOpen) => {
    const field = app.fields()[panel.arrows];
    const vectors = arrows.map((_, k) => [0, 1].map((axis) => sample(field, app.state.view, k * 2 + axis)));
    signArrows(vectors, SIGN).forEach((d, k) => put(arrows[k], { d }));
    put(root, { "aria-expanded": String(isOpen) });
  };
  return { root, render };
}

/**
 * @param {() => object} spec of the stage as it is now @param {Drawn[]} panels in its order
 * @param {{root: HTMLElement}} header where the sign goes @param {() => void} moved what to do when another panel comes in sight
 */
function makePlaces(app, spec, panels, header, moved) {
  const of = Object.fromEntries(spec().panels.map(({ id }, i) => [id, panels[i]])),
    { turns } = spec(),
    chosen = {};
  let open = false,
    seenAt = "";

  const turn = (id, on) => {
    chosen[id] = on;
    show();
    of[on ? id : spec().instead[id]].root.querySelector(".turn").focus();
  };
  const turner = (id, title, on) => {
    const button = html("button", { type: "button", class: "turn" }, title);
    button.addEventListener("click", () => turn(id, on));
    return button;
  };
  for (const [id, other] of Object.entries(spec().instead)) {
    of[other].root.append(turner(id, turns[id], true));
    of[id].root.append(turner(id, turns[other], false));
  }

  const tabs = html("div", { class: "tabs", role: "group" });
  let beside = null; // what a viewer turned to before a room
  const turnTo = (id) => {
    beside = id;
    show();
  };
  const buttons = roomChoice(Object.keys(of), spec()).choice.map((id) => {
    const button = html("button", { type: "button", class: "tab" }, turns[id] ?? spec().panels.find((panel) => panel.id === id).title);
    button.addEventListener("click", () => turnTo(id));
    return { id, button };
  });
  tabs.append(...buttons.map(({ button }) => button));

  const plane = spec().panels.find(({ id }) => id === spec().aside),
    sign = plane && makeSign(plane, app, () => toggle(!open));
  const toggle = (now) => {
    open = now;
    show();
    if (open) of[plane.id].root.querySelector(".turn").focus();
    else sign.root.focus();
  };
  if (sign) {
    const shut = html("button", { type: "button", class: "turn", "aria-label": app.words.close, title: app.words.close }, "×"),
      { root } = of[plane.id];
    shut.addEventListener("click", () => toggle(false));
    root.append(shut);
    root.classList.add("aside");
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape") toggle(false);
    });
    header.root.querySelector(".hero")?.prepend(sign.root);
  }

  /** What the rung, or a run that trains, turns by itself, where the viewer did not. */
  const show = () => {
    const { instead, stands_on, live } = spec(),
      turned = Object.fromEntries(Object.keys(instead).map((id) => [id, chosen[id] ?? stands_on[id]?.includes(app.state.rung) ?? live])),
      { choice, opening } = roomChoice(Object.keys(of), spec()),
      now = choice.includes(beside) ? beside : opening,
      seen = app.room ? roomPanels(Object.keys(of), spec(), Object.keys(of)[0], now, open) : seenPanels(Object.keys(of), spec(), turned, open);
    for (const { id, button } of buttons) put(button, { "aria-pressed": String(id === now) });
    for (const id of Object.keys(of)) of[id].root.hidden = !seen.includes(id);
    moved();
  };
  const render = () => {
    const now = `${Boolean(app.room)}|${spec().live}|${Object.keys(spec().stands_on).length ? app.state.rung : ""}`;
    if (now !== seenAt) {
      seenAt = now;
      for (const id of Object.keys(spec().stands_on)) delete chosen[id]; // another rung has its own
      show();
    }
    sign?.render(open);
  };
  const standing = Object.keys(of).length - Object.keys(spec().instead).length - (plane ? 1 : 0);
  return { render, standing, tabs, seen: () => panels.filter(({ root }) => !root.hidden) };
}
