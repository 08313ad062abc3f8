/**
 * Data → pixels, round ticks, and numbers as words.
 * @param {[number, number]} domain @param {[number, number]} range
 * @returns {((v: number) => number) & {domain: number[], invert: (p: number) => number, ticks: (n: number) => number[]}}
 */
function linearScale(domain, range) {
  const [d0, d1] = domain,
    [r0, r1] = range,
    span = d1 - d0 || 1;
  const scale = (v) => r0 + ((v - d0) / span) * (r1 - r0);
  return Object.assign(scale, {
    domain,
    invert: (p) => d0 + ((p - r0) / (r1 - r0 || 1)) * span,
    ticks: (n) => linearTicks(d0, d1, n),
  });
}

/** As linearScale, for positive data; what is not positive stands on the lower edge. */
function logScale(domain, range) {
  const low = Math.max(domain[0], 1e-12),
    high = Math.max(domain[1], low * 1.0001);
  const inner = linearScale([Math.log10(low), Math.log10(high)], range);
  const scale = (v) => inner(Math.log10(Math.max(v, low)));
  return Object.assign(scale, {
    domain: [low, high],
    invert: (p) => 10 ** inner.invert(p),
    ticks: (n) => logTicks(low, high, n),
  });
}

function linearTicks(low, high, count) {
  const raw = (high - low) / Math.max(count, 1) || 1,
    power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= raw) ?? 10),
    ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

function logTicks(low, high, count) {
  const inside = (mantissas) => {
    const ticks = [];
    for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e += 1) {
      for (const m of mantissas)
        if (m * 10 ** e >= low * 0.999 && m * 10 ** e <= high * 1.001) ticks.push(Number(`${m}e${e}`));
    }
    return ticks;
  };
  // The densest set that still has few lines: 1-2-5, then 1-3, then decades only.
  const sets = [[1, 1.5, 2, 3, 4, 5, 7], [1, 2, 5], [1, 3], [1]].map(inside);
  return (
    sets.find((ticks) => ticks.length <= count) ??
    sets[3].filter((_, i, all) => i % Math.ceil(all.length / count) === 0)
  );
}

const MINUS = "−";

/** Three significant digits, a real minus sign, no exponent where a reader would not expect one. */
function formatNumber(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const text =
    size === 0
      ? "0"
      : size >= 1e6 || size < 1e-4
        ? value.toExponential(1)
        : size >= 1000
          ? Math.round(value).toLocaleString("en-US")
          : size >= 100
            ? value.toFixed(0)
            : size >= 10
              ? value.toFixed(1)
              : size >= 0.1
                ? value.toFixed(2)
                : value.toPrecision(2);
  return text.replace("-", MINUS);
}

/** A fixed number of digits, so that a changing number keeps its width. */
function formatFixed(value, digits) {
  if (!Number.isFinite(value)) return "–";
  const text = value.toFixed(digits);
  return Number(text) ? text.replace("-", MINUS) : text.replace("-", ""); // never −0
}

/** The same with its sign: how much something gives or takes. */
function formatSigned(value) {
  return value > 0 ? `+${formatFixed(value, 3)}` : formatFixed(value, 3);
}

/** A tick's label: no more digits than it needs. */
function formatTick(value) {
  const size = Math.abs(value);
  if (size >= 1000) return value.toLocaleString("en-US");
  if (size !== 0 && size < 1e-3) return value.toExponential(0).replace("-", MINUS);
  return String(Number(value.toPrecision(6))).replace("-", MINUS);
}

/** "{step} of {last}" with its places filled. */
function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
