/** When the drawer stands open, and when the stage has moved on from what it says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named } from "./scripts.mjs";

const open = (content, selected, shut = null, asked = false) => named("drawerOpen")(content, selected, shut, asked);
const PART = { of: "f", selected: "f", quiet: false };

test("a part is open while it is selected", () => {
  assert.equal(open(PART, "f"), true);
  assert.equal(open(PART, null), false);
  assert.equal(open(null, "f"), false);
});

test("what is no part of the drawing is open until it is closed by hand", () => {
  const video = { of: "video 7", selected: null, quiet: false };
  assert.equal(open(video, null), true);
  assert.equal(open(video, null, "video 7"), false);
  assert.equal(open(video, null, "video 8"), true);
});

test("a part that the story points at is opened by a click alone", () => {
  const told = { ...PART, quiet: true };
  assert.equal(open(told, "f"), false);
  assert.equal(open(told, "f", null, true), true);
});

const STATE = { steps: [0, 10, 30], frame: 2, rung: "lstm", s: 1, playing: false, course: null };
const SPEC = { rungs: [{ id: "rnn" }, { id: "lstm" }], sweep: { recorded: [1, 5] } };
const behind = (at, state = {}, spec = {}) =>
  named("drawerBehind")({ step: null, rung: "lstm", hero: 5, ...at }, { ...STATE, ...state }, { ...SPEC, ...spec });

test("the last frame needs no step", () => {
  assert.equal(behind({}), false);
  assert.equal(behind({}, { frame: 1 }), true);
  assert.equal(behind({ step: 10 }, { frame: 1 }), false);
});

test("a step that was thinned out is at the nearest that there is", () => {
  assert.equal(behind({ step: 12 }, { frame: 1 }), false);
});

test("another rung, another value and a play leave it behind", () => {
  assert.equal(behind({ rung: "rnn" }), true);
  assert.equal(behind({ rung: "of another page" }), false);
  assert.equal(behind({ hero: 1 }), true);
  assert.equal(behind({ hero: 1 }, {}, { sweep: null }), false);
  assert.equal(behind({}, { playing: true }), true);
  assert.equal(behind({}, { course: 3 }), true);
});
