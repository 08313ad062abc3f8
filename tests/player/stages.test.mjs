/** What each stage leaves of the best possible: the largest drop, and where its bars lie. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named } from "./scripts.mjs";

test("the largest drop is the stage that takes most", () => {
  const largestDrop = named("largestDrop");
  assert.equal(largestDrop([1, 0.57, 0.36, 0.2]), 1);
  assert.equal(largestDrop([1, 0.9, 0.4, 0.2]), 2);
  assert.equal(largestDrop([1, 0.9, 0.8, 0.2]), 3);
  assert.equal(largestDrop([1, 1, 1, 1]), -1);
});

test("bars run from 0 to 1 between the counts and the numbers", () => {
  const panel = { names: ["uploaded", "shown"] },
    { box, x, columns, middles } = named("stagesPlan")(panel, ["1,000,000", "20"], { w: 400, h: 140 }, 12, "sans-serif");
  assert.deepEqual(x.domain, [0, 1]);
  assert.ok(columns.count >= 8 * 6 && box.left >= columns.count + 9 * 6 && box.right <= 400 - 30);
  assert.ok(middles[0] < middles[1] && middles[1] < box.bottom && box.bottom + 12 < 140);
});
