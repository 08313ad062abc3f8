/**
 * The player: one stage on screen. Python is told when something has come to rest, never while it moves.
 */
const REST_MS = 250;
const SENT_MS = 1000; // what was told so shortly before a player went may not have arrived: its successor tells it again
const mounted = new WeakMap(); // parentElement → player: Streamlit calls again with new data, the viewer's place must stay
const BACK_MS = 3000;
const placeOf = new Map(); // skeleton → the place of the player that looked so last, shown or taken out: see `resumed`

const nearestIndex = (values, v) =>
  values.reduce((best, x, i) => (Math.abs(x - v) < Math.abs(values[best] - v) ? i : best), 0);

/** What a stage looks like apart from its numbers: while this stays the same, nothing is built anew. A choice by name
 * may gain an option. */
const skeleton = ({ spec }) =>
  JSON.stringify([
    spec.rungs.map((r) => r.id),
    spec.panels.map((p) => [p.type, p.id]),
    spec.sweep && { ...spec.sweep, ...(spec.sweep.options.length ? { options: [], recorded: [], high: 0 } : {}) },
    spec.words,
  ]);

function makePlayer(parent, first, send) {
  let family = "sans-serif",
    stage = first,
    told = { ...first.start },
    before = told,
    toldAt = -Infinity,
    resting = 0,
    speaking = 0,
    cleanKeys = () => {};
  const calmly = matchMedia("(prefers-reduced-motion: reduce)");
  const root = html("div", { class: "player", role: "region", "aria-label": stage.spec.title });
  const live = html("div", { class: "spoken", "aria-live": "polite" });
  const tip = makeTooltip(root, () => app.zoom);
  const state = {
    steps: stage.spec.steps,
    stageId: stage.stageId,
    frame: 0,
    s: 0,
    hero: 0,
    rung: "",
    selected: null,
    hovered: null,
    peek: null,
    playing: false,
    speed: 1,
    calm: calmly.matches,
    dark: isDark(parent.host ?? parent),
    touched: false,
    following: stage.spec.live,
    view: { s: 0, f: 0 },
    ended: () => pause(),
  };

  const app = {
    state,
    tip,
    words: stage.spec.words,
    get spec() {
      return stage.spec;
    },
    fields: () => stage.fields,
    /** Where time begins: a shorter sequence ends at the same frame as a longer one. */
    first: () => Math.max(stage.spec.names[state.s]?.findIndex(Boolean) ?? 0, 0),
    /** The name of a frame: a word, or its step. */
    nameOf: (f) => stage.spec.names[state.s]?.[f] ?? formatTick(state.steps[f]),
    ratio: Math.min(devicePixelRatio || 1, 2),
    font: () => family,
    textSize: () => (root.classList.contains("wide") ? 14 : 12),
    zoom: 1,
    wake: () => loop.wake(),
    hover: (id) => {
      state.hovered = id;
      loop.wake();
    },
    peek: (f) => {
      if (state.playing) return;
      state.peek = f;
      loop.wake();
    },
    scrub: (f) => {
      state.playing = false;
      state.peek = null;
      state.frame = f;
      loop.wake();
    },
    scrubbed: () => {
      state.frame = Math.round(state.frame);
      state.following = stage.spec.live && state.frame === state.steps.length - 1;
      rest();
    },
    stepBy: (by) => {
      state.playing = false;
      state.frame = Math.min(Math.max(Math.round(state.frame) + by, app.first()), state.steps.length - 1);
      app.scrubbed();
    },
    toggle: () => (state.playing ? pause() : play()),
    chooseRung: (i) => {
      const rung = stage.spec.rungs[i];
      if (rung && rung.id !== state.rung) {
        state.rung = rung.id;
        state.hovered = null;
        rest();
      }
    },
    sweepTo: (v) => {
      state.touched = true;
      setHero(v);
      loop.wake();
    },
    sweptTo: () => rest(),
    ask: (text) => send.state("asked", text),
    /** The value of the sweep in words. */
    heroText: () => {
      const { sweep } = stage.spec;
      return sweep.options.length ? sweep.options[state.s] : formatFixed(sweep.recorded[state.s], 2);
    },
    click: (panel, element, row, column) => {
      // A second click lets go of a part; among the dots or cells of one part it goes to another of them.
      if (element) state.selected = state.selected === element && column === null ? null : element;
      send.trigger({ panel, element, row, column, ...position() });
      if (element) send.state("position", position()); // both leave in one message
      told = position();
      loop.wake();
    },
    save: (kind) => savePicture(kind, root, panels, { title: stage.spec.title, lines: captions(), zoom: app.zoom }),
  };

  // ---- moving

  const setHero = (v) => {
    state.hero = v;
    state.s = stage.spec.sweep ? nearestIndex(stage.spec.sweep.recorded, v) : 0;
    state.frame = Math.max(state.frame, app.first());
  };
  const play = () => {
    if (state.frame >= state.steps.length - 1) state.view.f = state.frame = app.first();
    Object.assign(state, { playing: state.steps.length > 1, peek: null });
    loop.wake();
  };
  const pause = () => {
    Object.assign(state, { playing: false, frame: Math.round(state.frame) });
    app.scrubbed();
  };

  const goTo = ({ frame, hero, rung, selected }) => {
    Object.assign(state, { frame: Math.min(frame, state.steps.length - 1), rung, selected });
    setHero(hero ?? stage.spec.hero);
    state.view = { s: state.s, f: state.frame };
    told = position();
  };

  // ---- telling

  const position = () => ({
    frame: Math.round(state.frame),
    hero: stage.spec.sweep ? state.hero : null,
    rung: state.rung,
    selected: state.selected,
  });
  const captions = () => {
    const rung = stage.spec.rungs.find((r) => r.id === state.rung),
      { sweep } = stage.spec;
    const shown = sweep ? [`${sweep.label} ${sweep.symbol} = ${app.heroText()}`] : [];
    return [
      rung?.title ?? "",
      ...shown,
      `${stage.spec.time_label} ${app.nameOf(Math.round(state.frame))}`,
      stage.spec.origin_text,
    ];
  };

  /** Something has come to rest: say so to Python once, after a short quiet, and aloud. */
  const rest = () => {
    loop.wake();
    clearTimeout(resting);
    resting = setTimeout(report, REST_MS);
  };
  const report = () => {
    const now = position();
    if (state.playing || JSON.stringify(now) === JSON.stringify(told)) return;
    const moved = now.hero !== told.hero;
    before = told;
    toldAt = performance.now();
    told = now;
    send.state("position", now);
    if (moved) send.state("hero", now.hero);
    clearTimeout(speaking);
    speaking = setTimeout(
      () =>
        say(
          live,
          fill(app.words.summary, {
            rung: stage.spec.rungs.find((r) => r.id === state.rung)?.title ?? "",
            step: app.nameOf(now.frame),
            hero: now.hero === null ? "" : app.heroText(),
          }),
        ),
      REST_MS,
    );
  };

  // ---- drawing

  const header = makeHeader(app),
    transport = makeTransport(app);
  const panels = stage.spec.panels.map((panel) => MAKERS[panel.type](panel, app));
  const kinds = stage.spec.panels.map((panel) => `with-${panel.type.toLowerCase()}`);
  const body = html("div", { class: ["body", `n${panels.length}`, ...kinds].join(" ") }, ...panels.map((p) => p.root));
  root.prepend(header.root, body, transport.root, live);

  const loop = makeLoop((now, elapsed) => {
    let moving = advance(state, elapsed);
    for (const panel of panels) moving = panel.render(state.view, elapsed) || moving;
    header.render();
    transport.render();
    return moving;
  });

  const measure = () => {
    app.zoom = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16; // larger type enlarges everything
    root.style.zoom = app.zoom;
    const width = root.clientWidth;
    if (!width) return;
    const narrow = width < 640,
      snug = !narrow && width < 1000,
      room = Math.max(500, innerHeight - 300) / app.zoom;
    const height = Math.min(500 + Math.max(width - 900, 0) * 0.394, room, 860) + (snug ? 32 : 0);
    const look = { narrow, snug, wide: width > 1200, dark: state.dark };
    put(root, {
      class: ["player", ...Object.keys(look).filter((name) => look[name])].join(" "),
      style: `zoom:${app.zoom}${narrow ? "" : `;height:${Math.round(height)}px`}`,
    });
    family = getComputedStyle(root).fontFamily; // read once a layout: asking in a frame would force one
    for (const panel of panels) {
      const { clientWidth: w, clientHeight: h } = panel.board.parentElement;
      put(panel.board, { width: w, height: h, viewBox: `0 0 ${w} ${h}` });
      panel.resize(w, h);
    }
    loop.wake();
  };

  const onCalm = () => {
    state.calm = calmly.matches;
  };
  const watcher = new ResizeObserver(measure);
  parent.append(root);
  watcher.observe(root);
  addEventListener("resize", measure);
  calmly.addEventListener("change", onCalm);
  cleanKeys = listenKeys(root, { toggle: app.toggle, chooseRung: app.chooseRung });
  document.fonts?.ready.then(() => {
    widths.clear();
    measure();
  });
  goTo(stage.start);
  measure();
  if (stage.autoplay && !state.calm && state.steps.length > 1) {
    state.view.f = state.frame = app.first();
    play();
  }

  /** New numbers for the same figures: keep the viewer's place by training step, for frames may have been thinned. */
  const update = (next, nextSend) => {
    send = nextSend;
    const old = stage,
      step = state.steps[Math.round(state.frame)];
    const dark = isDark(parent.host ?? parent);
    if (next.stageId === old.stageId && next.seek <= old.seek && dark === state.dark) return;
    stage = next;
    Object.assign(state, { steps: next.spec.steps, stageId: next.stageId, dark, peek: null });
    if (next.spec.live && !old.spec.live) state.following = true;
    const last = state.steps.length - 1;
    if (state.following && next.stageId !== old.stageId) state.frame = last;
    else if (next.spec.steps !== old.spec.steps)
      state.frame = state.playing ? Math.min(state.frame, last) : nearestIndex(state.steps, step);
    state.view.f = Math.min(state.view.f, last);
    if (next.spec.hero !== old.spec.hero) setHero(next.spec.hero);
    else setHero(state.hero);
    if (!next.spec.rungs.some((r) => r.id === state.rung)) state.rung = next.spec.rungs[0].id;
    if (next.seek > old.seek) {
      state.playing = false;
      goTo(next.start);
    }
    told = next.seek > old.seek ? position() : told;
    if (!next.spec.live) state.following = false;
    panels.forEach((panel, i) => panel.update(next.spec.panels[i]));
    put(root, { "aria-label": next.spec.title });
    measure();
  };

  /** The place of a player that is going, and what Python knows of it. */
  const leave = () => {
    const at = performance.now();
    return { ...position(), step: step(), seek: stage.seek, told: at - toldAt < SENT_MS ? before : told, at };
  };
  /** In the stead of one that went: what it had not told yet is told now. */
  const resume = (known) => {
    told = known;
    rest();
  };

  const remove = () => {
    loop.stop();
    watcher.disconnect();
    removeEventListener("resize", measure);
    calmly.removeEventListener("change", onCalm);
    cleanKeys();
    clearTimeout(resting);
    clearTimeout(speaking);
    root.remove();
  };
  const step = () => state.steps[Math.round(state.frame)];
  return { update, remove, leave, resume, skeleton: skeleton(first), seek: () => stage.seek };
}

