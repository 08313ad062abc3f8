/**
 * The lights of a field: how bright each known pixel is, as the bytes of an image. Where several share a pixel of the screen
 * the brightest is drawn, for an average would put a single light out. Around many of them the air itself is lit.
 */
const NIGHT = { dark: [38, 31, 60], light: [45, 38, 72] }; // the plate under the lights, dark in both themes: viridis glows
const FIRST_LIGHT = 0.16; // known and far is still told apart from the plate

/** 256 colours of the magnitude scale for Uint32 writes, after one that is clear. */
function lightTable() {
  const bytes = colourTable(false, true),
    table = new Uint32Array(257);
  for (let i = 0; i < 256; i += 1) {
    const k = Math.round(255 * (FIRST_LIGHT + (1 - FIRST_LIGHT) * (i / 255))) * 4;
    table[i + 1] = ((255 << 24) | (bytes[k + 2] << 16) | (bytes[k + 1] << 8) | bytes[k]) >>> 0;
  }
  return table;
}

function makeGlow() {
  const image = document.createElement("canvas"),
    haze = document.createElement("canvas"),
    table = lightTable();
  let cells = new Uint32Array(0), // where in the image each known pixel lies
    bins = new Uint32Array(0), // and in the haze
    best = new Uint16Array(0),
    owner = new Int32Array(0),
    air = new Float32Array(0),
    pixels,
    hazePixels,
    bytes,
    hazeBytes;

  /** Lay `ids` of a `width` × `height` field out on `w` × `h` pixels, with a bin of haze for every `bin` of them. */
  const lay = (ids, width, height, w, h, bin) => {
    image.width = w;
    image.height = h;
    haze.width = Math.ceil(w / bin);
    haze.height = Math.ceil(h / bin);
    bytes = new ImageData(w, h);
    hazeBytes = new ImageData(haze.width, haze.height);
    pixels = new Uint32Array(bytes.data.buffer);
    hazePixels = new Uint32Array(hazeBytes.data.buffer);
    [cells, bins] = [new Uint32Array(ids.length), new Uint32Array(ids.length)];
    [best, owner, air] = [new Uint16Array(w * h), new Int32Array(w * h), new Float32Array(haze.width * haze.height)];
    for (let k = 0; k < ids.length; k += 1) {
      const x = Math.floor(((ids[k] % width) * w) / width),
        y = Math.floor((Math.floor(ids[k] / width) * h) / height);
      cells[k] = Math.min(Math.max(y, 0), h - 1) * w + Math.max(x, 0);
      bins[k] = Math.floor(Math.floor(cells[k] / w) / bin) * haze.width + Math.floor((cells[k] % w) / bin);
    }
  };

  /** `levels` are 0..1; what is below 0 is not drawn. */
  const light = (levels) => {
    best.fill(0);
    air.fill(0);
    for (let k = 0; k < cells.length; k += 1) {
      const level = levels[k],
        cell = cells[k];
      if (level < 0) {
        pixels[cell] = table[best[cell]];
        continue;
      }
      const tone = 1 + ((level * 255 + 0.5) | 0);
      if (tone > best[cell]) {
        best[cell] = tone;
        owner[cell] = k;
        pixels[cell] = table[tone];
      }
      air[bins[k]] += level * level * level;
    }
    image.getContext("2d").putImageData(bytes, 0, 0);
    const expected = Math.max(cells.length / air.length, 1);
    for (let i = 0; i < air.length; i += 1) {
      const thick = 1 - Math.exp((-1.5 * air[i]) / expected);
      hazePixels[i] = (table[1 + Math.round(110 + 120 * thick)] & 0xffffff) | ((thick * 190) << 24);
    }
    haze.getContext("2d").putImageData(hazeBytes, 0, 0);
  };

  /** The known pixel that is drawn at a place of the image (0..1 across and down), or -1. */
  const at = (u, v) => {
    const cell = Math.floor(v * image.height) * image.width + Math.floor(u * image.width);
    return best[cell] ? owner[cell] : -1;
  };
  return { image, haze, lay, light, at };
}
