/**
 * The player: one stage on screen, with its controls above and its time below.
 */

/** How the figures stand in a page: side by side or below each other, and how high. Sizes before larger type enlarges them.
 * @param {number} width of the player @param {number} page height of the window, as it is @param {number} around the stage, before a room: what stands there, in lines of 16 pixels before larger type enlarges them; 0 at a desk */
function playerLook(width, page, zoom, around = 0) {
  const narrow = width < 640;
  if (around) return { narrow, snug: false, wide: false, room: true, height: narrow ? null : Math.round(Math.max(320, page / zoom - around * 16)) };
  const snug = !narrow && width < 1000,
    room = Math.max(494, page - 306) / zoom,
    height = Math.min(500 + Math.max(width - 900, 0) * 0.394, room, 860) + (snug ? 32 : 0);
  return { narrow, snug, wide: width > 1200, height: narrow ? null : Math.round(height) };
}

function makePlayer(parent, opened, firstSend) {
  let stage = opened,
    send = firstSend,
    family = "sans-serif";
  const calmly = matchMedia("(prefers-reduced-motion: reduce)"),
    inTheDark = () => isDark(parent.host ?? parent);
  const root = html("div", { class: "player", role: "region", "aria-label": stage.spec.title });
  const live = html("div", { class: "spoken", "aria-live": "polite" });
  const tip = makeTooltip(root, () => app.zoom);
  const state = firstState(stage, calmly.matches, inTheDark());
  const wake = () => loop.wake();
  const summary = ({ frame, hero }) => ({
    rung: moves.rungTitle(),
    step: moves.nameOf(frame),
    hero: hero === null ? "" : moves.heroText(),
  });
  const aloud = (now) => say(live, fill(app.words.summary, summary(now)));
  const telling = makeTelling(state, () => stage, () => send, { wake, aloud });
  const fields = makeFields(),
    does = { wake, rest: telling.rest },
    moves = withCourse(state, () => stage.spec, makeMoves(state, () => stage.spec, does), does);

  const app = {
    ...moves,
    state,
    tip,
    wake,
    words: stage.spec.words,
    get spec() {
      return stage.spec;
    },
    fields: () => fields(stage, state.course),
    ratio: Math.min(devicePixelRatio || 1, 2),
    font: () => family,
    textSize: () => (root.classList.contains("wide") ? 14 : 12),
    zoom: 1,
    room: 0,
    ask: telling.ask,
    click: (...what) => {
      drawer.ask();
      telling.click(...what, drawer.isOpen());
    },
    save: (kind) => savePicture(kind, root, places.seen(), { title: stage.spec.title, lines: captions(), zoom: app.zoom }),
  };

  /** What stands over a saved picture. */
  const captions = () => {
    const { sweep, time_label, origin_text } = stage.spec,
      shown = sweep ? [`${sweep.label} ${sweep.symbol} = ${app.heroText()}`] : [];
    return [app.rungTitle(), ...shown, `${time_label} ${app.nameOf(Math.round(state.frame))}`, origin_text];
  };

  // ---- drawing

  const header = makeHeader(app),
    transport = makeTransport(app);
  const panels = stage.spec.panels.map((panel) => MAKERS[panel.type](panel, app));
  const places = makePlaces(app, () => stage.spec, panels, header, () => measure());
  const kinds = stage.spec.panels.map((panel) => `with-${panel.type.toLowerCase()}`);
  const body = html("div", { class: ["body", `n${places.standing}`, ...kinds].join(" ") }, ...panels.map((p) => p.root));
  const drawer = makeDrawer(app, opened.name, root, { covered: () => [...panels.slice(1).map((panel) => panel.root), places.tabs], close: telling.close });
  body.append(drawer.root, places.tabs); // last: figures are counted from the first
  root.prepend(header.root, body, transport.root, live);

  const loop = makeLoop((elapsed) => {
    let moving = advance(state, elapsed);
    places.render();
    for (const panel of places.seen()) moving = panel.render(state.view, elapsed) || moving;
    header.render();
    transport.render();
    drawer.render();
    return moving;
  });

  const measure = () => {
    const whole = getComputedStyle(document.documentElement);
    app.zoom = parseFloat(whole.fontSize) / 16; // larger type enlarges everything
    const around = Number(whole.getPropertyValue("--room")) || 0,
      turned = Boolean(around) !== Boolean(app.room);
    app.room = around;
    if (turned) return places.render(); // other figures are in sight: it measures again
    root.style.zoom = app.zoom;
    if (!root.clientWidth) return;
    const { height, ...shape } = playerLook(root.clientWidth, innerHeight, app.zoom, app.room),
      look = { ...shape, dark: state.dark };
    put(root, {
      class: ["player", ...Object.keys(look).filter((name) => look[name])].join(" "),
      style: `zoom:${app.zoom}${height === null ? "" : `;height:${height}px`}`,
    });
    family = getComputedStyle(root).fontFamily; // read once a layout: asking in a frame would force one
    for (const panel of places.seen()) {
      const { clientWidth: w, clientHeight: h } = panel.board.parentElement;
      put(panel.board, { width: w, height: h, viewBox: `0 0 ${w} ${h}` });
      panel.resize(w, h);
    }
    loop.wake();
  };

  // ---- beginning, changing, going

  const onCalm = () => {
    state.calm = calmly.matches;
  };
  const watcher = new ResizeObserver(measure);
  parent.append(root);
  watcher.observe(root);
  watcher.observe(body); // where the style sheet comes after the player, it is the body that changes
  addEventListener("resize", measure);
  calmly.addEventListener("change", onCalm);
  const cleanKeys = listenKeys(root, { toggle: app.toggle, chooseRung: app.chooseRung });
  document.fonts?.ready.then(() => {
    widths.clear();
    measure();
  });
  moves.goTo(stage.start);
  telling.known();
  measure();
  if (stage.autoplay) moves.playAtOnce();

  /** New numbers for the same figures. */
  const update = (next, nextSend) => {
    send = nextSend;
    const old = stage,
      dark = inTheDark();
    if (next.stageId === old.stageId && next.seek <= old.seek && dark === state.dark) return;
    stage = next;
    state.dark = dark;
    moves.stay(next, old);
    if (next.seek > old.seek) {
      telling.known();
      drawer.rest();
    }
    if (next.spec.plays > old.spec.plays) moves.playAtOnce();
    panels.forEach((panel, i) => panel.update(next.spec.panels[i]));
    put(root, { "aria-label": next.spec.title });
    measure();
  };

  const remove = () => {
    loop.stop();
    watcher.disconnect();
    removeEventListener("resize", measure);
    calmly.removeEventListener("change", onCalm);
    cleanKeys();
    telling.stop();
    drawer.stop();
    root.remove();
  };
  /** Where its page opens: at once, and nobody is told, for whoever asks for it tells it too. */
  const open = () => {
    const { opening } = stage.spec;
    Object.assign(state, { playing: false, peek: null });
    moves.goTo({ ...opening, frame: state.steps.length - 1, selected: null });
    telling.known();
    loop.wake();
  };
  const { leave, resume } = telling;
  return { update, remove, leave, resume, open, skeleton: skeleton(opened), stage: () => stage, seek: () => stage.seek };
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  if (data.drawer) return tellDrawer(data.drawer);
  const part = decode(data);
  if (part.still) {
    hold(parentElement, part);
    return () => hold(parentElement, null);
  }
  const send = { state: setStateValue, trigger: (click) => setTriggerValue("click", click) };
  const show = (stage) => showStage(stage, parentElement, send);
  waiting.delete(parentElement);
  if (stills.has(part.needs)) show(wholeStage(stills.get(part.needs).part, part));
  else waiting.set(parentElement, { moving: part, show }); // the two parts are two messages
  return () => {
    waiting.delete(parentElement);
    goBack.delete(parentElement);
    takeOut(mounted.get(parentElement));
    mounted.delete(parentElement);
  };
}
