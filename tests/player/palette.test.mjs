/** Colours as CSS and as numbers, and the tables for a canvas. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named } from "./scripts.mjs";

test("a hue is a variable of the style sheet, counted round", () => {
  assert.deepEqual([0, 5, 6, -1, "ink"].map(named("paint")), ["var(--c0)", "var(--c5)", "var(--c0)", "var(--c5)", "var(--ink)"]);
});

test("a colour is read as it may be written; anything else is black", () => {
  const said = ["#ff8000", " #FF8000 ", "#f80", "rgb(1, 2, 3)", "rgba(1,2,3,.5)", "none"].map(named("rgbOf"));
  assert.deepEqual(said, [[255, 128, 0], [255, 128, 0], [255, 136, 0], [1, 2, 3], [1, 2, 3], [0, 0, 0]]);
});

test("two colours mix in proportion", () => {
  assert.deepEqual(named("mixRgb")([0, 100, 200], [100, 100, 0], 0.25), [25, 100, 150]);
  assert.equal(named("cssRgb")([0.4, 99.6, 200]), "rgb(0,100,200)");
});

const colourTable = named("colourTable");
const row = (table, n) => [...table.slice(4 * n, 4 * n + 4)];

test("the table of sizes goes from viridis's dark end to its light one, opaque, lighter at every step", () => {
  const table = colourTable(false, false);
  assert.equal(table.length, 1024);
  assert.deepEqual([row(table, 0), row(table, 255)], [[0x44, 0x01, 0x54, 255], [0xfd, 0xe7, 0x25, 255]]);
  const light = Array.from({ length: 256 }, (_, n) => 0.2126 * table[4 * n] + 0.7152 * table[4 * n + 1] + 0.0722 * table[4 * n + 2]);
  assert.ok(light.every((v, n) => !n || v >= light[n - 1] - 0.5));
});

test("the table with a sign has the paper's grey in its middle, and is another in the dark", () => {
  const middle = row(colourTable(true, false), 128).slice(0, 3); // half a step beside #f4f4f4, at one end of its colour
  assert.ok(middle.every((v) => Math.abs(v - 0xf4) <= 2), middle.join());
  assert.notDeepEqual(colourTable(true, true), colourTable(true, false));
});
