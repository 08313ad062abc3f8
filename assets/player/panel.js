/**
 * What every kind of panel is to the player: a maker under the name of its Python class, here, and what it makes.
 * @typedef {object} Drawn  root: the whole panel; board: its SVG, whose size the player sets; canvas and origin(): pixels below
 *   the board and where they begin; scrolled: what is in sight of a board that is taller than its place;
 *   render(moment, elapsed) → whether it still moves; resize(w, h); update(panel): new numbers or words for the same figure
 * @type {Object<string, (panel: object, app: object) => Drawn>}
 */
const MAKERS = {};

/** A panel's frame: heading, drawing, and what every panel needs to know of itself. */
function panelFrame(panel, className) {
  const heading = html("h3", { class: "panel-title" }, panel.title);
  const board = svg("svg", { class: `board ${className}` });
  const area = html("div", { class: "panel-area" }, board);
  const root = html("section", { class: "panel", "data-panel": panel.id, "aria-label": panel.title }, heading, area);
  return { root, heading, area, board };
}
