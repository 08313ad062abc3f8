/** Where a label is written: right of its place, unless there is no room or something stands there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named } from "./scripts.mjs";

const labelPlace = named("labelPlace"),
  overlap = named("overlap");
const BOX = { left: 0, top: 0, right: 200, bottom: 100 },
  SIZE = { w: 40, h: 10 };

test("two boxes overlap by their common area", () => {
  assert.equal(overlap({ x: 0, y: 0, w: 10, h: 10 }, { x: 5, y: 8, w: 10, h: 10 }), 10);
  assert.equal(overlap({ x: 0, y: 0, w: 10, h: 10 }, { x: 10, y: 0, w: 10, h: 10 }), 0);
});

test("right of its place where there is room", () => {
  assert.deepEqual(labelPlace({ x: 100, y: 50 }, SIZE, 8, BOX, []), { x: 100 + 8 + 2, y: 45, ...SIZE });
});

test("left of it at the right edge, and never over an edge", () => {
  assert.deepEqual(labelPlace({ x: 190, y: 50 }, SIZE, 8, BOX, []), { x: 190 - 8 - 2 - 40, y: 45, ...SIZE });
  const cornered = labelPlace({ x: 199, y: 99 }, SIZE, 8, BOX, []);
  assert.ok(cornered.x >= 0 && cornered.x + 40 <= 200 && cornered.y >= 0 && cornered.y + 10 <= 100);
});

test("elsewhere where something stands already", () => {
  const taken = [{ x: 105, y: 40, w: 60, h: 20 }];
  const place = labelPlace({ x: 100, y: 50 }, SIZE, 8, BOX, taken);
  assert.equal(overlap(place, taken[0]), 0);
  assert.ok(place.x < 100);
});
