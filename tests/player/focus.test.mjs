/** Which parts stay bright when one is looked at. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named } from "./scripts.mjs";

const KINDS = { x: "input", "expert:0": "expert", "expert:1": "expert", "gate:0": "gate", "gate:1": "gate", "mix:0": "mix", "mix:1": "mix", "tower:0": "tower", "tower:1": "tower" };
const ENDS = [
  ["x", "expert:0"], ["x", "expert:1"], ["x", "gate:0"], ["x", "gate:1"],
  ["expert:0", "mix:0"], ["expert:1", "mix:0"], ["expert:0", "mix:1"], ["expert:1", "mix:1"],
  ["gate:0", "mix:0"], ["gate:1", "mix:1"], ["mix:0", "tower:0"], ["mix:1", "tower:1"],
];
const LAYOUT = {
  nodes: Object.entries(KINDS).map(([id, kind]) => ({ id, kind })),
  edges: ENDS.map(([source, target]) => ({ id: `${source}>${target}`, source, target })),
};
const bright = (id) => {
  const found = named("neighbourhood")(LAYOUT, id);
  return found && [...found].filter((one) => one in KINDS).sort();
};

test("an edge keeps its two ends", () => {
  assert.deepEqual([...named("neighbourhood")(LAYOUT, "x>gate:0")], ["x>gate:0", "x", "gate:0"]);
});

test("an expert keeps what feeds it and what it feeds", () => {
  assert.deepEqual(bright("expert:0"), ["expert:0", "mix:0", "mix:1", "x"]);
});

test("a gate keeps its mixture's experts and its tower, and no other task", () => {
  assert.deepEqual(bright("gate:0"), ["expert:0", "expert:1", "gate:0", "mix:0", "tower:0"]);
});

test("a tower keeps what is upstream, as far as the experts", () => {
  assert.deepEqual(bright("tower:1"), ["expert:0", "expert:1", "gate:1", "mix:1", "tower:1"]);
});

test("what is no part of this network brightens nothing", () => {
  assert.equal(bright("bottom"), null);
});

test("a term of the formula goes before the pointer, the pointer before what is selected", () => {
  const brightParts = named("brightParts");
  const nodes = (found) => [...found].filter((one) => one in KINDS).sort();
  assert.deepEqual(nodes(brightParts(LAYOUT, ["expert"], "gate:0", null)), ["expert:0", "expert:1"]);
  assert.ok(brightParts(LAYOUT, ["gate:0"], null, null).has("gate:0>mix:0"));
  assert.deepEqual(nodes(brightParts(LAYOUT, null, "expert:0", "tower:1")), bright("expert:0"));
  assert.deepEqual(nodes(brightParts(LAYOUT, null, null, "tower:1")), bright("tower:1"));
  assert.equal(brightParts(LAYOUT, null, null, null), null);
});
