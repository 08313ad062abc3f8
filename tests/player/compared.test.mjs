/** What is said of mixtures and of models beside each other, and where a slider rests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named } from "./scripts.mjs";

const SIZE = { w: 400, h: 200 },
  FAMILY = "sans-serif";
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

// ---- mixtures

test("what all have comes first and across, and each mixture ends at 1", () => {
  const boxes = named("sharedBoxes")([[0.3, 0.2], [0.5, 0], [0.1, 0.4]]);
  const rows = (row) => boxes.filter((box) => box.row === row);
  assert.deepEqual(rows(-1).map(({ from, to }) => [from, to]), [[0, 0.3], [0.3, 0.5]]);
  assert.deepEqual(rows(0).map(({ part, from, to }) => [part, from, to]), [[0, 0.5, 1]]);
  assert.deepEqual(rows(1).map(({ part }) => part), [0, 1]);
  near(rows(1)[0].to, 0.6);
  near(rows(1)[1].to, 1);
});

test("nothing in common, and nothing but that", () => {
  const sharedBoxes = named("sharedBoxes");
  assert.deepEqual(sharedBoxes([[0, 0], [1, 0], [0, 1]]).map(({ row, from, to }) => [row, from, to]), [[0, 0, 1], [1, 0, 1]]);
  assert.deepEqual(sharedBoxes([[1], [0], [0]]).map(({ row, from, to }) => [row, from, to]), [[-1, 0, 1]]);
});

test("the axis of mixtures goes from 0 to 1 between the names and the edge", () => {
  const plan = named("sharedPlan")(["task 1", "task 2"], SIZE, 12, FAMILY);
  assert.deepEqual(plan.x.domain, [0, 1]);
  assert.equal(plan.x(0), plan.box.left);
  assert.ok(plan.box.left >= 6 * 6 && plan.box.right < SIZE.w && plan.box.bottom + 12 <= SIZE.h);
});

// ---- models beside each other

const ROW = { name: "Shared-Bottom", rung: "shared_bottom", colour: 5, cost: "13,255" };
const PANEL = { rows: [ROW, { ...ROW, name: "MMoE" }], reach: 50, ahead_title: "ahead in", cost_title: "parameters", ahead_label: "{ahead} of {count}" };

test("zero is in the middle of an axis that no value moves, and the columns have their room", () => {
  const { x, box, columns, middles } = named("comparedPlan")(PANEL, SIZE, 12, FAMILY);
  near(x(0), (box.left + box.right) / 2);
  assert.deepEqual(x.domain, [-50, 50]);
  assert.ok(columns.ahead < columns.cost && box.right < columns.ahead && columns.cost <= SIZE.w);
  assert.ok(middles[0] < middles[1] && middles[1] < box.bottom);
});

test("runs beyond the axis are counted on their side", () => {
  assert.deepEqual(named("beyondReach")([-60, -50, 0, 51, 385], 50), [1, 2]);
});

test("per cent are whole and have their sign", () => {
  const formatPercent = named("formatPercent");
  assert.deepEqual([-11.3, 0.2, 17.6, NaN].map(formatPercent), ["−11%", "0%", "+18%", "–"]);
});

// ---- what is in sight

test("a panel stands in another's place, and the plane is seen where it is open", () => {
  const seenPanels = named("seenPanels"),
    spec = { instead: { loss: "rows" }, aside: "plane" },
    ids = ["network", "rows", "loss", "plane"];
  assert.deepEqual(seenPanels(ids, spec, { loss: false }, false), ["network", "rows"]);
  assert.deepEqual(seenPanels(ids, spec, { loss: true }, false), ["network", "loss"]);
  assert.deepEqual(seenPanels(ids, spec, { loss: false }, true), ["network", "rows", "plane"]);
  assert.deepEqual(seenPanels(ids, { instead: {}, aside: "" }, {}, false), ids);
});

test("an arrow of the sign points where its vector does, and one without length is none", () => {
  const [right, none] = named("signArrows")([[1, 0], [0, 0]], 36);
  assert.ok(right.startsWith("M18 18L34 18"));
  assert.equal(none, "");
});

// ---- a slider with stops

test("a slider rests at its stops alone, and keys lead from one to the next", () => {
  const [restsAt, nextStop] = ["restsAt", "nextStop"].map(named),
    stops = [-1, -0.5, 0, 0.1, 1];
  assert.deepEqual([-0.7, 0.06, 0.7].map((v) => restsAt(stops, v)), [-0.5, 0.1, 1]);
  assert.equal(restsAt([], 0.37), 0.37);
  assert.deepEqual(["ArrowLeft", "ArrowRight", "Home", "End", "PageUp"].map((key) => nextStop(stops, 0, key)), [-0.5, 0.1, -1, 1, 1]);
  assert.equal(nextStop(stops, 1, "ArrowRight"), 1);
  assert.equal(nextStop(stops, 0.04, "ArrowRight"), 0.1); // between two: to the next on that side
  assert.equal(nextStop(stops, 0.04, "ArrowLeft"), 0);
  assert.equal(nextStop(stops, 0, "Tab"), undefined);
  assert.equal(nextStop([], 0, "ArrowLeft"), undefined);
});
