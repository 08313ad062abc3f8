/**
 * Time. One animation loop for everything that moves; it sleeps when nothing does.
 */
const WHOLE_AXIS_MS = 6000; // at 1×, however many frames there are
const EASE_MS = 90; // how quickly a drawn position follows the one that was chosen

/** Follow `target` smoothly; arrives exactly. */
function follow(value, target, elapsed, instant, ease = EASE_MS) {
  if (instant || Math.abs(target - value) < 0.004) return target;
  return target + (value - target) * Math.exp(-elapsed / ease);
}

const easeInOut = (t) => (t < 0.5 ? 4 * t * t * t : 1 - (-2 * t + 2) ** 3 / 2);

/**
 * @param {(elapsed: number) => boolean} render returns whether something still moves
 * @returns {{wake: () => void, stop: () => void}}
 */
function makeLoop(render) {
  let request = 0,
    last = 0;
  const tick = (now) => {
    const elapsed = last ? Math.min(now - last, 100) : 16; // a hidden tab must not make time jump
    last = now;
    request = 0;
    if (render(elapsed)) wake();
    else last = 0;
  };
  const wake = () => {
    request = request || requestAnimationFrame(tick);
  };
  const stop = () => {
    cancelAnimationFrame(request);
    request = 0;
  };
  return { wake, stop };
}

/**
 * What time and sweep should be drawn now.
 * state.frame is where the viewer is (fractional while playing or dragging); state.view is what is on screen.
 * @returns {boolean} whether it still moves
 */
function advance(state, elapsed) {
  const last = state.steps.length - 1;
  const course = state.course ?? null; // the steps of a second time, see `withCourse`
  if (state.playing && course !== null) {
    state.course = Math.min(course + (elapsed / WHOLE_AXIS_MS) * state.courseLast * state.speed, state.courseLast);
    if (state.course >= state.courseLast) state.ended();
  } else if (state.playing) {
    state.frame = Math.min(state.frame + (elapsed / WHOLE_AXIS_MS) * last * state.speed, last);
    if (state.frame >= last) state.ended();
  }
  const goal = state.peek ?? state.frame;
  const { view } = state;
  view.f =
    state.playing && state.peek === null
      ? state.calm
        ? Math.round(goal)
        : goal
      : follow(view.f, state.calm ? Math.round(goal) : goal, elapsed, state.calm);
  view.s = follow(view.s, state.s, elapsed, state.calm);
  return state.playing || view.f !== goal || view.s !== state.s;
}
