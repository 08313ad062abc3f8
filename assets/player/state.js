/**
 * Where the viewer is on a stage, and how a place changes: by hand, with time, and where the stage itself changes below it.
 */

/** The index of the number nearest to `v`; of two as near the first. */
const nearestIndex = (values, v) =>
  values.reduce((best, x, i) => (Math.abs(x - v) < Math.abs(values[best] - v) ? i : best), 0);

/** `frame` is fractional while it moves, `s` the recorded value nearest to `hero`; `view` is what is on screen (see `advance`). */
const firstState = (stage, calm, dark) => ({
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
  calm,
  dark,
  touched: false,
  following: stage.spec.live,
  view: { s: 0, f: 0 },
  course: null,
  courseLast: 0,
  under: "",
  ended: () => {},
});

/** The place as Python is told of it. */
const positionOf = (state, spec) => ({
  frame: Math.round(state.frame),
  hero: spec.sweep ? state.hero : null,
  rung: (state.course ?? null) === null ? state.rung : state.under,
  selected: state.selected,
});

/** @param {() => object} spec of the stage as it is now @param {{wake, rest}} what to do when something moves, and comes to rest */
function makeMoves(state, spec, { wake, rest }) {
  const last = () => state.steps.length - 1;

  /** Where time begins: a shorter sequence ends at the same frame as a longer one. */
  const first = () => Math.max(spec().names[state.s]?.findIndex(Boolean) ?? 0, 0);
  /** The name of a frame: a word, or its step. */
  const nameOf = (f) => spec().names[state.s]?.[f] ?? formatTick(state.steps[f]);
  /** The value of the sweep in words. */
  const heroText = () => {
    const { sweep } = spec();
    return sweep.options.length ? sweep.options[state.s] : formatFixed(sweep.recorded[state.s], 2);
  };
  const rungTitle = () => spec().rungs.find((r) => r.id === state.rung)?.title ?? "";

  const setHero = (v) => {
    state.hero = v;
    state.s = spec().sweep ? nearestIndex(spec().sweep.recorded, v) : 0;
    state.frame = Math.max(state.frame, first());
  };
  const goTo = ({ frame, hero, rung, selected }) => {
    Object.assign(state, { frame: Math.min(frame, last()), rung, selected });
    setHero(hero ?? spec().hero);
    state.view = { s: state.s, f: state.frame };
  };

  const scrubbed = () => {
    state.frame = Math.round(state.frame);
    state.following = spec().live && state.frame === last();
    rest();
  };
  const play = () => {
    if (state.frame >= last()) state.view.f = state.frame = first();
    Object.assign(state, { playing: state.steps.length > 1, peek: null });
    wake();
  };
  const pause = () => {
    Object.assign(state, { playing: false, frame: Math.round(state.frame) });
    scrubbed();
  };
  state.ended = pause;

  const hover = (id) => {
    state.hovered = id;
    wake();
  };
  const peek = (f) => {
    if (state.playing) return;
    state.peek = f;
    wake();
  };
  const scrub = (f) => {
    Object.assign(state, { playing: false, peek: null, frame: f });
    wake();
  };
  const stepBy = (by) => {
    state.playing = false;
    state.frame = Math.min(Math.max(Math.round(state.frame) + by, first()), last());
    scrubbed();
  };
  const chooseRung = (i) => {
    const rung = spec().rungs[i];
    if (!rung || rung.id === state.rung) return;
    Object.assign(state, { rung: rung.id, hovered: null });
    rest();
  };
  const sweepTo = (v) => {
    state.touched = true;
    setHero(v);
    wake();
  };
  /** From the first frame, where a page asked for it and the viewer did not ask for calm. */
  const playAtOnce = () => {
    if (state.calm || state.steps.length < 2) return;
    state.view.f = state.frame = first();
    play();
  };

  /** New numbers for the same figures, on `spec()` already: the place stays by training step, for frames may have been thinned.
   * @param {object} next the new stage @param {object} old the one before it */
  const stay = (next, old) => {
    const step = state.steps[Math.round(state.frame)];
    Object.assign(state, { steps: next.spec.steps, stageId: next.stageId, peek: null });
    if (next.spec.live && !old.spec.live) state.following = true;
    if (state.following && next.stageId !== old.stageId) state.frame = last();
    else if (next.spec.steps !== old.spec.steps)
      state.frame = state.playing ? Math.min(state.frame, last()) : nearestIndex(state.steps, step);
    state.view.f = Math.min(state.view.f, last());
    setHero(next.spec.hero !== old.spec.hero ? next.spec.hero : state.hero);
    if (!next.spec.rungs.some((r) => r.id === state.rung)) state.rung = next.spec.rungs[0].id;
    if (next.seek > old.seek) {
      state.playing = false;
      goTo(next.start);
    }
    if (!next.spec.live) state.following = false;
  };

  const toggle = () => (state.playing ? pause() : play());
  return {
    first, nameOf, heroText, rungTitle, goTo, stay, playAtOnce,
    hover, peek, scrub, scrubbed, stepBy, toggle, chooseRung, sweepTo, sweptTo: rest,
  };
}
