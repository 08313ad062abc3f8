/**
 * The stage as a picture: every panel's drawing in one SVG that needs no style sheet, and the same as a PNG.
 */
const CARRIED = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "opacity",
  "font-size",
  "font-family",
  "font-weight",
  "font-style",
  "text-anchor",
  "paint-order",
  "display",
  "dominant-baseline",
  "text-decoration",
];

/** Copy what the style sheet says onto the copy itself. */
function carryStyles(original, copy) {
  const style = getComputedStyle(original);
  copy.removeAttribute("class");
  copy.removeAttribute("style");
  for (const name of CARRIED) {
    const value = style.getPropertyValue(name);
    if (value) copy.setAttribute(name, value);
  }
  [...original.children].forEach((child, i) => carryStyles(child, copy.children[i]));
}

/** @returns {SVGElement} the stage as one drawing */
function drawPicture(root, panels, { title, lines, zoom }) {
  const place = (element) => {
    const box = element.getBoundingClientRect();
    return { left: box.left / zoom, top: box.top / zoom, width: box.width / zoom, height: box.height / zoom };
  };
  const outer = place(root),
    body = place(root.querySelector(".body")),
    style = getComputedStyle(root),
    head = 78;
  const width = Math.ceil(outer.width) + 32,
    height = Math.ceil(body.height) + head + 24;
  const ink = style.getPropertyValue("color"),
    family = style.getPropertyValue("font-family");
  const text = (words, attributes) => svgText(words, { fill: ink, "font-family": family, ...attributes });
  const picture = svg(
    "svg",
    { xmlns: SVG_NS, width, height, viewBox: `0 0 ${width} ${height}` },
    svg("rect", { width, height, fill: style.getPropertyValue("--paper") }),
    text(title, { x: 20, y: 32, "font-size": 18, "font-weight": 600 }),
    text(lines.join("   ·   "), { x: 20, y: 56, "font-size": 13, opacity: 0.75 }),
  );
  for (const panel of panels) {
    const area = place(panel.scrolled ?? panel.board), // of what scrolls, the part in sight
      x = area.left - outer.left + 16,
      y = area.top - body.top + head;
    picture.append(
      text(panel.root.querySelector(".panel-title").textContent, { x, y: y - 8, "font-size": 13, "font-weight": 600 }),
    );
    if (panel.canvas) {
      const { x: dx, y: dy } = panel.origin(),
        cells = place(panel.canvas);
      picture.append(
        svg("image", {
          href: panel.canvas.toDataURL(),
          x: x + dx,
          y: y + dy,
          width: cells.width,
          height: cells.height,
        }),
      );
    }
    const copy = panel.board.cloneNode(true);
    carryStyles(panel.board, copy);
    for (const name of ["tabindex", "role", "aria-label"])
      copy.querySelectorAll(`[${name}]`).forEach((part) => part.removeAttribute(name));
    for (const [name, value] of Object.entries({ x, y, width: area.width, height: area.height, overflow: "visible" }))
      copy.setAttribute(name, value);
    if (panel.scrolled) {
      copy.setAttribute("overflow", "hidden");
      copy.setAttribute("viewBox", `0 ${panel.scrolled.scrollTop} ${area.width} ${area.height}`);
    }
    picture.append(copy);
  }
  return picture;
}

function download(href, name) {
  const link = html("a", { href, download: name });
  link.click();
}

function savePicture(kind, root, panels, words) {
  const picture = drawPicture(root, panels, words),
    source = new XMLSerializer().serializeToString(picture);
  const url = URL.createObjectURL(new Blob([source], { type: "image/svg+xml" }));
  const release = () => setTimeout(() => URL.revokeObjectURL(url), 10000);
  if (kind === "svg") {
    download(url, "gatescope.svg");
    release();
    return;
  }
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = picture.getAttribute("width") * 2; // projected on a wall
    canvas.height = picture.getAttribute("height") * 2;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    download(canvas.toDataURL("image/png"), "gatescope.png");
    release();
  };
  image.src = url;
}
