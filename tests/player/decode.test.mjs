/** What Python packed is what the browser reads: bytes, shapes, numbers, and the two parts as one stage. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { golden, goldenJson, named } from "./scripts.mjs";

const decode = named("decode"),
  wholeStage = named("wholeStage"),
  sample = named("sample");
const written = goldenJson("stage.json");
const still = decode(golden("still")),
  moving = decode(golden("moving"));

test("the two parts belong together, and together are the stage", () => {
  assert.equal(moving.needs, still.still);
  const stage = wholeStage(still, moving);
  assert.deepEqual(stage.spec, written.spec);
  assert.deepEqual([stage.start, stage.seek, stage.autoplay], [written.start, 3, true]);
  assert.equal(stage.stageId, `${still.still}:${moving.stageId}`);
});

test("what does not depend on time is in the still part, all else in the moving one", () => {
  assert.deepEqual(Object.keys(still.fields), ["fixed"]);
  assert.deepEqual(Object.keys(moving.fields).sort(), ["bytes", "cells", "quantised"]);
});

test("every array comes back with its shape, its numbers and its kind", () => {
  const { fields } = wholeStage(still, moving);
  for (const [name, { shape, numbers, dtype }] of Object.entries(written.arrays)) {
    assert.deepEqual(fields[name].shape, shape, name);
    assert.equal(fields[name].data.constructor.name, dtype, name);
    const read = [...fields[name].data].map((v) => (Number.isFinite(v) ? v : null));
    assert.deepEqual(read, numbers, name);
  }
});

test("a view that begins anywhere in its buffer is read as well", () => {
  const bytes = golden("moving"),
    moved = new Uint8Array(bytes.length + 1);
  moved.set(bytes, 1);
  assert.deepEqual(decode(moved.subarray(1)).fields.cells.data, moving.fields.cells.data);
});

test("an index is as numpy's; an axis of length 1 holds for every index", () => {
  const { cells } = moving.fields,
    { fixed } = still.fields,
    innerOf = named("innerOf");
  assert.deepEqual(cells.strides, [60, 20, 5, 1]);
  assert.equal(sample(cells, { s: 1, f: 2 }, innerOf(cells, [3, 4])), written.last);
  assert.equal(sample(fixed, { s: 1, f: 2 }, 3), sample(fixed, { s: 0, f: 0 }, 3));
  assert.ok(Number.isNaN(sample(undefined, { s: 0, f: 0 })));
});

test("between two frames a number lies between; a gap stays a gap on its own side", () => {
  const field = { data: Float32Array.from([0, 10, NaN, 20]), shape: [2, 2], strides: [2, 1] };
  assert.equal(sample(field, { s: 0, f: 0.25 }), 2.5);
  assert.ok(Number.isNaN(sample(field, { s: 1, f: 0.25 })));
  assert.equal(sample(field, { s: 1, f: 0.75 }), 20);
  assert.equal(sample(field, { s: 0.5, f: 1 }), 15);
});
