/**
 * A matrix as colour, on a canvas: 64 × 64 SVG cells would cost 75 ms a frame. Labels, cursor and numbers lie above it.
 */

// ---- laying out

/** Where the cells lie, between the names of the rows and the scale.
 * @param {[number, number]} extent rows and columns @returns {object} left, top, right, bottom in pixels; cw, ch a cell's; and
 *   the font and the width for the names of the rows */
function heatBox(panel, [rows, columns], size, text, family) {
  const font = `400 ${text - 1}px ${family}`,
    names = Math.min(Math.max(8, ...panel.row_labels.map((label) => textWidth(label, font))), size.w * 0.3),
    box = { left: Math.ceil(names + 12), top: 4, right: size.w - 56, bottom: size.h - 24 };
  return { ...box, cw: (box.right - box.left) / columns, ch: (box.bottom - box.top) / rows, font, names };
}

/** The names of rows and columns, as many as have room, for `svgAll`. */
function heatLabels({ row_labels, column_labels }, { left, top, bottom, cw, ch, font, names }) {
  const rowEvery = Math.max(1, Math.ceil(14 / ch)),
    widest = Math.max(8, ...column_labels.map((label) => textWidth(label, font))),
    columnEvery = Math.max(1, Math.ceil((Math.min(widest, 70) + 8) / cw));
  const beside = row_labels.map((label, r) => {
    const at = { x: left - 7, y: px(top + (r + 0.5) * ch + 4), "text-anchor": "end" };
    return ["text", at, fitText(label, names, font)];
  });
  const below = column_labels.map((label, c) => {
    const at = { x: px(left + (c + 0.5) * cw), y: bottom + 16, "text-anchor": "middle" };
    return ["text", at, fitText(label, cw * columnEvery - 4, font)];
  });
  return [...beside.filter((_, r) => r % rowEvery === 0), ...below.filter((_, c) => c % columnEvery === 0)];
}

/** The bar of colours at the right, highest above, and the numbers at its ends, for `svgAll`. @param {Uint8ClampedArray} table of colours */
function heatScale(panel, box, table) {
  const steps = 24,
    height = (box.bottom - box.top) / steps;
  const colours = Array.from({ length: steps }, (_, i) => {
    const k = Math.round(((steps - 1 - i) / (steps - 1)) * 255) * 4;
    const y = px(box.top + i * height);
    return ["rect", { x: box.right + 12, y, width: 8, height: px(height + 0.6), fill: cssRgb([...table.slice(k, k + 3)]) }];
  });
  const ticks = [[panel.high, box.top + 9], [panel.low, box.bottom]];
  return [...colours, ...ticks.map(([v, y]) => ["text", { x: box.right + 25, y: px(y) }, formatTick(v)])];
}

/** Which of the 256 colours a value has. */
function shadeOf(v, { low, high, diverging }) {
  const reach = Math.max(Math.abs(low), Math.abs(high)) || 1,
    unit = diverging ? (v / reach + 1) / 2 : (v - low) / (high - low || 1);
  return Math.min(Math.max(Math.round(unit * 255), 0), 255);
}

const cellFrame = ({ r, c }, { left, top, cw, ch }) => ({
  x: px(left + c * cw),
  y: px(top + r * ch),
  width: px(cw),
  height: px(ch),
});

/** The cell at a share of width and height, and the one that an arrow key leads to; both stay inside. */
function cellAt(u, v, [rows, columns]) {
  const inside = (share, n) => Math.min(Math.max(Math.floor(share * n), 0), n - 1);
  return { r: inside(v, rows), c: inside(u, columns) };
}
function cellBeside({ r, c }, key, [rows, columns]) {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
  return step && { r: Math.min(Math.max(r + step[0], 0), rows - 1), c: Math.min(Math.max(c + step[1], 0), columns - 1) };
}

// ---- drawing

/** Pointer and keys on the cells. */
function listenCells(canvas, { extent, cell, goTo, choose, regard, rest }) {
  const under = (event) => {
    const outer = canvas.getBoundingClientRect();
    return cellAt((event.clientX - outer.left) / outer.width, (event.clientY - outer.top) / outer.height, extent());
  };
  canvas.addEventListener("pointermove", (event) => goTo(under(event), event));
  canvas.addEventListener("pointerleave", rest);
  canvas.addEventListener("click", (event) => choose(under(event)));
  canvas.addEventListener("focus", regard);
  canvas.addEventListener("blur", rest);
  canvas.addEventListener("keydown", (event) => {
    const next = event.key === "Enter" ? cell() : cellBeside(cell(), event.key, extent());
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") choose(next);
    goTo(next);
  });
}

