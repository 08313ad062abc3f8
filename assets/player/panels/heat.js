/**
 * A matrix as colour, on a canvas: 64 × 64 SVG cells would cost 75 ms a frame. Labels, cursor and numbers lie above it.
 */
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
    const [R, C] = extent(),
      font = `400 ${app.textSize() - 1}px ${app.font()}`;
    const widest = Math.min(Math.max(8, ...panel.row_labels.map((l) => textWidth(l, font))), size.w * 0.3);
    box = { left: Math.ceil(widest + 12), top: 4, right: size.w - 56, bottom: size.h - 24 };
    box.cw = (box.right - box.left) / C;
    box.ch = (box.bottom - box.top) / R;
    put(canvas, {
      style: `left:${box.left}px;top:${box.top}px;width:${box.right - box.left}px;height:${box.bottom - box.top}px`,
    });
    canvas.width = Math.round((box.right - box.left) * app.ratio);
    canvas.height = Math.round((box.bottom - box.top) * app.ratio);
    small.width = C;
    small.height = R;
    const parts = [];
    const rowEvery = Math.max(1, Math.ceil(14 / box.ch)),
      widestColumn = Math.max(8, ...panel.column_labels.map((l) => textWidth(l, font)));
    const columnEvery = Math.max(1, Math.ceil((Math.min(widestColumn, 70) + 8) / box.cw));
    const label = (words, attributes) => {
      const t = svg("text", attributes);
      t.textContent = words;
      parts.push(t);
    };
    panel.row_labels.forEach((l, r) => {
      if (r % rowEvery === 0)
        label(fitText(l, widest, font), {
          x: box.left - 7,
          y: px(box.top + (r + 0.5) * box.ch + 4),
          "text-anchor": "end",
        });
    });
    panel.column_labels.forEach((l, c) => {
      if (c % columnEvery === 0)
        label(fitText(l, box.cw * columnEvery - 4, font), {
          x: px(box.left + (c + 0.5) * box.cw),
          y: box.bottom + 16,
          "text-anchor": "middle",
        });
    });
    labels.replaceChildren(...parts);
    shown = "";
  };

  const drawScale = () => {
    const n = 24,
      h = (box.bottom - box.top) / n,
      parts = [];
    for (let i = 0; i < n; i += 1) {
      const k = Math.round(((n - 1 - i) / (n - 1)) * 255) * 4;
      parts.push(
        svg("rect", {
          x: box.right + 12,
          y: px(box.top + i * h),
          width: 8,
          height: px(h + 0.6),
          fill: cssRgb([...table.slice(k, k + 3)]),
        }),
      );
    }
    [
      [panel.high, box.top + 9],
      [panel.low, box.bottom],
    ].forEach(([v, at]) => {
      const t = svg("text", { x: box.right + 25, y: px(at) });
      t.textContent = formatTick(v);
      parts.push(t);
    });
    scaleBar.replaceChildren(...parts);
  };

  const paintCells = (moment) => {
    const [R, C] = extent(),
      context = small.getContext("2d"),
      image = context.createImageData(C, R);
    const low = panel.low,
      span = panel.high - panel.low || 1;
    const reach = Math.max(Math.abs(panel.low), Math.abs(panel.high)) || 1;
    for (let i = 0; i < R * C; i += 1) {
      const v = valueAt(moment, Math.floor(i / C), i % C);
      if (!Number.isFinite(v)) continue; // transparent: not recorded is not zero
      const unit = panel.diverging ? (v / reach + 1) / 2 : (v - low) / span,
        k = Math.min(Math.max(Math.round(unit * 255), 0), 255) * 4;
      image.data.set(table.subarray(k, k + 4), i * 4);
    }
    context.putImageData(image, 0, 0);
    const big = canvas.getContext("2d");
    big.imageSmoothingEnabled = false;
    big.clearRect(0, 0, canvas.width, canvas.height);
    big.drawImage(small, 0, 0, canvas.width, canvas.height);
  };

  const frameCell = (rect, at) =>
    put(
      rect,
      at
        ? {
            x: px(box.left + at.c * box.cw),
            y: px(box.top + at.r * box.ch),
            width: px(box.cw),
            height: px(box.ch),
            display: null,
          }
        : { display: "none" },
    );

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

  const cellAt = (event) => {
    const [R, C] = extent(),
      outer = canvas.getBoundingClientRect();
    const inside = (v, n) => Math.min(Math.max(Math.floor(v * n), 0), n - 1);
    return {
      r: inside((event.clientY - outer.top) / outer.height, R),
      c: inside((event.clientX - outer.left) / outer.width, C),
    };
  };
  const note = (event) => app.tip.show(event, nameOf(cell.r, cell.c), [{ label: app.words.value, value: printed() }]);
  const choose = () => {
    chosen = cell;
    frameCell(mark, chosen);
    app.click(panel.id, null, cell.r, cell.c);
  };
  canvas.addEventListener("pointermove", (event) => {
    cell = cellAt(event);
    frameCell(cursor, cell);
    note(event);
    describe();
  });
  canvas.addEventListener("pointerleave", () => {
    frameCell(cursor, null);
    app.tip.hide();
  });
  canvas.addEventListener("click", (event) => {
    cell = cellAt(event);
    choose();
  });
  canvas.addEventListener("focus", () => frameCell(cursor, cell));
  canvas.addEventListener("blur", () => {
    frameCell(cursor, null);
    app.tip.hide();
  });
  canvas.addEventListener("keydown", (event) => {
    const [R, C] = extent(),
      step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === "Enter") choose();
    else if (!step) return;
    else
      cell = { r: Math.min(Math.max(cell.r + step[0], 0), R - 1), c: Math.min(Math.max(cell.c + step[1], 0), C - 1) };
    event.preventDefault();
    event.stopPropagation();
    frameCell(cursor, cell);
    describe();
    const outer = canvas.getBoundingClientRect();
    note({ clientX: outer.left + (cell.c + 1) * box.cw * app.zoom, clientY: outer.top + (cell.r + 0.5) * box.ch * app.zoom });
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
