/** What a room sees of a stage: one figure beside the drawing, and every number of a drawing or none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named } from "./scripts.mjs";

const IDS = ["net", "shared", "against", "loss", "plane"];
const SPEC = { aside: "plane", spoken: "against", instead: { loss: "against" }, stands_on: {}, live: false };

test("a room sees the figure that the sentence speaks of, and can turn to any other", () => {
  const roomChoice = named("roomChoice");
  assert.deepEqual(roomChoice(IDS, SPEC), { choice: ["shared", "against", "loss"], opening: "against" });
  assert.equal(roomChoice(IDS, { ...SPEC, live: true }).opening, "loss"); // while a run trains
  assert.equal(roomChoice(IDS, { ...SPEC, spoken: "" }).opening, "shared"); // where nothing is said: the first
  assert.equal(roomChoice(IDS, { ...SPEC, live: true, stands_on: { loss: ["a"] } }).opening, "against"); // that one goes with a rung
});

test("beside the drawing stands one figure, and the plane where it is open", () => {
  const roomPanels = named("roomPanels");
  assert.deepEqual(roomPanels(IDS, SPEC, "net", "shared", false), ["net", "shared"]);
  assert.deepEqual(roomPanels(IDS, SPEC, "net", "loss", true), ["net", "loss", "plane"]);
});

test("every number of a drawing has room, or none is written", () => {
  const numbersFit = named("numbersFit"),
    part = (kind, h, value = {}) => ({ kind, h, value });
  const layout = { nodes: [part("gate", 70), part("mix", 80), part("layer", 20, null)] };
  assert.ok(numbersFit(layout, { x: 1, y: 0.5, min: 0.5 }, 12));
  assert.ok(!numbersFit(layout, { x: 1, y: 0.3, min: 0.5 }, 12)); // the gates are too low
  assert.ok(!numbersFit(layout, { x: 1, y: 0.5, min: 0.2 }, 12)); // what is round takes the smaller scale
  assert.ok(numbersFit({ nodes: [part("layer", 5, null)] }, { x: 1, y: 0.1, min: 0.1 }, 12)); // nothing to write
});
