/** A second time of a stage, its training: what is shown at a step, and that it leaves no trace in the place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named } from "./scripts.mjs";

const RUNGS = [{ id: "a", title: "A" }, { id: "b", title: "B" }];
const COURSE = { steps: [0, 10, 4500], rung: "a", names: ["Training step", "Day"], step_of: "step {step} of {last}", captions: [["x", "y", "z"]], stand_ins: { dots: "then" } };
const field = (shape, values) => ({ data: Float32Array.from(values), shape, strides: shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1)) });
const stageOf = (course = COURSE) => ({
  stageId: "one", seek: 0, start: { frame: 1, hero: 0, rung: "b", selected: null },
  spec: { steps: [10, 60], live: false, names: [], rungs: RUNGS, sweep: { recorded: [0, 1], options: [] }, hero: 0, panels: [], course },
  fields: { dots: field([2, 2, 1], [1, 2, 3, 4]), then: field([2, 3, 1], [10, 11, 12, 20, 21, 22]), other: field([1, 1, 1], [7]) },
});

function on(stage, calm = false) {
  const state = named("firstState")(stage, calm, false),
    told = [],
    does = { wake: () => {}, rest: () => told.push(named("positionOf")(state, stage.spec)) },
    moves = named("withCourse")(state, () => stage.spec, named("makeMoves")(state, () => stage.spec, does), does);
  moves.goTo(stage.start);
  const run = (ms) => {
    for (let spent = 0; spent < ms; spent += 50) named("advance")(state, 50);
  };
  return { state, moves, told, run };
}

test("at a step an array of the training stands in the place of the stage's own, for every user and frame", () => {
  const stage = stageOf(),
    fields = named("makeFields")(),
    dots = (step, s, f) => named("sample")(fields(stage, step).dots, { s, f });
  assert.deepEqual([dots(null, 0, 1), dots(null, 1, 0)], [2, 3]);
  assert.deepEqual([dots(0, 0, 1), dots(0.6, 0, 0), dots(2, 0, 1), dots(2, 1, 1)], [10, 11, 12, 22]);
  assert.equal(named("sample")(fields(stage, 2).other, { s: 1, f: 1 }), 7);
  assert.equal(fields(stage, 2), fields(stage, 2.2));
});

test("the first play is training on its rung, and ends where the page opens", () => {
  const { state, moves, told, run } = on(stageOf());
  moves.playAtOnce();
  assert.deepEqual([state.course, state.rung, state.playing, moves.timeText({}, 0), moves.caption()], [0, "a", true, "step 0 of 4,500", "x"]);
  run(3000);
  assert.ok(state.course > 0.8 && state.course < 1.2 && state.frame === 1);
  run(4000);
  assert.deepEqual([state.course, state.rung, state.playing, state.frame], [null, "b", false, 1]);
  assert.deepEqual(told, []);
  assert.equal(moves.caption(), undefined);
});

test("who asked for calm is shown the end at once", () => {
  const { state, moves } = on(stageOf(), true);
  moves.playAtOnce();
  assert.deepEqual([state.course, state.playing, state.rung], [null, false, "b"]);
});

test("a stage without a course plays its own frames", () => {
  const { state, moves } = on(stageOf(null));
  moves.playAtOnce();
  assert.deepEqual([state.course, state.playing, state.frame], [null, true, 0]);
});

test("by hand it is scrubbed, stepped and played to its end, where it stays", () => {
  const { state, moves, told, run } = on(stageOf());
  moves.chooseTime(0);
  assert.deepEqual([state.course, moves.first(), moves.last(), moves.at()], [2, 0, 2, 2]);
  moves.scrub(0.6);
  moves.scrubbed();
  assert.equal(state.course, 1);
  moves.stepBy(-5);
  assert.equal(state.course, 0);
  moves.toggle();
  run(7000);
  assert.deepEqual([state.course, state.rung, state.playing], [2, "a", false]);
  assert.equal(named("positionOf")(state, stageOf().spec).rung, "b");
  moves.chooseTime(1);
  assert.deepEqual([state.course, state.rung, moves.at(), told], [null, "b", 1, []]);
});

test("another rung has no course; a user has another", () => {
  const { state, moves } = on(stageOf());
  moves.chooseTime(0);
  moves.sweepTo(1);
  assert.deepEqual([state.course, state.s], [2, 1]);
  moves.chooseRung(0);
  assert.equal(state.course, 2);
  moves.chooseRung(1);
  assert.deepEqual([state.course, state.rung], [null, "b"]);
});
