/**
 * The picture of a field on its canvas: the plate of all there is, the lights on it, and the dots of the candidates.
 */
const GRAIN = 96; // pixels of the tile that makes the plate a mass of single things

/** A tile of faint specks, the same at every visit. */
function makeGrain() {
  const tile = document.createElement("canvas");
  tile.width = tile.height = GRAIN;
  const image = new ImageData(GRAIN, GRAIN),
    specks = new Uint32Array(image.data.buffer);
  let seed = 20160915;
  for (let i = 0; i < specks.length; i += 1) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    specks[i] = (Math.round((seed / 2 ** 32) ** 2 * 34) << 24) | 0xffe0d8; // light blue, more or less clear
  }
  tile.getContext("2d").putImageData(image, 0, 0);
  return tile;
}

function makeSky(canvas, glow) {
  const grain = makeGrain();

  /** Where each band is filled: from the first row that exists down to the last. */
  const areas = ({ bands, born, cell, height }) =>
    bands.map(({ start, end }, n) => [start * cell.w, born[n] * cell.h, (end - start) * cell.w, (height - born[n]) * cell.h]);

  const plate = (context, scene) => {
    const { cell, dark } = scene,
      specks = context.createPattern(grain, "repeat");
    specks.setTransform(new DOMMatrix().scale(Math.max(cell.w, 1), Math.max(cell.h, 1)));
    for (const style of [cssRgb(NIGHT[dark ? "dark" : "light"]), specks]) {
      context.fillStyle = style;
      for (const area of areas(scene)) context.fillRect(...area);
    }
  };

  /** The air between the lights, over what exists only. */
  const haze = (context, scene, share) => {
    context.save();
    context.beginPath();
    for (const area of areas(scene)) context.rect(...area);
    context.clip();
    context.globalAlpha = share;
    context.globalCompositeOperation = "lighter";
    context.imageSmoothingEnabled = true;
    context.drawImage(glow.haze, 0, 0, canvas.width, canvas.height);
    context.restore();
  };

  const seams = (context, { bands, born, cell, height, width }) => {
    context.fillStyle = "rgb(0 0 0 / .38)";
    bands.slice(1).forEach(({ start }, n) => {
      const seamTop = Math.min(born[n], born[n + 1]) * cell.h;
      context.fillRect(Math.round(start * cell.w), seamTop, 1, canvas.height - seamTop);
    });
    if (Math.min(cell.w, cell.h) < 4) return;
    const top = Math.min(...born) * cell.h; // squares apart, where there is room to see them
    for (let x = 0; x <= width; x += 1) context.fillRect(Math.round(x * cell.w), top, 1, canvas.height - top);
    for (let y = Math.ceil(top / cell.h); y <= height; y += 1) context.fillRect(0, Math.round(y * cell.h), canvas.width, 1);
  };

  const dots = (context, places, radius, colour) => {
    context.fillStyle = colour;
    context.beginPath();
    for (const { x, y } of places) {
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    context.fill();
  };

  /** `look` is how much of each part is stressed, 0..1; `scale` pixels of the canvas to one of the page. */
  return (scene, look, candidates, scale) => {
    const context = canvas.getContext("2d"),
      enlarged = scene.cell.w >= 1 && scene.cell.h >= 1;
    context.clearRect(0, 0, canvas.width, canvas.height);
    plate(context, scene);
    context.globalAlpha = look.glow;
    context.imageSmoothingEnabled = false;
    context.drawImage(glow.image, 0, 0, canvas.width, canvas.height);
    haze(context, scene, look.glow * 0.4);
    context.globalAlpha = 1;
    if (enlarged || scene.bands.length > 1) seams(context, scene);
    if (look.candidates < 0.01) return;
    context.globalAlpha = look.candidates;
    dots(context, candidates, (look.size + 0.9) * scale, "rgb(16 10 34 / .7)");
    dots(context, candidates, look.size * scale, "#9fdcff");
    context.globalAlpha = 1;
  };
}
