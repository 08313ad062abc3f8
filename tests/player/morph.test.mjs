/** One network turning into another: what stays glides, what is new grows out of its `born`, what goes merges back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named } from "./scripts.mjs";

const makeMorph = named("makeMorph"),
  bornBoxes = named("bornBoxes");
const node = (id, x, over = {}) => ({ id, x, y: 300, w: 100, h: 50, kind: "layer", born: null, ...over });
const BOTTOM = { nodes: [node("bottom", 500, { w: 400 }), node("tower", 300, { kind: "tower" })], edges: [], order: null };
const EXPERTS = {
  nodes: [
    ...[0, 1].map((i) => node(`expert:${i}`, 400 + 200 * i, { kind: "expert", born: "bottom" })),
    node("tower", 700, { kind: "tower" }),
  ],
  edges: [],
  order: null,
};
const HERE = { s: 0, f: 0 };
const app = (calm = false, fields = {}) => ({ state: { calm }, fields: () => fields });
const begun = (calm, ...layouts) => {
  const morph = makeMorph(app(calm));
  for (const layout of layouts) {
    morph.begin(layout);
    morph.step(HERE, 1);
  }
  return morph;
};
const at = (morph, id) => (({ x, w, o }) => ({ x, w, o }))(morph.shown.get(id));

test("experts share the rectangle that they grow out of", () => {
  const boxes = bornBoxes(EXPERTS.nodes, new Map([["bottom", BOTTOM.nodes[0]]]));
  assert.deepEqual(boxes.get("expert:0"), { x: 400, y: 300, w: 200, h: 50 });
  assert.deepEqual(boxes.get("expert:1"), { x: 600, y: 300, w: 200, h: 50 });
});

test("the first network is there at once", () => {
  const morph = begun(false, BOTTOM);
  assert.deepEqual(morph.step(HERE, 1), { moving: false, t: 1 });
  assert.deepEqual(at(morph, "bottom"), { x: 500, w: 400, o: 1 });
});

test("in the middle of its time a part is half way, and the bottom has given way to its experts", () => {
  const morph = begun(false, BOTTOM);
  morph.begin(EXPERTS);
  const { moving, t } = morph.step(HERE, 225);
  assert.deepEqual([moving, t], [true, 0.5]);
  assert.deepEqual(at(morph, "tower"), { x: 500, w: 100, o: 1 });
  assert.deepEqual(at(morph, "expert:0"), { x: 400, w: 150, o: 1 });
  assert.equal(at(morph, "bottom").o, 0);
  assert.equal(morph.before(), BOTTOM);
});

test("at its end the new network alone is left", () => {
  const morph = begun(false, BOTTOM);
  morph.begin(EXPERTS);
  assert.deepEqual(morph.step(HERE, 450), { moving: false, t: 1 });
  assert.deepEqual([...morph.shown.keys()], ["expert:0", "expert:1", "tower"]);
  assert.equal(morph.before(), null);
});

test("the way back closes the experts to the bottom again", () => {
  const morph = begun(true, EXPERTS);
  const back = makeMorph(app());
  back.begin(EXPERTS);
  back.step(HERE, 1);
  back.begin(BOTTOM);
  back.step(HERE, 225);
  assert.deepEqual(at(back, "expert:1"), { x: 600, w: 150, o: 1 });
  assert.ok(morph.shown.has("expert:1"));
});

test("who asked for calm sees no movement", () => {
  const morph = begun(true, BOTTOM, EXPERTS);
  assert.deepEqual(at(morph, "expert:1"), { x: 600, w: 100, o: 1 });
});

test("experts stand in the order that the recording gives", () => {
  const order = { data: Float32Array.from([1, 0]), shape: [1, 1, 2], strides: [2, 2, 1] };
  const morph = makeMorph(app(true, { order }));
  morph.begin({ ...EXPERTS, order: "order" });
  morph.step(HERE, 1);
  assert.deepEqual([at(morph, "expert:0").x, at(morph, "expert:1").x], [600, 400]);
  assert.deepEqual([morph.placeOf(0), morph.placeOf(1)], [1, 0]);
});
