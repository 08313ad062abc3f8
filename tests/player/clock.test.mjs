/** Time: how far a frame moves in so many milliseconds, and when nothing moves any more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named } from "./scripts.mjs";

const advance = named("advance");
const state = (over) => ({ steps: Array(61).fill(0), frame: 0, s: 0, peek: null, playing: false, speed: 1, calm: false, view: { s: 0, f: 0 }, ended: () => {}, ...over });

test("the whole axis takes six seconds at 1×, however many frames it has", () => {
  const one = state({ playing: true });
  assert.ok(advance(one, 3000));
  assert.deepEqual([one.frame, one.view.f], [30, 30]);
  const fast = state({ playing: true, speed: 2, steps: Array(11).fill(0) });
  advance(fast, 1500);
  assert.equal(fast.frame, 5);
});

test("it ends at the last frame, once", () => {
  let ends = 0;
  const one = state({ playing: true, frame: 59.9, ended: () => (ends += 1) });
  advance(one, 100);
  assert.deepEqual([one.frame, ends], [60, 1]);
});

test("what is drawn follows what was chosen, and arrives exactly", () => {
  const one = state({ frame: 10 });
  assert.ok(advance(one, 90));
  assert.ok(Math.abs(one.view.f - 10 * (1 - Math.exp(-1))) < 1e-9);
  while (advance(one, 16));
  assert.equal(one.view.f, 10);
});

test("who asked for calm sees whole frames at once, while it plays too", () => {
  const one = state({ frame: 10, s: 4, calm: true });
  assert.equal(advance(one, 1), false);
  assert.deepEqual(one.view, { s: 4, f: 10 });
  const playing = state({ playing: true, calm: true });
  advance(playing, 160);
  assert.deepEqual([playing.frame, playing.view.f], [1.6, 2]);
});

test("a peek is looked at and does not move time", () => {
  const one = state({ frame: 10, peek: 50, calm: true });
  advance(one, 16);
  assert.deepEqual([one.frame, one.view.f], [10, 50]);
});

test("easing begins and ends at rest and is half way in the middle", () => {
  const easeInOut = named("easeInOut");
  assert.deepEqual([0, 0.5, 1].map(easeInOut), [0, 0.5, 1]);
  assert.ok(easeInOut(0.1) < 0.01 && easeInOut(0.9) > 0.99);
});
