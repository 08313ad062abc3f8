/** Where the viewer is: by hand, and when the stage changes below him. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named } from "./scripts.mjs";

const RUNGS = [{ id: "a", title: "A" }, { id: "b", title: "B" }];
const SWEEP = { recorded: [-1, 0, 1], options: [] };
const stageOf = (over = {}, beside = {}) => ({
  stageId: "one", seek: 0, start: { frame: 0, hero: 0, rung: "a", selected: null }, ...beside,
  spec: { steps: [0, 10, 20, 30], live: false, names: [], rungs: RUNGS, sweep: SWEEP, hero: 0, ...over },
});

/** A player without its figures: state, moves, and how often it came to rest. */
function on(stage, start = stage.start) {
  const held = { stage, rests: 0, wakes: 0 };
  held.state = named("firstState")(stage, true, false);
  const does = { wake: () => (held.wakes += 1), rest: () => (held.rests += 1) };
  held.moves = named("makeMoves")(held.state, () => held.stage.spec, does);
  held.moves.goTo(start);
  held.change = (next) => {
    const old = held.stage;
    held.stage = next;
    held.moves.stay(next, old);
  };
  held.position = () => named("positionOf")(held.state, held.stage.spec);
  return held;
}

test("a place beyond the last frame is the last; what is between two recorded values shows the nearer", () => {
  const { position, state } = on(stageOf(), { frame: 99, hero: 0.7, rung: "b", selected: "x" });
  assert.deepEqual(position(), { frame: 3, hero: 0.7, rung: "b", selected: "x" });
  assert.equal(state.s, 2);
});

test("steps stay between the first frame that has a word and the last", () => {
  const { moves, state, rests } = on(stageOf({ names: [["", "the", "bank", "!"]], sweep: null }));
  assert.equal(state.frame, 1);
  moves.stepBy(-5);
  assert.equal(state.frame, 1);
  moves.stepBy(99);
  assert.equal(state.frame, 3);
  assert.equal(moves.nameOf(3), "!");
  assert.equal(rests, 0);
});

test("a drag says nothing until it is let go; then it rests on a frame", () => {
  const held = on(stageOf());
  held.moves.scrub(1.4);
  assert.deepEqual([held.state.frame, held.rests], [1.4, 0]);
  held.moves.scrubbed();
  assert.deepEqual([held.state.frame, held.rests], [1, 1]);
});

test("the same rung again is no choice, and one that is not there is none", () => {
  const held = on(stageOf());
  for (const i of [0, 7]) held.moves.chooseRung(i);
  assert.equal(held.rests, 0);
  held.moves.chooseRung(1);
  assert.deepEqual([held.state.rung, held.rests, held.moves.rungTitle()], ["b", 1, "B"]);
});

test("play at the end begins again", () => {
  const { moves, state } = on(stageOf(), { frame: 3, hero: 0, rung: "a", selected: null });
  moves.toggle();
  assert.deepEqual([state.playing, state.frame], [true, 0]);
  moves.peek(2);
  assert.equal(state.peek, null); // who plays is not looking elsewhere
  moves.toggle();
  assert.equal(state.playing, false);
});

test("where frames have been thinned the place stays at its training step", () => {
  const held = on(stageOf(), { frame: 2, hero: 0, rung: "a", selected: null });
  held.change(stageOf({ steps: [0, 20, 40] }, { stageId: "two" }));
  assert.equal(held.state.frame, 1);
});

test("who is at the end of a live run stays at its end, who went back stays there", () => {
  const live = (steps, stageId) => stageOf({ steps, live: true }, { stageId });
  const held = on(live([0, 10], "one"));
  held.change(live([0, 10, 20], "two"));
  assert.equal(held.state.frame, 2);
  held.moves.stepBy(-1);
  held.change(live([0, 10, 20, 30], "three"));
  assert.equal(held.state.frame, 1);
});

test("a rung that is gone gives way to the first; a page that asks for a place gets it", () => {
  const held = on(stageOf(), { frame: 0, hero: 0, rung: "b", selected: null });
  held.change(stageOf({ rungs: RUNGS.slice(0, 1) }));
  assert.equal(held.state.rung, "a");
  held.change(stageOf({}, { seek: 1, start: { frame: 2, hero: 1, rung: "b", selected: "y" } }));
  assert.deepEqual(held.position(), { frame: 2, hero: 1, rung: "b", selected: "y" });
});

test("a player is side by side and as high as the window lets it, or one below the other", () => {
  const playerLook = named("playerLook");
  assert.deepEqual(playerLook(480, 900, 1), { narrow: true, snug: false, wide: false, height: null });
  assert.deepEqual(playerLook(900, 900, 1), { narrow: false, snug: true, wide: false, height: 532 });
  assert.deepEqual(playerLook(1300, 900, 1), { narrow: false, snug: false, wide: true, height: 594 });
  assert.equal(playerLook(1300, 900, 1.5).height, 396); // larger type: the same pixels hold less
  // Before a room one shape at every size: what it takes from the window is what stands around it, in lines.
  const room = { narrow: false, snug: false, wide: false, room: true };
  assert.deepEqual(playerLook(900, 800, 4 / 3, 12), { ...room, height: 600 - 192 });
  assert.deepEqual(playerLook(1110, 1080, 5 / 3, 12), { ...room, height: 648 - 192 });
});
