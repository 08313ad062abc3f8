/**
 * What Python is told: that something has come to rest, never that it moves; and the same aloud.
 */
const REST_MS = 250;
// Of all that is told: Streamlit passes on only what differs from what it was told last, though the page moved on since; and
// where a tick of its clock leaves in the moment of a click, it takes the click along, which then follows by itself.
let nth = 0;
const SENT_MS = 1000; // what was told so shortly before a player went may not have arrived: its successor tells it again

/**
 * @param {() => object} stage as it is now @param {() => {state, trigger}} send the two ways to Python
 * @param {{wake: () => void, aloud: (now: object) => void}} does what happens beside
 */
function makeTelling(state, stage, send, { wake, aloud }) {
  let told = { ...stage().start },
    before = told,
    toldAt = -Infinity,
    resting = 0,
    speaking = 0;
  const position = () => positionOf(state, stage().spec);
  const tell = (name, value) => send().state(name, { value, nth: ++nth });

  const report = () => {
    const now = position();
    if (state.playing || JSON.stringify(now) === JSON.stringify(told)) return;
    const moved = now.hero !== told.hero;
    before = told;
    toldAt = performance.now();
    told = now;
    tell("position", now);
    if (moved) tell("hero", now.hero);
    clearTimeout(speaking);
    speaking = setTimeout(() => aloud(now), REST_MS);
  };
  /** Something has come to rest: it is told once, after a short quiet. */
  const rest = () => {
    wake();
    clearTimeout(resting);
    resting = setTimeout(report, REST_MS);
  };

  /** A second click lets go of a part that is open; among the dots or cells of one part it goes to another of them. */
  const click = (panel, element, row, column, open = true) => {
    if (element) state.selected = state.selected === element && column === null && open ? null : element;
    send().trigger({ panel, element, row, column, ...position(), nth: ++nth });
    if (element) tell("position", position()); // both leave in one message
    told = position();
    wake();
  };

  /** What was opened is closed: a part is let go of, of anything else Python is told. */
  const close = ({ of, selected }) => {
    if (selected === null) tell("closed", of);
    else {
      state.selected = null;
      told = position();
      tell("position", told);
    }
    wake();
  };

  /** The place of a player that is going, and what Python knows of it. */
  const leave = () => {
    const at = performance.now(),
      step = state.steps[Math.round(state.frame)];
    return { ...position(), step, seek: stage().seek, told: at - toldAt < SENT_MS ? before : told, at };
  };
  /** In the stead of one that went: what it had not told yet is told now. */
  const resume = (arrived) => {
    told = arrived;
    rest();
  };
  /** Python knows this place: it asked for it. */
  const known = () => {
    told = position();
  };
  const stop = () => {
    clearTimeout(resting);
    clearTimeout(speaking);
  };
  return { rest, click, close, ask: (text) => tell("asked", text), leave, resume, known, stop };
}
