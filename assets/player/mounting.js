/**
 * Which player stands where. Streamlit calls again with new data, sends a stage in two parts, and takes a figure out of the page
 * to put it back a moment later: through all of it the viewer's place stays.
 */
const mounted = new WeakMap(); // parentElement → player
const BACK_MS = 3000;
const placesOf = new Map(); // skeleton → the place of the player that looked so last, shown or taken out: see `resumed`

/** What a stage looks like apart from its numbers: while this stays the same, nothing is built anew. A choice by name
 * may gain an option. */
const skeleton = ({ spec }) =>
  JSON.stringify([
    spec.rungs.map((r) => r.id),
    spec.panels.map((p) => [p.type, p.id]),
    spec.sweep && { ...spec.sweep, ...(spec.sweep.options.length ? { options: [], recorded: [], high: 0 } : {}) },
    spec.words,
  ]);

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
  const place = placesOf.get(skeleton(stage))?.();
  return place && performance.now() - place.at < BACK_MS && stage.seek <= place.seek ? place : null;
}

function takeOut(player) {
  if (!player) return;
  const place = player.leave();
  if (placesOf.get(player.skeleton) === player.leave) placesOf.set(player.skeleton, () => place);
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
      show(wholeStage(stills.get(moving.needs).part, moving));
    }
}

/** Stages as their pages open, by their titles: one can be gone back to without a word from Python. */
const openings = new Map();
const goBack = new Map(); // parentElement → what brings the figure there to its page's opening
document.addEventListener("gatescope:opening", () => {
  for (const back of goBack.values()) back();
});

function backToOpening(parentElement, send) {
  const player = mounted.get(parentElement),
    kept = player && openings.get(player.stage().spec.title);
  if (!kept) return;
  if (!player.stage().spec.opening) showStage({ ...kept, seek: player.seek() }, parentElement, send);
  mounted.get(parentElement).open();
}

function showStage(stage, parentElement, send) {
  if (stage.spec.opening) openings.set(stage.spec.title, stage);
  goBack.set(parentElement, () => backToOpening(parentElement, send));
  const held = mounted.get(parentElement);
  if (held && held.skeleton === skeleton(stage)) held.update(stage, send);
  else {
    // Another figure altogether keeps what still has a meaning, the place.
    const again = held && stage.spec.plays > held.stage().spec.plays;
    const place = held ? (stage.seek <= held.seek() ? { ...held.leave(), selected: stage.start.selected } : null) : resumed(stage);
    takeOut(held);
    const player = makePlayer(parentElement, place ? openedAt(stage, place) : { ...stage, autoplay: stage.autoplay || again }, send);
    if (place && !held) player.resume(place.told);
    mounted.set(parentElement, player);
    placesOf.set(player.skeleton, player.leave);
  }
}
