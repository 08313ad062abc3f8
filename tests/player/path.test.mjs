/** How a connection runs from port to port. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named } from "./scripts.mjs";

const edgePath = named("edgePath"),
  alongEdge = named("alongEdge");
const LOW = { x: 100, y: 200, w: 40, h: 20, o: 1 },
  HIGH = { x: 300, y: 50, w: 40, h: 20, o: 1 },
  UP = { source_port: "top", target_port: "bottom" };

test("a port is the middle of a side", () => {
  const portOf = named("portOf");
  const all = ["top", "bottom", "left", "right"].map((port) => Object.values(portOf(LOW, port)));
  assert.deepEqual(all, [[100, 190], [100, 210], [80, 200], [120, 200]]);
});

test("without corners a curve leaves and arrives upright", () => {
  assert.equal(edgePath(UP, LOW, HIGH, []), "M100 190C100 125 300 125 300 60");
});

test("through points it is square with rounded corners", () => {
  const path = edgePath({ source_port: "left", target_port: "bottom" }, HIGH, { ...LOW, y: 0 }, [{ x: 100, y: 50 }]);
  assert.equal(path, "M280 50L109 50Q100 50 100 41L100 10");
});

test("a corner without room for a curve stays a corner", () => {
  assert.equal(named("roundedPath")([{ x: 0, y: 0 }, { x: 0.5, y: 0 }, { x: 0.5, y: 9 }]), "M0 0L0.5 0L0.5 9");
});

test("a point along the curve: its ends, and the middle of a curve is the middle of its ends", () => {
  assert.deepEqual(alongEdge(UP, LOW, HIGH, 0), { x: 100, y: 190 });
  assert.deepEqual(alongEdge(UP, LOW, HIGH, 1), { x: 300, y: 60 });
  assert.deepEqual(alongEdge(UP, LOW, HIGH, 0.5), { x: 200, y: 125 });
});
