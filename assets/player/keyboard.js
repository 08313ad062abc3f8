/**
 * Keys. Inside a figure the arrows walk from part to part and only one part is a tab stop; elsewhere Space plays, digits
 * choose a rung, and the arrows on the time slider step one frame.
 */

/** Make the parts of a figure one tab stop; arrow keys walk to the next in that direction, Enter and Space click. */
function rove(container, partsOf, nextOf = nearestPart) {
  const parts = partsOf();
  const held = parts.find((part) => part.getAttribute("tabindex") === "0") ?? parts[0];
  for (const part of parts) put(part, { tabindex: part === held ? 0 : -1 });
  if (container.dataset.roving) return;
  container.dataset.roving = "1";
  container.addEventListener("keydown", (event) => {
    const now = partsOf().find((part) => part === event.target);
    if (!now) return;
    if (event.key === "Enter" || event.key === " ") {
      now.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    } else {
      const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!direction) return;
      const next = nextOf(now, partsOf(), direction);
      if (next) {
        put(now, { tabindex: -1 });
        put(next, { tabindex: 0 });
        next.focus();
      }
    }
    event.preventDefault();
    event.stopPropagation();
  });
}

function nearestPart(from, parts, [dx, dy]) {
  const middle = (part) => {
    const r = part.getBoundingClientRect();
    return { x: r.x + r.width / 2, y: r.y + r.height / 2 };
  };
  const origin = middle(from);
  let best = null,
    least = Infinity;
  for (const part of parts) {
    const { x, y } = middle(part),
      along = (x - origin.x) * dx + (y - origin.y) * dy,
      across = Math.abs((x - origin.x) * dy + (y - origin.y) * dx);
    if (part === from || along < 2) continue;
    if (along + across * 2 < least) {
      least = along + across * 2;
      best = part;
    }
  }
  return best;
}

/** For parts that have an order: right and down to the next, left and up to the one before. */
const nextInOrder = (from, parts, [dx, dy]) => parts[parts.indexOf(from) + dx + dy];

const TYPED = "input:not([type=range]),textarea,select,[contenteditable=true],[role=combobox],[role=textbox]";
const PRESSED = `${TYPED},button,a,summary,input,[role=button],[role=tab],[role=radio],[role=slider],[role=switch]`;
let inUse = null; // with several players on a page, keys pressed on the page itself go to the one used last

/** Page-wide keys of one player. @returns {() => void} removes them */
function listenKeys(root, { toggle, chooseRung }) {
  const claim = () => {
    inUse = root;
  };
  const onKey = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.composedPath()[0],
      inside = event.composedPath().includes(root);
    if (!(target instanceof Element) || (!inside && (inUse !== root || !root.checkVisibility?.()))) return;
    if (event.key === " " && !(target.matches(PRESSED) && !(inside && target.matches("input[type=range]")))) {
      event.preventDefault();
      toggle();
    } else if (/^[1-9]$/.test(event.key) && !target.matches(TYPED)) {
      chooseRung(Number(event.key) - 1);
    }
  };
  root.addEventListener("pointerdown", claim);
  root.addEventListener("focusin", claim);
  document.addEventListener("keydown", onKey);
  claim();
  return () => {
    document.removeEventListener("keydown", onKey);
    if (inUse === root) inUse = null;
  };
}
