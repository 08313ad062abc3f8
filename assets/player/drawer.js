/**
 * The drawer: what was clicked, opened over the figures at the right: what it is, its value, the largest terms of its sum and
 * the result. Python writes it, in a message of its own beside the stage's, so that a click sends no figure again.
 */
const LEFT_MS = 200; // Streamlit takes a message out of the page and puts it back a moment later
const drawers = new Map(); // the name of a player → what its drawer says
const drawing = new Map(); // the name of a player → what to do when that changes

/** @returns {() => void} takes it back */
function tellDrawer(content) {
  const { player } = content;
  drawers.set(player, content);
  drawing.get(player)?.();
  return () =>
    setTimeout(() => {
      if (drawers.get(player) !== content) return;
      drawers.delete(player);
      drawing.get(player)?.();
    }, LEFT_MS);
}

/** Whether it stands open. A part that the story points at is not opened by itself, and one that was let go of is closed.
 * @param {?object} content @param {?string} selected part of the stage @param {?string} shut what was closed by hand
 * @param {boolean} asked whether something was clicked since the stage was sent here */
function drawerOpen(content, selected, shut, asked) {
  if (!content || content.of === shut) return false;
  return (asked || !content.quiet) && (content.selected === null || selected !== null);
}

/** Whether the stage has moved on from where this was said. */
function drawerBehind({ step, rung, hero }, state, { rungs, sweep }) {
  const frame = step === null ? state.steps.length - 1 : nearestIndex(state.steps, step);
  return (
    state.playing ||
    state.course !== null ||
    frame !== Math.round(state.frame) ||
    (rungs.some(({ id }) => id === rung) && rung !== state.rung) ||
    (sweep !== null && nearestIndex(sweep.recorded, hero) !== state.s)
  );
}

/** A line of the sum: a term with its two factors, what the others make, or the sum itself. */
function drawerRow({ symbol, factors, product, share, kind }) {
  const bar = html("i", { style: `--from:${px(50 + Math.min(share, 0) * 50)}%;--wide:${px(Math.abs(share) * 50)}%`, class: share < 0 ? "below" : "" });
  return html(
    "tr",
    { class: kind },
    html("th", { scope: "row" }, symbol),
    html("td", { class: "number" }, factors),
    html("td", { class: "drawer-bar", "aria-hidden": "true" }, ...(share === null ? [] : [bar])),
    html("td", { class: "number" }, product),
  );
}

function drawerSum({ name, symbol, value, rows, result }) {
  return html(
    "section",
    { class: "drawer-sum" },
    html("p", { class: "drawer-value" }, ...(name ? [html("strong", {}, name)] : []), html("span", {}, `${symbol} =`), html("b", { class: "number" }, value)),
    ...(rows.length ? [html("table", {}, html("tbody", {}, ...rows.map(drawerRow)))] : []),
    ...(result ? [html("p", { class: "drawer-result number" }, result)] : []),
  );
}

/**
 * @param {string} name of the player @param {HTMLElement} stage the player's root
 * @param {{covered: () => HTMLElement[], close: (content: object) => void}} does covered: what it lies over; close: it was
 *   closed by hand
 */
function makeDrawer(app, name, stage, { covered, close }) {
  const shut = html("button", { type: "button", class: "drawer-shut" }, "×"),
    title = html("h3", { class: "drawer-title" }),
    inside = html("div", { class: "drawer-inside" }),
    whole = html("button", { type: "button", class: "drawer-whole" }),
    root = html("aside", { class: "drawer", hidden: "", "aria-live": "polite" }, html("div", { class: "drawer-head" }, title, shut), inside, whole);
  let content = null,
    dismissed = null,
    asked = false,
    open = false,
    from = null;
  const focused = () => stage.getRootNode().activeElement;

  const write = () => {
    const { words } = content;
    put(root, { "aria-label": content.title });
    say(title, content.title);
    put(shut, { "aria-label": words.close, title: words.close });
    say(whole, words.whole);
    put(whole, { hidden: content.below ? null : "" });
    const about = content.about.map((text) => html("p", { class: "drawer-about" }, text));
    inside.replaceChildren(...about, ...content.sums.map(drawerSum));
  };
  const read = () => {
    content = drawers.get(name) ?? null;
    if (content) write();
  };
  const changed = () => {
    read();
    app.wake();
  };

  const turn = (now) => {
    open = now;
    put(root, { hidden: open ? null : "" });
    const over = open && !stage.classList.contains("narrow"),
      caught = over && covered().some((one) => one.contains(focused()));
    for (const one of covered()) put(one, { inert: over ? "" : null });
    if (caught) shut.focus();
    if (open && !over) root.scrollIntoView({ block: "nearest" });
  };
  const goBack = () => {
    const part = from?.isConnected ? from : stage.querySelector(".body [tabindex='0']");
    part?.focus();
  };
  const shutIt = () => {
    dismissed = content.of;
    close(content);
    turn(false);
    goBack();
  };
  shut.addEventListener("click", shutIt);
  whole.addEventListener("click", () => {
    const below = document.querySelector(`.st-key-${CSS.escape(content.below)}`);
    put(below, { tabindex: -1 });
    below?.scrollIntoView({ block: "start", behavior: app.state.calm ? "auto" : "smooth" });
    below?.focus({ preventScroll: true });
  });
  /** Whether a panel of the page is open over the stage: the key is for it. */
  const dialogOpen = () => [...document.querySelectorAll("[role=dialog]")].some((one) => !one.contains(stage) && one.checkVisibility());
  const onKey = (event) => {
    const path = event.composedPath(),
      elsewhere = !path.includes(stage) && path.some((one) => one instanceof Element && one.matches(`${TYPED},[data-baseweb=popover]`));
    if (event.key !== "Escape" || !open || elsewhere || dialogOpen()) return;
    event.preventDefault();
    event.stopPropagation();
    shutIt();
  };
  document.addEventListener("keydown", onKey, true); // before a panel below closes at the same key

  /** Something was clicked: what had the focus gets it back. */
  const ask = () => {
    asked = true;
    dismissed = null;
    from = root.contains(focused()) ? from : focused();
  };
  /** The stage was sent elsewhere: nothing there was asked for. */
  const rest = () => {
    asked = false;
    dismissed = null;
  };
  const render = () => {
    const now = drawerOpen(content, app.state.selected, dismissed, asked);
    if (now !== open) turn(now);
    if (open) root.classList.toggle("behind", drawerBehind(content.at, app.state, app.spec));
  };
  drawing.set(name, changed);
  read();
  const stop = () => {
    document.removeEventListener("keydown", onKey, true);
    if (drawing.get(name) === changed) drawing.delete(name);
  };
  return { root, render, ask, rest, isOpen: () => open, stop };
}
