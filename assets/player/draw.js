/**
 * Making and changing elements. Text goes in as text only, never as markup: labels may be a user's words.
 */
const SVG_NS = "http://www.w3.org/2000/svg";

/** @param {string} tag @param {object} attributes @param {Element[]} children @returns {SVGElement} */
function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG_NS, tag);
  put(element, attributes);
  element.append(...children);
  return element;
}

/** A text of a drawing. */
function svgText(words, attributes) {
  const element = svg("text", attributes);
  element.textContent = words;
  return element;
}

/** What a layout lists. @param {[string, object, string?][]} marks tag, attributes and, of a text, its words */
function svgAll(marks) {
  return marks.map(([tag, attributes, words]) => (words === undefined ? svg(tag, attributes) : svgText(words, attributes)));
}

/** @param {string} tag @param {object} attributes @param {(Element|string)[]} children @returns {HTMLElement} */
function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  put(element, attributes);
  element.append(...children);
  return element;
}

const written = new WeakMap();

/** Set what changed only: at 60 frames a second the DOM is the bottleneck, not the arithmetic. */
function put(element, attributes) {
  const last = written.get(element) ?? {};
  for (const [name, value] of Object.entries(attributes)) {
    if (last[name] === value) continue;
    last[name] = value;
    if (value === null || value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
  written.set(element, last);
}

/** Replace text if it differs. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const px = (value) => Math.round(value * 100) / 100;

const ruler = document.createElement("canvas").getContext("2d");
const widths = new Map();

/** Width of a text in pixels, without touching the layout. */
function textWidth(text, font) {
  const key = `${font}|${text}`;
  if (!widths.has(key)) {
    if (widths.size > 4000) widths.clear();
    ruler.font = font;
    widths.set(key, ruler.measureText(text).width);
  }
  return widths.get(key);
}

/** The text, or as much of it as fits, with an ellipsis. */
function fitText(text, width, font) {
  if (textWidth(text, font) <= width) return text;
  const letters = [...text];
  while (letters.length > 1 && textWidth(`${letters.join("")}…`, font) > width) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

/** A longer text as lines of a `text` element, broken between words, in Chinese between letters. */
function linesOf(text, width, font, height) {
  const lines = [""];
  for (const piece of text.match(/[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+\s*/g) ?? [])
    if (textWidth(lines.at(-1) + piece, font) > width) lines.push(piece);
    else lines[lines.length - 1] += piece;
  return lines.map((line, n) => {
    const span = svg("tspan", { x: 4, y: px((n + 1.6) * height) });
    say(span, line.trim());
    return span;
  });
}

/** As many parts as needed, made when first needed and then only hidden: what has the focus keeps it.
 * @returns the parts in use */
function pool(parts, container, count, make) {
  while (parts.length < count) {
    parts.push(make());
    container.append(parts.at(-1).group);
  }
  parts.forEach((part, n) => put(part.group, { display: n < count ? null : "none" }));
  return parts.slice(0, count);
}