/** A stage that opens where another player was, unless Python asks for another place. */
const openedAt = (stage, { hero, rung, selected, step }) => ({
  ...stage,
  autoplay: false,
  start: {
    frame: nearestIndex(stage.spec.steps, step),
    hero,
    selected,
    rung: stage.spec.rungs.some((r) => r.id === rung) ? rung : stage.start.rung,
  },
});

/** Where one run of the script overtakes another, Streamlit takes the figure out of the page and puts it back a moment
 * later, or takes the old one out after the new one is there: the same figure, in a new place of the document.
 * @returns {?object} the place that the viewer was at */
function resumed(stage) {
  const place = placeOf.get(skeleton(stage))?.();
  return place && performance.now() - place.at < BACK_MS && stage.seek <= place.seek ? place : null;
}

function takeOut(player) {
  if (!player) return;
  const place = player.leave();
  if (placeOf.get(player.skeleton) === player.leave) placeOf.set(player.skeleton, () => place);
  player.remove();
}

/** Still parts by their id, with how many figures hold them, and who waits for one that has not come yet. */
const stills = new Map();
const heldBy = new WeakMap(); // parentElement → the still part that was given to it
const waiting = new Map(); // parentElement → its moving part and what to do with both

function hold(parent, part) {
  const before = heldBy.get(parent);
  if (part) {
    heldBy.set(parent, part.still);
    const known = stills.get(part.still);
    stills.set(part.still, { part, holders: (known?.holders ?? 0) + 1 });
  } else heldBy.delete(parent);
  if (before) {
    const known = stills.get(before);
    if (--known.holders === 0) stills.delete(before);
  }
  for (const [player, { moving, show }] of waiting)
    if (stills.has(moving.needs)) {
      waiting.delete(player);
      show(whole(stills.get(moving.needs).part, moving));
    }
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const part = decode(data);
  if (part.still) {
    hold(parentElement, part);
    return () => hold(parentElement, null);
  }
  const show = (stage) => showStage(stage, parentElement, setStateValue, setTriggerValue);
  waiting.delete(parentElement);
  if (stills.has(part.needs)) show(whole(stills.get(part.needs).part, part));
  else waiting.set(parentElement, { moving: part, show }); // the two parts are two messages
  return () => {
    waiting.delete(parentElement);
    takeOut(mounted.get(parentElement));
    mounted.delete(parentElement);
  };
}

function showStage(stage, parentElement, setStateValue, setTriggerValue) {
  const send = { state: setStateValue, trigger: (click) => setTriggerValue("click", click) };
  const held = mounted.get(parentElement);
  if (held && held.skeleton === skeleton(stage)) held.update(stage, send);
  else {
    // Another figure altogether keeps what still has a meaning, the place.
    const place = held ? (stage.seek <= held.seek() ? { ...held.leave(), selected: stage.start.selected } : null) : resumed(stage);
    takeOut(held);
    const player = makePlayer(parentElement, place ? openedAt(stage, place) : stage, send);
    if (place && !held) player.resume(place.told);
    mounted.set(parentElement, player);
    placeOf.set(player.skeleton, player.leave);
  }
}
