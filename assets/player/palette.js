/**
 * Colours. Hues are CSS variables (player.css, light and dark), so SVG parts name them; a canvas needs numbers.
 */

/** @param {number|"ink"|"muted"} colour @returns {string} a CSS colour */
function paint(colour) {
  return typeof colour === "number" ? `var(--c${((colour % 6) + 6) % 6})` : `var(--${colour})`;
}

/** [r, g, b] of "#rrggbb" or "rgb(r, g, b)"; black for anything else. */
function rgbOf(text) {
  const hex = /^#([0-9a-f]{6})/i.exec(text.trim());
  if (hex) return [0, 2, 4].map((i) => parseInt(hex[1].slice(i, i + 2), 16));
  const short = /^#([0-9a-f]{3})$/i.exec(text.trim());
  if (short) return [...short[1]].map((c) => parseInt(c + c, 16));
  const parts = text.match(/[\d.]+/g);
  return parts && parts.length >= 3 ? parts.slice(0, 3).map(Number) : [0, 0, 0];
}

/** Whether the page around is dark: read from its background, for a custom theme may be either. */
function isDark(element) {
  const [r, g, b] = rgbOf(getComputedStyle(element).getPropertyValue("--st-background-color") || "#ffffff");
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128;
}

const mixRgb = (a, b, t) => a.map((v, i) => v + (b[i] - v) * t);
const cssRgb = (rgb) => `rgb(${rgb.map(Math.round).join(",")})`;

// Dark → light in luminance, readable in grey and by colour-blind viewers.
const MAGNITUDE = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725"].map(rgbOf);
const DIVERGING = {
  light: ["#0b4f8a", "#5b9bd0", "#f4f4f4", "#e8915a", "#a53c00"].map(rgbOf),
  dark: ["#7cc0ff", "#2f6ea8", "#23272f", "#a8552a", "#ffa066"].map(rgbOf),
};

/** 256 colours as RGBA bytes for a canvas. */
function colourTable(diverging, dark) {
  const stops = diverging ? DIVERGING[dark ? "dark" : "light"] : MAGNITUDE;
  const table = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i += 1) {
    const x = (i / 255) * (stops.length - 1),
      k = Math.min(Math.floor(x), stops.length - 2);
    table.set([...mixRgb(stops[k], stops[k + 1], x - k), 255], i * 4);
  }
  return table;
}
