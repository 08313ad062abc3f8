/** Data to pixels and back, round ticks, and numbers as words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named } from "./scripts.mjs";

const linearScale = named("linearScale"),
  logScale = named("logScale");

test("a linear scale maps its ends onto the range, and back", () => {
  const scale = linearScale([10, 20], [300, 100]); // upwards, as a y axis is
  assert.deepEqual([10, 15, 20].map(scale), [300, 200, 100]);
  assert.equal(scale.invert(150), 17.5);
});

test("a domain of one number divides by nothing", () => {
  assert.equal(linearScale([3, 3], [0, 100])(3), 0);
});

test("a logarithmic scale has decades of one length; what is not positive stands on the lower edge", () => {
  const scale = logScale([0.01, 100], [0, 400]);
  assert.deepEqual([0.01, 0.1, 1, 10, 100].map((v) => Math.round(scale(v))), [0, 100, 200, 300, 400]);
  assert.equal(scale(0), 0);
  assert.equal(scale(-5), 0);
  assert.ok(Math.abs(scale.invert(300) - 10) < 1e-9);
});

test("linear ticks are round and inside", () => {
  assert.deepEqual(linearScale([0, 1], [0, 1]).ticks(5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(linearScale([-0.3, 0.3], [0, 1]).ticks(3), [-0.2, 0, 0.2]);
  assert.deepEqual(linearScale([0, 1500], [0, 1]).ticks(4), [0, 500, 1000, 1500]);
});

test("logarithmic ticks thin out from 1-2-5 to decades", () => {
  assert.deepEqual(logScale([1, 10], [0, 1]).ticks(4), [1, 2, 5, 10]);
  assert.deepEqual(logScale([1, 1000], [0, 1]).ticks(4), [1, 10, 100, 1000]);
  assert.deepEqual(logScale([1, 1e6], [0, 1]).ticks(4), [1, 100, 1e4, 1e6]);
});

test("a number has about three digits, a real minus sign, and says where there is none", () => {
  const formatNumber = named("formatNumber");
  const said = [0, 0.00001, 0.0123, 0.5, 12.345, 123.4, 1234.5, 2e6, -0.25, NaN].map(formatNumber);
  assert.deepEqual(said, ["0", "1.0e−5", "0.012", "0.50", "12.3", "123", "1,235", "2.0e+6", "−0.25", "–"]);
});

test("fixed, signed and tick", () => {
  assert.equal(named("formatFixed")(-1.239, 2), "−1.24");
  assert.equal(named("formatFixed")(-0.001, 2), "0.00"); // never −0
  assert.equal(named("formatSigned")(0.1), "+0.100");
  assert.equal(named("formatSigned")(-0.1), "−0.100");
  assert.deepEqual([0, 0.0005, 0.5, 1000, -2].map(named("formatTick")), ["0", "5e−4", "0.5", "1,000", "−2"]);
});

test("a template keeps a place that nothing fills", () => {
  assert.equal(named("fill")("{step} of {last}, {other}", { step: 3, last: 10 }), "3 of 10, {other}");
});
