/**
 * How bright the known things of a field are at a moment, and how much of each of its parts is stressed: both change in a
 * moment and not at once, so that an eye can follow.
 */
const SETTLE_MS = 55; // a change of rung or of user: nine tenths of the way in an eighth of a second

/** Between two frames, and while another user's picture fades.
 * @param {Float32Array} data of all frames, which begin at `a` and `b` @param {number} t share of the second
 * @param {?Float32Array} before what glowed for the user before @param {number} fade how far that is gone
 * @returns {number} the level of thing `k`, 0..1 */
function levelAt(data, a, b, t, k, before, fade) {
  let level = data[a + k];
  if (t) level += (data[b + k] - level) * t;
  if (fade >= 1) return level;
  return before[k] > 0 ? before[k] + (level - before[k]) * fade : level * fade;
}

function makeLights() {
  let look = null,
    levels = new Float32Array(0),
    before = null, // what glowed for the user before, while it fades
    fade = 1,
    bandOf = null,
    rowOf = null,
    user = null;

  /** @param {Float32Array} ids pixels of the known things @param {{width, bands}} panel */
  const lay = (ids, { width, bands }) => {
    levels = new Float32Array(ids.length);
    [before, fade] = [null, 1];
    bandOf = Uint16Array.from(ids, (id) => Math.max(bands.findIndex(({ end }) => id % width < end), 0));
    rowOf = Uint16Array.from(ids, (id) => Math.floor(id / width));
  };

  /** The levels at frame `f`; below 0 what does not exist yet. @param {number[]} born first row of each band that exists */
  const brighten = (field, s, f, born) => {
    const f0 = Math.floor(f),
      [a, b] = [offsetAt(field, s, f0), offsetAt(field, s, f0 + 1)];
    for (let k = 0; k < levels.length; k += 1)
      levels[k] = rowOf[k] < born[bandOf[k]] ? -1 : levelAt(field.data, a, b, f - f0, k, before, fade);
    return levels;
  };

  /** A step towards the look of a rung and the lights of a user. @returns {boolean} whether it still moves */
  const settle = (goal, s, elapsed, calm) => {
    const instant = calm || !look;
    look ??= { ...goal };
    for (const name of Object.keys(goal)) look[name] = follow(look[name], goal[name], elapsed, instant, SETTLE_MS);
    if (user !== s) {
      [before, fade] = user === null ? [null, 1] : [levels.slice(), 0];
      user = s;
    }
    fade = before ? follow(fade, 1, elapsed, calm, SETTLE_MS) : 1;
    return fade < 1 || Object.keys(goal).some((name) => look[name] !== goal[name]);
  };
  return { lay, brighten, settle, look: () => look, fade: () => fade };
}
