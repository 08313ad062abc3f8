/**
 * What every kind of panel is to the player: a maker under the name of its Python class, here, and what it makes.
 * @typedef {object} Drawn  root: the whole panel; board: its SVG, whose size the player sets; canvas and origin(): pixels below
 *   the board and where they begin; scrolled: what is in sight of a board that is taller than its place;
 *   render(moment, elapsed) → whether it still moves; resize(w, h); update(panel): new numbers or words for the same figure
 * @type {Object<string, (panel: object, app: App) => Drawn>}
 *
 * What a maker is given beside its panel's fields, as Python declared them. It is asked at each drawing: numbers may have been
 * exchanged since.
 * @typedef {object} App
 *   what is drawn:  fields() the arrays of the stage, each under the name that its `Ref` says: {dtype, shape, data};
 *     spec the rest of the stage; state the moment and the viewer's choices (state.js); words the player's sentences;
 *     first() and last() the ends of the steps that are worth seeing, at() where the viewer is; nameOf(frame), heroText(), rungTitle(),
 *     timeText(words, frame), caption() in words
 *   how:  textSize(), font() in CSS pixels and by family; zoom how much larger all is; ratio device pixels to one of CSS; tip the
 *     tooltip: show(event, title, rows), hide(); room what stands around the stage before many, in lines; 0 at a desk
 *   what a viewer does:  hover(id) or null; click(id) opens the sum behind it, in Python; ask(text) an input typed into the panel;
 *     peek(frame), scrub(frame), scrubbed(), stepBy(n), toggle(), chooseRung(n), chooseTime(n), sweepTo(value), sweptTo(); save(kind) a picture;
 *     wake() asks for another drawing
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
