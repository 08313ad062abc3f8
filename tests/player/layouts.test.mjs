/** Where the parts of each kind of panel lie: in their box, in order, none on another. Letters are half as wide as high. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named } from "./scripts.mjs";

const SIZE = { w: 400, h: 200 },
  FAMILY = "sans-serif",
  FONT = "400 12px sans-serif";
const array = (shape, data) => ({
  data: Float32Array.from(data), shape, strides: shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1)),
});
const words = (marks) => marks.filter(([tag]) => tag === "text").map(([, , said]) => said);
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

// ---- a matrix

const HEAT = { low: -1, high: 1, diverging: true, row_labels: ["a", "bb"], column_labels: ["1", "2", "3", "4"] };

test("cells fill the box between the names of the rows and the scale", () => {
  const box = named("heatBox")(HEAT, [2, 4], SIZE, 12, FAMILY);
  assert.deepEqual([box.left, box.top, box.right, box.bottom], [23, 4, 344, 176]); // "bb" is 11 wide
  near(box.cw, (344 - 23) / 4);
  assert.deepEqual(words(named("heatLabels")(HEAT, box)), ["a", "bb", "1", "2", "3", "4"]);
});

test("where cells are narrow only some have a name", () => {
  const many = { ...HEAT, column_labels: Array.from({ length: 100 }, (_, c) => String(c + 1)) };
  const box = named("heatBox")(many, [2, 100], SIZE, 12, FAMILY);
  const columns = words(named("heatLabels")(many, box)).slice(2);
  assert.deepEqual(columns.slice(0, 3), ["1", "9", "17"]);
});

test("a value has its colour; with a sign zero is in the middle whatever the ends", () => {
  const shadeOf = named("shadeOf");
  assert.deepEqual([-1, 0, 1, 9].map((v) => shadeOf(v, HEAT)), [0, 128, 255, 255]);
  assert.equal(shadeOf(0, { low: -1, high: 3, diverging: true }), 128);
  assert.deepEqual([2, 3, 4].map((v) => shadeOf(v, { low: 2, high: 4, diverging: false })), [0, 128, 255]);
});

test("the scale has its highest value above", () => {
  const box = named("heatBox")(HEAT, [2, 4], SIZE, 12, FAMILY),
    marks = named("heatScale")(HEAT, box, named("colourTable")(true, false));
  assert.deepEqual(words(marks), ["1", "−1"]);
  assert.deepEqual([marks[0][1].fill, marks[23][1].fill], ["rgb(165,60,0)", "rgb(11,79,138)"]);
  assert.ok(marks[0][1].y < marks[23][1].y);
});

test("the cell under a place, and the cells beside it, stay inside", () => {
  const at = named("cellAt"),
    beside = named("cellBeside");
  assert.deepEqual([at(0, 0, [2, 4]), at(0.99, 0.6, [2, 4]), at(1.2, -1, [2, 4])], [{ r: 0, c: 0 }, { r: 1, c: 3 }, { r: 0, c: 3 }]);
  assert.deepEqual(beside({ r: 0, c: 3 }, "ArrowDown", [2, 4]), { r: 1, c: 3 });
  assert.deepEqual(beside({ r: 0, c: 3 }, "ArrowRight", [2, 4]), { r: 0, c: 3 });
  assert.equal(beside({ r: 0, c: 3 }, "a", [2, 4]), undefined);
});

// ---- a plane

test("the circle is as large as the box allows and leaves room for a caption", () => {
  const place = named("planePlace");
  const alone = place(SIZE, 12, "");
  assert.deepEqual([alone.radius, alone.y], [81, 101]);
  assert.ok(place(SIZE, 12, "angle between").x < 200);
  assert.equal(place({ w: 20, h: 20 }, 12, "").radius, 20);
});

test("an arrow points where its vector does, upwards on the screen; a missing one is none", () => {
  const place = { x: 100, y: 100, radius: 80 },
    arrowAt = named("arrowAt");
  const up = arrowAt(place, 0, 1);
  near(up.angle, Math.PI / 2);
  assert.deepEqual(up.line, { x1: 100, y1: 100, x2: 100, y2: 30 });
  assert.match(up.head, /^M100 20L/);
  assert.deepEqual([arrowAt(place, 0.01, 0), arrowAt(place, NaN, 1)], [null, null]);
});

test("names that would meet step aside from each other by what is lacking", () => {
  const shift = named("stepAside")([0.1, 0.2], 0.3);
  near(shift[0], -0.1);
  near(shift[1], 0.1);
  assert.deepEqual(named("stepAside")([0, 2], 0.3), [0, 0]);
  assert.deepEqual(named("stepAside")([1], 0.3), [0]);
});

test("a turn is the shorter way round", () => {
  near(named("wrapAngle")(1.5 * Math.PI), -0.5 * Math.PI);
});

test("a caption breaks between words, in Chinese between letters, into four lines at most", () => {
  const lines = named("captionLines");
  assert.deepEqual(lines("between the two tasks", 80, FONT), ["between the", "two tasks"]);
  assert.deepEqual(lines("两个任务的方向之间", 66, FONT), ["两个任务的方向之间"]);
  assert.equal(lines("a b c d e f g h i j ".repeat(9), 61, FONT).length, 4);
  assert.deepEqual(lines("anything", 59, FONT), []);
});

// ---- lines and bars

const LINES = { series: [{ name: "MMoE", weight: "mean", array: "m" }], x_label: "step", y_label: "loss", log: false, x_max: 200 };

test("the axes reach to the last step planned, and over every number of every sweep value", () => {
  const fields = { m: array([2, 3], [1, 2, 3, 4, 5, 100]) };
  const { box, x, y, xs } = named("linesPlace")(LINES, [0, 50, 100], fields, SIZE, 12, FAMILY);
  assert.deepEqual(xs, [0, 50, 100].map(x));
  near(x(200), box.right);
  assert.ok(y(100) > box.top && y(1) < box.bottom);
  const said = words(named("linesGrid")(LINES, { box, x, y, small: FONT }, SIZE));
  assert.deepEqual(said.slice(-2), ["loss", "step"]);
  assert.ok(said.includes("50") && said.includes("100"));
});

test("a line has a gap where a number is missing", () => {
  assert.equal(named("linePath")([1, NaN, 3, 4], [0, 10, 20, 30], (v) => v), "M0 1M20 3L30 4");
});

test("names that would overlap are pushed apart, in their order and inside", () => {
  assert.deepEqual(named("pushApart")([50, 52, 10], 10, 0, 60), [50, 60, 10]);
  assert.deepEqual(named("pushApart")([59, 58, 57], 10, 0, 60), [60, 50, 40]);
});

test("bars lie where labels can be read, and stand where there are too many", () => {
  const plan = named("barsPlan"),
    domain = named("barsDomain")([array([1, 1, 2], [0.5, NaN]), undefined, array([1, 1, 2], [2, -1])]);
  assert.deepEqual(domain, [-1, 2]);
  const lying = plan(["age", "region"], domain, SIZE, 12, FAMILY);
  assert.equal(lying.upright, false);
  assert.ok(lying.middles[0] < lying.middles[1]);
  const { x, width } = named("barBox")(lying, 0, 0, 2, 10);
  near(x + width, 352);
  const upright = plan(Array.from({ length: 20 }, (_, n) => `f${n}`), domain, SIZE, 12, FAMILY);
  assert.equal(upright.upright, true);
  assert.deepEqual(upright.names.map(({ words: said }) => said).slice(0, 3), ["f0", "", "f2"]);
  assert.deepEqual(words(named("barsGrid")(upright)), ["−1", "0", "1", "2"]);
});

// ---- words

test("words fill a row before the next begins; one that is too wide has a row alone", () => {
  const rows = named("wordRows")([30, 30, 30, 90, 10].map((width) => ({ width })), 70);
  assert.deepEqual(rows.map((row) => row.map(({ x }) => x)), [[0, 30], [0], [0], [0]]);
});

test("a sentence that has room is written in full on one line; else what must be named is, and the rest are ticks", () => {
  const place = named("tokenPlaces");
  const short = place(["I", "grew", "up"], [0], 40, 360, 12, FAMILY);
  assert.deepEqual(short.map(({ words }) => words), ["I", "grew", "up"]);
  assert.equal(short[0].x, 40);
  const long = place(Array(48).fill("often").with(4, "Sweden").with(47, "fluent"), [4, 47, 46], 40, 360, 12, FAMILY);
  assert.deepEqual([3, 4, 5, 46, 47].map((n) => long[n].words), ["·", "Sweden", "·", "often", "fluent"]);
  assert.equal(long.filter(({ words }) => words !== "·").length, 3);
  long.slice(1).forEach(({ x }, n) => near(x, long[n].x + long[n].width));
  near(long.at(-1).x + long.at(-1).width, 360);
  const narrow = place(Array(48).fill("Sweden"), [4, 47, 46], 0, 170, 12, FAMILY); // room for one name beside 47 ticks
  assert.deepEqual(narrow.flatMap(({ words }, n) => (words === "·" ? [] : [n])), [4]);
});

test("a belt is as thick as the share that is left, around its own middle", () => {
  const box = named("ribbonBox")({ x: 5, width: 40 }, 0.5, 20, 100);
  assert.deepEqual(box, { x: 5, width: 40.6, y: 105, height: 10 });
  assert.equal(named("ribbonBox")({ x: 5, width: 40 }, NaN, 20, 100), null);
  assert.deepEqual([NaN, 0, 0.0005, 0.05, 0.5].map(named("percentOf")), ["–", "0.0", "< 0.1", "5.0", "50"]);
});

test("short texts are shown whole below each other; of those that are too long the rows that are worth most", () => {
  const plan = named("matchPlan");
  const side = (count) => Array.from({ length: count }, (_, n) => ({ text: `word${n}`, n }));
  const short = plan([side(3), side(4), side(4)], 30, [0, 2, 12], () => 0, SIZE, 12, FAMILY);
  assert.deepEqual(short.shown.map(({ rows }) => rows.flat().length), [3, 4, 4]);
  for (const n of [1, 2]) assert.ok(short.shown[n].top > short.shown[n - 1].top + short.line);
  assert.deepEqual(plan([side(3), side(4), []], 30, [0, 2, 2], () => 0, SIZE, 12, FAMILY).shown[2].rows, []);
  const long = plan([side(3), side(400), side(9)], 30, [0, 2, 2], (part) => (part.n === 200 ? 1 : 0), SIZE, 12, FAMILY);
  const shown = long.shown[1].rows.flat().map(({ part }) => part.n);
  assert.ok(shown.length < 400 && shown.includes(200) && long.text === 12 && long.shown[1].cut && !long.shown[2].cut);
  assert.ok(long.shown[2].top + long.shown[2].rows.length * long.line <= SIZE.h + long.line);
});

test("two scores are equal within the tie alone, and lie on an axis from 0 to 1", () => {
  const standing = named("standing");
  assert.deepEqual([[0.5, 0.2], [0.2, 0.5], [0.5, 0.500004], [0.5, 0.50002], [NaN, 1]].map(([a, b]) => standing(a, b, 1e-5)), [">", "<", "=", "<", ""]);
  assert.deepEqual([[0.5, 0.2], [0.7912, 0.7934], [0.5, 0.50002]].map(([a, b]) => named("digitsApart")(a, b)), [2, 3, 5]);
  const place = named("scoresPlace")(["DSSM", "CNN-DSSM"], SIZE, 12, FAMILY);
  assert.deepEqual([place.x(0), place.x(1), place.x(-0.4)], [place.left, place.right, place.left]);
  assert.ok(place.top + 2 * place.row <= place.bottom + 1e-9);
});

test("a chip goes to the first of its values, and then to the next", () => {
  const next = named("nextOf");
  assert.deepEqual([9, 2, 3].map((hero) => next({ values: [2, 3] }, hero)), [2, 3, 2]);
});

// ---- a share over the sweep

const REACH = {
  names: [["rnn", "RNN"], ["lstm", "LSTM"]], heads: ["alone", "led"], percent: "{value} %", low: 1, high: 40, y_label: "right",
  x_label: "distance", chance: 0.1, chance_label: "guessing", longest: 40, longest_label: "longer",
};

test("the axis of a share goes from 0 to 1 whatever is shown, and its values stand beside it or, where it is narrow, below", () => {
  const beside = named("reachPlace")(REACH, ["main", "beside"], SIZE, 12, FAMILY);
  assert.deepEqual([beside.y(0), beside.y(1)], [beside.box.bottom, beside.box.top]);
  assert.ok(beside.box.right < beside.table && beside.columns[0] < beside.columns[1] && beside.columns[1] <= SIZE.w);
  const below = named("reachPlace")(REACH, ["main"], { w: 320, h: 400 }, 12, FAMILY);
  assert.ok(below.table === 0 && below.rows > below.box.bottom && below.rows + below.row <= 400);
});

test("what guessing reaches is drawn, and what is longer than in training is shaded where there is any", () => {
  const place = named("reachPlace")(REACH, ["main"], SIZE, 12, FAMILY);
  const said = words(named("reachGrid")(REACH, place, 12));
  assert.ok(said.includes("guessing") && said.includes("0") && said.includes("1") && !said.includes("longer"));
  assert.ok(words(named("reachGrid")({ ...REACH, longest: 10 }, place, 12)).includes("longer"));
});

test("curves that are the same line step aside, each further than the one before", () => {
  const line = (at, values) => ({ at, values });
  const found = named("dodges")([line([1, 40], [1, 1]), line([3, 6], [0.9, 0.2]), line([1, 40], [1, 0.99]), line([12], [1])], 3);
  assert.deepEqual(found, [0, 0, 3, 6]);
});

test("values are those of the measured place that is nearest to the slider", () => {
  const at = named("measuredAt");
  assert.deepEqual([1, 5, 20, 40].map((hero) => at([{ at: [3, 6, 12] }, { at: [12, 25] }], hero)), [3, 6, 25, 25]);
  assert.ok(Number.isNaN(at([], 3)));
});

// ---- a recommender

const FIELD = { width: 10, height: 5, bands: [{ start: 0, end: 4 }, { start: 4, end: 10 }] };

test("large pixels stay square, small ones fill the box", () => {
  const box = named("fieldBox")(FIELD, SIZE, 12, 1, 20, 1, 1);
  near((box.right - box.left) / 10, (box.bottom - box.top) / 5);
  const fine = named("fieldBox")({ width: 4000, height: 10 }, SIZE, 12, 1, 20, 1, 1);
  assert.deepEqual([fine.right, fine.bottom], [399, 180]);
});

test("a pixel is in its row, its column and its band", () => {
  const box = { left: 0, top: 0, right: 100, bottom: 50 };
  assert.deepEqual(named("pixelSpot")(FIELD, box, 23), { x: 35, y: 25 });
  assert.deepEqual([3, 4, 49].map((pixel) => named("bandAt")(FIELD, pixel)), [0, 1, 1]);
});

test("few lights are drawn larger, many at one pixel of the page; enlarged things as they are", () => {
  const lightsImage = named("lightsImage"),
    canvas = { width: 300, height: 200 };
  assert.deepEqual(lightsImage(FIELD, canvas, 1, 9), [10, 5]);
  const wide = { width: 1250, height: 800 };
  assert.deepEqual(lightsImage(wide, canvas, 1, 1e6), [300, 200]);
  assert.deepEqual(lightsImage(wide, canvas, 1, 9), [100, 67]);
  assert.deepEqual(lightsImage(wide, canvas, 2, 1e6), [150, 100]);
});

test("an array names pixels with their labels; -1 and what lies outside are none", () => {
  const found = named("namedPixels")(array([1, 2, 3], [0, 0, 0, 7, -1, 99]), { s: 0, f: 1 }, FIELD, [[["x"], ["a", "b", "c"]]]);
  assert.deepEqual(found, [{ n: 0, pixel: 7, label: "a" }]);
});

test("the nearest dot within reach is the pointer's, and none beyond", () => {
  const within = named("within"),
    spot = (pixel) => ({ x: pixel * 10, y: 0 });
  const dots = [{ pixel: 1 }, { pixel: 2 }];
  assert.equal(within(dots, { x: 16, y: 0 }, spot, 1), 2);
  assert.equal(within(dots, { x: 40, y: 0 }, spot, 1), null);
  assert.equal(within([], { x: 0, y: 0 }, spot, 1), null);
});

test("a light lies between its frames, and fades from one user to the next", () => {
  const levelAt = named("levelAt"),
    data = Float32Array.from([0.25, 0.5, 0.75, 1]);
  assert.equal(levelAt(data, 0, 2, 0, 1, null, 1), 0.5);
  assert.equal(levelAt(data, 0, 2, 0.5, 1, null, 1), 0.75);
  assert.equal(levelAt(data, 0, 2, 0, 1, [0, 1], 0.5), 0.75);
  assert.equal(levelAt(data, 0, 2, 0, 1, [0, 0], 0.5), 0.25);
});

test("lines are in their final order, the dead last; what is marked is kept where there is no room", () => {
  const rows = [{ n: 0, from: 5, to: NaN, marked: true }, { n: 1, from: 2, to: 2, marked: false }, { n: 2, from: 9, to: 1, marked: false }];
  const ordered = named("inFinalOrder")(rows);
  assert.deepEqual(ordered.map(({ n }) => n), [2, 1, 0]);
  assert.deepEqual(ordered.map(named("wayOf")), ["climb", "level", "dead"]);
  assert.deepEqual(named("keptRows")(ordered, 2).map(({ n }) => n), [0]);
  const plan = named("slopesPlan")(ordered, 300, SIZE, 12, FAMILY);
  assert.equal(plan.rows.length, 3);
  assert.ok(plan.middle(2) < SIZE.h && plan.x0 < plan.x1);
  assert.equal(named("slopeCurve")(rows[2], 50, plan).after[3][0], plan.x1);
  assert.equal(named("slopeCurve")({ from: NaN, to: 1 }, 50, plan).whole, null);
  assert.deepEqual(words(named("slopesAxis")({ recalled: 300, left_label: "recall", right_label: "rank" }, plan, SIZE)).slice(-2), ["recall", "rank"]);
});

// ---- a network

test("a network fills its box, above its formula if it has one; a mixture stays round", () => {
  const k = named("diagramScale")({ w: 500, h: 350 }, true);
  assert.deepEqual(k, { x: 0.5, y: 0.5, min: 0.5 });
  const box = named("pixelBox")({ node: { kind: "mix" }, x: 100, y: 100, w: 50, h: 50, o: 1 }, { x: 2, y: 0.5, min: 0.5 });
  assert.deepEqual(box, { x: 200, y: 50, w: 25, h: 25, o: 1 });
});

test("a gate tells its six largest weights, under the names of its experts", () => {
  const layout = { nodes: [{ kind: "expert", name: "Expert 1" }, { kind: "gate" }, { kind: "expert", name: "Expert 2" }] };
  const bars = { names: [], index: [1] },
    field = array([1, 1, 2, 3], [9, 9, 9, 0.1, 0.7, 0.2]);
  const told = named("largestBars")(bars, layout, field, { s: 0, f: 0 });
  assert.deepEqual(told.map(({ label, value }) => `${label} ${value}`), ["Expert 2 0.700", "3 0.200", "Expert 1 0.100"]);
});

test("a picture with fewer pixels than things says how many share one", () => {
  const title = named("fieldTitle"),
    panel = { title: "One pixel a video", shared_title: "{count} to a pixel", total: 1_000_000 };
  assert.equal(title(panel, { width: 487, height: 296 }), "6.9 to a pixel");
  assert.equal(title(panel, { width: 1_200, height: 900 }), "One pixel a video");
  assert.equal(title({ ...panel, shared_title: "" }, { width: 10, height: 10 }), "One pixel a video");
});
