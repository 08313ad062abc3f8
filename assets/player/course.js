/**
 * The course of training, a second time of a stage: while it is on screen, time is the recorded training steps, and what was
 * different at a step stands in the place of what the stage shows. Of a place Python is told as if there were none.
 */

/** An array at one step, as one that holds for every frame: a view, nothing is copied. @param {Field} field (S, T, …) */
function atStep(field, step) {
  const [sweeps, steps, ...inner] = field.shape,
    at = Math.min(Math.max(step, 0), steps - 1);
  return { data: field.data.subarray(at * field.strides[1]), shape: [sweeps, 1, ...inner], strides: field.strides };
}

/** The arrays of a stage, those of a step in the place of the stage's own where the course is on screen; made once a step, for
 * a drawing asks for them hundreds of times. */
function makeFields() {
  let made = {};
  return (stage, step) => {
    if (step === null || !stage.spec.course) return stage.fields;
    const at = Math.round(step);
    if (made.stage !== stage || made.at !== at) {
      const standing = Object.entries(stage.spec.course.stand_ins).map(([name, other]) => [name, atStep(stage.fields[other], at)]);
      made = { stage, at, fields: { ...stage.fields, ...Object.fromEntries(standing) } };
    }
    return made.fields;
  };
}

/**
 * The moves of a player (see `makeMoves`) on whichever time is on screen. `state.course` is the step, fractional while it
 * moves, or null; `state.under` the rung that stays below it.
 */
function withCourse(state, spec, moves, { wake, rest }) {
  const on = () => state.course !== null,
    last = () => (on() ? spec().course.steps.length : state.steps.length) - 1,
    first = () => (on() ? 0 : moves.first()),
    at = () => (on() ? state.course : state.frame);
  let returns = false; // to where the page opens, when it has played

  const enter = (step) => {
    if (!spec().course || on()) return;
    moves.scrub(state.steps.length - 1);
    state.view.f = state.frame;
    Object.assign(state, { course: step, courseLast: spec().course.steps.length - 1, under: state.rung, rung: spec().course.rung });
    wake();
  };
  const leave = () => {
    returns = false;
    if (!on()) return;
    Object.assign(state, { course: null, playing: false, rung: state.under });
    wake();
  };
  const settle = () => {
    state.course = Math.round(state.course);
    wake();
  };
  const ended = state.ended;
  state.ended = () => {
    if (!on()) return ended();
    state.playing = false;
    if (returns) leave();
    else settle();
  };
  const playCourse = () => {
    if (state.course >= last()) state.course = 0;
    Object.assign(state, { playing: true, peek: null });
    wake();
  };
  const pauseCourse = () => {
    state.playing = false;
    settle();
  };

  const own = (mine, others) => (...given) => (on() ? mine : others)(...given);
  const toggle = own(() => {
    returns = false;
    if (state.playing) pauseCourse();
    else playCourse();
  }, moves.toggle);
  const scrub = own((step) => {
    returns = false;
    Object.assign(state, { playing: false, course: step });
    wake();
  }, moves.scrub);
  const stepBy = own((by) => {
    returns = false;
    state.course = Math.min(Math.max(Math.round(state.course) + by, 0), last());
    pauseCourse();
  }, moves.stepBy);
  const chooseRung = (i) => {
    const rung = spec().rungs[i];
    if (on() && (!rung || rung.id === state.rung)) return;
    if (on()) leave();
    if (rung && rung.id === state.rung) rest();
    moves.chooseRung(i);
  };
  /** One of the two times, by hand. @param {number} which 0 training, 1 the frames */
  const chooseTime = (which) => {
    if (which) leave();
    else enter(spec().course.steps.length - 1);
  };
  const playAtOnce = () => {
    if (!spec().course || state.calm) return moves.playAtOnce();
    enter(0);
    returns = true;
    playCourse();
  };
  const goTo = (place) => {
    leave();
    moves.goTo(place);
  };
  const stay = (next, old) => {
    const gone = JSON.stringify(next.spec.course?.steps) !== JSON.stringify(old.spec.course?.steps);
    if (on() && (gone || next.seek > old.seek)) leave();
    const { rung, playing } = state;
    moves.stay(next, old);
    if (on()) Object.assign(state, { rung, playing });
  };
  /** What time is said to be at a frame or a step. */
  const timeText = (words, f) =>
    on()
      ? fill(spec().course.step_of, { step: formatTick(spec().course.steps[f]), last: formatTick(spec().course.steps[last()]) })
      : fill(words.step_of, { step: moves.nameOf(f), last: spec().panels.reduce((most, p) => Math.max(most, p.x_max ?? 0), state.steps[last()]).toLocaleString("en-US") });
  const caption = () => (on() ? spec().course.captions[state.s]?.[Math.round(state.course)] : undefined);
  return {
    ...moves, first, last, at, toggle, scrub, stepBy, chooseRung, chooseTime, playAtOnce, goTo, stay, timeText, caption,
    scrubbed: own(settle, moves.scrubbed),
  };
}

/** Two buttons, one for each time; hidden where there is only one. */
function makeTimes(app) {
  const root = html("div", { class: "times", role: "group" });
  const buttons = [0, 1].map((which) => {
    const button = html("button", { type: "button", class: "time-name" });
    button.addEventListener("click", () => app.chooseTime(which));
    return button;
  });
  root.append(...buttons);
  const render = () => {
    const { course } = app.spec;
    put(root, { hidden: course ? null : "" });
    if (!course) return;
    buttons.forEach((button, which) => {
      say(button, course.names[which]);
      put(button, { "aria-pressed": String((app.state.course !== null) === (which === 0)) });
    });
  };
  return { root, render };
}
