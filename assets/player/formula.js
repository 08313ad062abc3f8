/**
 * The equation under a diagram, set as text in the same drawing so that a saved picture has it. A term with parts lights
 * them: the formula is a legend that answers.
 */
const LEAST_FORMULA = 11 / 0.68; // pixels: then an index has eleven
const MATH = "'STIX Two Math','Latin Modern Math','Cambria Math','Times New Roman',serif";

function makeFormula(group, { light, choose }) {
  let shown = null;

  const set = (terms, centre, y, size) => {
    const key = `${terms.map((t) => t.text + t.sub + t.sup).join()}|${centre}|${y}|${size}`;
    if (key === shown) return;
    shown = key;
    const font = `italic ${size}px ${MATH}`,
      small = `italic ${size * 0.68}px ${MATH}`;
    // Canvas trims nothing, but SVG collapses blanks: they are laid out as widths, not as letters.
    const parts = terms.map((term) => {
      const text = term.text.trim(),
        lead = (term.text.length - term.text.trimStart().length) * size * 0.24,
        trail = (term.text.length - term.text.trimEnd().length) * size * 0.24;
      const main = textWidth(text, font),
        index = Math.max(textWidth(term.sub, small), textWidth(term.sup, small));
      return {
        term,
        text,
        lead,
        main,
        width: lead + main + index + (index ? 1.5 : 0.5) + (text === "Σ" ? size * 0.12 : 0) + trail,
      };
    });
    const whole = parts.reduce((sum, part) => sum + part.width, 0),
      room = 2 * centre;
    if (whole > room && size > LEAST_FORMULA) {
      set(terms, centre, y, Math.max((size * room) / whole - 0.5, LEAST_FORMULA)); // a phone is narrower than the equation
      shown = key;
      return;
    }
    if (whole > room) return group.replaceChildren(); // nor can its indices be read any smaller: the notes below have it
    let x = centre - whole / 2;
    group.replaceChildren(
      ...parts.map((part) => {
        const element = drawTerm(part, x + part.lead, y, size);
        x += part.width;
        return element;
      }),
    );
    rove(group, () => [...group.querySelectorAll("[role=button]")]);
  };

  const drawTerm = ({ term, text, main, width }, x, y, size) => {
    const piece = (words, dx, dy, scale) =>
      svgText(words, { x: px(x + dx), y: px(y + dy), style: `font-size:${px(size * scale)}px`, class: "math" });
    const active = term.lights.length > 0;
    const g = svg(
      "g",
      active
        ? { class: "term", role: "button", tabindex: -1, "aria-label": `${text} ${term.sub} ${term.sup}`.trim() }
        : {},
    );
    if (active)
      g.append(
        svg("rect", {
          class: "term-back",
          x: px(x - 3),
          y: px(y - size),
          width: px(Math.max(width, main) + 4),
          height: px(size * 1.5),
          rx: 3,
        }),
      );
    g.append(piece(text, 0, 0, 1));
    if (term.sub) g.append(piece(term.sub, main + 0.5, size * 0.26, 0.68));
    if (term.sup) g.append(piece(term.sup, main + 1.5, -size * 0.42, 0.68));
    if (!active) return g;
    g.addEventListener("pointerenter", () => light(term.lights));
    g.addEventListener("pointerleave", () => light(null));
    g.addEventListener("focus", () => light(term.lights));
    g.addEventListener("blur", () => light(null));
    g.addEventListener("click", () => choose(term.lights));
    return g;
  };

  return { set };
}
