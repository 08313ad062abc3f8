/** What Python is told: once, when something has come to rest, and never what it knows already. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { named } from "./scripts.mjs";

mock.timers.enable({ apis: ["setTimeout"] });
const STAGE = { stageId: "one", seek: 4, start: { frame: 0, hero: 0.5, rung: "a", selected: null }, spec: { steps: [0, 10, 20], live: false, sweep: {} } };

function telling() {
  const held = { sent: [], said: [], numbers: [] };
  held.state = Object.assign(named("firstState")(STAGE, true, false), { hero: 0.5, rung: "a" });
  const send = { state: (name, { value, nth }) => held.sent.push([name, value]) && held.numbers.push(nth), trigger: (click) => held.sent.push(["click", click]) };
  held.telling = named("makeTelling")(held.state, () => STAGE, () => send, { wake: () => {}, aloud: (now) => held.said.push(now) });
  return held;
}
const at = (frame, over) => ({ frame, hero: 0.5, rung: "a", selected: null, ...over });

test("of many steps the last is told, after a short quiet, and said a while later", () => {
  const { state, sent, said, telling: { rest } } = telling();
  for (const frame of [1, 2]) {
    state.frame = frame;
    rest();
    mock.timers.tick(200);
  }
  assert.deepEqual([sent, said], [[], []]);
  mock.timers.tick(50);
  assert.deepEqual([sent, said], [[["position", at(2)]], []]);
  mock.timers.tick(250);
  assert.deepEqual(said, [at(2)]);
});

test("a place that is known, and one that still moves, are not told", () => {
  const { state, sent, telling: { rest, known } } = telling();
  rest();
  mock.timers.tick(250);
  state.frame = 2;
  state.playing = true;
  rest();
  mock.timers.tick(250);
  state.playing = false;
  known();
  rest();
  mock.timers.tick(250);
  assert.deepEqual(sent, []);
});

test("another value of the slider is told beside the place", () => {
  const { state, sent, telling: { rest } } = telling();
  state.hero = 1;
  rest();
  mock.timers.tick(250);
  assert.deepEqual(sent, [["position", at(0, { hero: 1 })], ["hero", 1]]);
});

test("what was told before, and has been moved away from by the page, is told again as another telling", () => {
  const { state, sent, numbers, telling: { rest, known } } = telling();
  for (const back of [true, false]) {
    state.hero = 1;
    rest();
    mock.timers.tick(250);
    if (back) {
      state.hero = 0.5; // the page seeks
      known();
    }
  }
  assert.deepEqual(sent.map(([name]) => name), ["position", "hero", "position", "hero"]);
  assert.equal(new Set(numbers).size, 4);
});

test("a click selects, a second lets go; one on a dot of the same part keeps the part", () => {
  const { state, sent, telling: { click } } = telling();
  click("net", "expert:1", null, null);
  assert.equal(state.selected, "expert:1");
  click("plane", "expert:1", 7, 1);
  assert.equal(state.selected, "expert:1");
  click("net", "expert:1", null, null);
  assert.equal(state.selected, null);
  click("cells", null, 2, 3);
  assert.deepEqual(sent.map(([name]) => name), ["click", "position", "click", "position", "click", "position", "click"]);
  const { nth, ...last } = sent.at(-1)[1];
  assert.deepEqual(last, { panel: "cells", element: null, row: 2, column: 3, ...at(0) });
  const clicks = sent.filter(([name]) => name === "click").map(([, click]) => click.nth);
  assert.equal(new Set(clicks).size, clicks.length); // each another one: a click that arrives twice is told by it
  assert.ok(nth > clicks[0]);
});

test("a successor is given what may not have arrived, and tells it again", () => {
  const first = telling();
  first.state.frame = 1;
  first.telling.rest();
  mock.timers.tick(250);
  const left = first.telling.leave();
  assert.deepEqual([left.frame, left.step, left.seek, left.told], [1, 10, 4, STAGE.start]); // a moment ago: perhaps lost
  const next = telling();
  next.state.frame = 1;
  next.telling.resume(left.told);
  mock.timers.tick(250);
  assert.deepEqual(next.sent, [["position", at(1)]]);
});
