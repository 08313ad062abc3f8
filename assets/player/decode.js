/**
 * Bytes → one part of a stage. Layout: header length (4 bytes, little-endian), JSON header, array buffers aligned to 4 bytes.
 * @typedef {{data: Float32Array|Uint8Array, shape: number[], strides: number[]}} Field  an array (S, F, …)
 * @param {Uint8Array} bytes
 * @returns {{spec: object, fields: Object<string, Field>, still?: string, needs?: string, stageId?: string, start?: object,
 *   seek?: number, autoplay?: boolean}} the still part with its id, or the moving one with the id of the still part it needs
 */
function decode(bytes) {
  // A view may start anywhere in its buffer; typed arrays need a multiple of 4.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset } = aligned;
  const length = new DataView(buffer, byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(aligned.subarray(4, 4 + length)));
  const body = byteOffset + 4 + length;
  const fields = {};
  for (const [name, { dtype, shape, offset, scale }] of Object.entries(header.arrays)) {
    const size = shape.reduce((a, b) => a * b, 1);
    const Type = dtype === "uint8" ? Uint8Array : Float32Array;
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    const data = new Type(buffer, body + offset, size);
    fields[name] = { data: scale ? expand(data, scale) : data, shape, strides };
  }
  return {
    spec: header.spec,
    still: header.still,
    needs: header.needs,
    start: header.start,
    seek: header.seek,
    autoplay: header.autoplay,
    name: header.name,
    stageId: header.stage_id,
    fields,
  };
}

/**
 * The whole stage.
 * @returns {{spec: object, start: object, seek: number, autoplay: boolean, stageId: string, fields: Object<string, Field>}}
 */
function wholeStage(still, moving) {
  return {
    ...moving,
    spec: { ...still.spec, ...moving.spec },
    stageId: `${moving.needs}:${moving.stageId}`,
    fields: { ...still.fields, ...moving.fields },
  };
}

/** Bytes that stand for low..high, as numbers. */
function expand(bytes, [low, high]) {
  return Float32Array.from(bytes, (level) => low + (level / 255) * (high - low));
}

/** Where the numbers of (sweep, frame) start; an axis of length 1 holds for every index. */
function offsetAt(field, s, f) {
  return Math.min(s, field.shape[0] - 1) * field.strides[0] + Math.min(f, field.shape[1] - 1) * field.strides[1];
}

/** Between two recorded numbers; a gap stays a gap, and takes the nearer side. */
function between(a, b, t) {
  if (t <= 0) return a;
  if (t >= 1) return b;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return t < 0.5 ? a : b;
  return a + (b - a) * t;
}

/**
 * A moment to draw: fractional while something moves, whole when it rests.
 * @typedef {{s: number, f: number}} Moment
 * @param {Field} field @param {Moment} moment @param {number} inner index into the trailing axes, flattened
 */
function sample(field, { s, f }, inner = 0) {
  if (!field) return NaN;
  const s0 = Math.floor(s),
    f0 = Math.floor(f),
    ts = s - s0,
    tf = f - f0;
  const at = (si, fi) => field.data[offsetAt(field, si, fi) + inner];
  const low = between(at(s0, f0), tf ? at(s0, f0 + 1) : NaN, tf);
  return ts ? between(low, between(at(s0 + 1, f0), tf ? at(s0 + 1, f0 + 1) : NaN, tf), ts) : low;
}

/** The flat position of an index tuple in the trailing axes. */
function innerOf(field, index) {
  return field ? index.reduce((sum, i, axis) => sum + i * field.strides[axis + 2], 0) : 0;
}

/** A printed number is always a recorded one: the nearest, never one in between. */
function nearest({ s, f }) {
  return { s: Math.round(s), f: Math.round(f) };
}
