/**
 * Where to write beside a place: never over the edge, and over as little of what stands there as can be.
 */
const overlap = (a, b) =>
  Math.max(0, Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y));

const AROUND = [[1, 0], [-1, 0], [1, -1], [1, 1], [-1, -1], [-1, 1], [0, -1], [0, 1], [1, 2], [-1, 2], [1, -2], [-1, -2]]; // the right first, far ones last

/**
 * @param {{x: number, y: number}} at @param {{w: number, h: number}} size of the label
 * @param {number} away from the middle @param {{left, top, right, bottom}} box to stay in @param {{x, y, w, h}[]} taken
 */
function labelPlace(at, { w, h }, away, box, taken) {
  const inside = (v, low, high) => Math.max(Math.min(v, high), low);
  const places = AROUND.map(([dx, dy], n) => {
    const wanted = { x: at.x + dx * (away + (dy ? 0 : 2)) - (dx > 0 ? 0 : dx < 0 ? w : w / 2), y: at.y - h / 2 + dy * (away + h / 2) };
    const place = { x: inside(wanted.x, box.left, box.right - w), y: inside(wanted.y, box.top, box.bottom - h), w, h };
    const pushed = Math.abs(place.x - wanted.x) + Math.abs(place.y - wanted.y);
    return { place, cost: taken.reduce((sum, other) => sum + overlap(place, other), 0) + pushed * h + n };
  });
  return places.reduce((least, one) => (one.cost < least.cost ? one : least)).place;
}