function makeHeat(panel, app) {
  const frame = panelFrame(panel, "heat");
  const { board, area } = frame;
  const canvas = html("canvas", { class: "cells", role: "img", tabindex: 0 });
  area.prepend(canvas);
  put(board, { "aria-hidden": "true", class: "board heat over" });
  const labels = svg("g", { class: "grid" }),
    cursor = svg("rect", { class: "cell-cursor", display: "none" });
  const mark = svg("rect", { class: "cell-mark", display: "none" }),
    scaleBar = svg("g", { class: "grid" });
  board.append(labels, scaleBar, mark, cursor);
  const small = document.createElement("canvas");
  let size = { w: 0, h: 0 },
    box,
    table,
    dark = null,
    shown = "",
    cell = { r: 0, c: 0 },
    chosen = null;

  const field = () => app.fields()[panel.array];
  const extent = () => (field()?.shape ?? [1, 1, 1, 1]).slice(2);
  const valueAt = (moment, r, c) => {
    const f = field(),
      raw = sample(f, moment, r * f.shape[3] + c);
    return f.data instanceof Uint8Array ? panel.low + (raw / 255) * (panel.high - panel.low) : raw;
  };
  const nameOf = (r, c) =>
    `${panel.row_labels[r] ?? `${app.words.row} ${r + 1}`} · ${panel.column_labels[c] ?? `${app.words.column} ${c + 1}`}`;

  /** The number under the cell cursor, or that there is none. */
  const printed = () => {
    const v = valueAt(nearest(app.state.view), cell.r, cell.c);
    return Number.isFinite(v) ? formatNumber(v) : app.words.not_recorded;
  };

  const measure = () => {
    box = heatBox(panel, extent(), size, app.textSize(), app.font());
    const [width, height] = [box.right - box.left, box.bottom - box.top];
    put(canvas, { style: `left:${box.left}px;top:${box.top}px;width:${width}px;height:${height}px` });
    canvas.width = Math.round(width * app.ratio);
    canvas.height = Math.round(height * app.ratio);
    [small.height, small.width] = extent();
    labels.replaceChildren(...svgAll(heatLabels(panel, box)));
    shown = "";
  };

  const drawScale = () => scaleBar.replaceChildren(...svgAll(heatScale(panel, box, table)));

  const paintCells = (moment) => {
    const [R, C] = extent(),
      context = small.getContext("2d"),
      image = context.createImageData(C, R);
    for (let i = 0; i < R * C; i += 1) {
      const v = valueAt(moment, Math.floor(i / C), i % C);
      if (!Number.isFinite(v)) continue; // transparent: not recorded is not zero
      const k = shadeOf(v, panel) * 4;
      image.data.set(table.subarray(k, k + 4), i * 4);
    }
    context.putImageData(image, 0, 0);
    const big = canvas.getContext("2d");
    big.imageSmoothingEnabled = false;
    big.clearRect(0, 0, canvas.width, canvas.height);
    big.drawImage(small, 0, 0, canvas.width, canvas.height);
  };

  const frameCell = (rect, at) => put(rect, at ? { ...cellFrame(at, box), display: null } : { display: "none" });

  const render = (moment) => {
    if (!size.w || !field()) return false;
    if (dark !== app.state.dark) {
      dark = app.state.dark;
      table = colourTable(panel.diverging, dark);
      drawScale();
      shown = "";
    }
    const key = `${moment.s}|${moment.f}|${app.state.stageId}`;
    if (key !== shown) {
      paintCells(moment);
      shown = key;
      describe();
    }
    return false;
  };
  const describe = () => put(canvas, { "aria-label": `${panel.title}. ${nameOf(cell.r, cell.c)}: ${printed()}` });

  const note = (event) => app.tip.show(event, nameOf(cell.r, cell.c), [{ label: app.words.value, value: printed() }]);
  const rest = () => {
    frameCell(cursor, null);
    app.tip.hide();
  };
  listenCells(canvas, {
    extent,
    cell: () => cell,
    /** The cursor goes to a cell; the note stands at the pointer, or beside the cell where it was a key. */
    goTo: (next, event) => {
      cell = next;
      frameCell(cursor, cell);
      describe();
      const { left, top } = canvas.getBoundingClientRect(),
        [x, y] = [(cell.c + 1) * box.cw * app.zoom, (cell.r + 0.5) * box.ch * app.zoom];
      note(event ?? { clientX: left + x, clientY: top + y });
    },
    choose: (next) => {
      chosen = cell = next;
      frameCell(mark, chosen);
      app.click(panel.id, null, cell.r, cell.c);
    },
    regard: () => frameCell(cursor, cell),
    rest,
  });

  return {
    root: frame.root,
    board,
    canvas,
    render,
    origin: () => ({ x: box.left, y: box.top }),
    resize: (w, h) => {
      size = { w, h };
      measure();
      frameCell(mark, chosen);
      if (table) drawScale();
    },
    update: (next) => {
      panel = next;
      dark = null;
      if (size.w) measure();
    },
  };
}

MAKERS.Heat = makeHeat;
