/**
 * How a connection runs from part to part.
 * @typedef {{x: number, y: number, w: number, h: number, o: number}} Box  centre, size and opacity; layout units or pixels
 */
const CORNER = 9;

function portOf(box, port) {
  const dx = { left: -0.5, right: 0.5 }[port] ?? 0,
    dy = { top: -0.5, bottom: 0.5 }[port] ?? 0;
  return { x: box.x + dx * box.w, y: box.y + dy * box.h };
}

/** A path through points with rounded corners. */
function roundedPath(points) {
  let path = `M${px(points[0].x)} ${px(points[0].y)}`;
  for (let i = 1; i < points.length - 1; i += 1) {
    const [a, b, c] = [points[i - 1], points[i], points[i + 1]];
    const into = Math.hypot(b.x - a.x, b.y - a.y),
      out = Math.hypot(c.x - b.x, c.y - b.y),
      r = Math.min(CORNER, into / 2, out / 2);
    if (r < 0.5) {
      path += `L${px(b.x)} ${px(b.y)}`;
      continue;
    }
    path += `L${px(b.x + ((a.x - b.x) / into) * r)} ${px(b.y + ((a.y - b.y) / into) * r)}Q${px(b.x)} ${px(b.y)} ${px(b.x + ((c.x - b.x) / out) * r)} ${px(b.y + ((c.y - b.y) / out) * r)}`;
  }
  const end = points.at(-1);
  return `${path}L${px(end.x)} ${px(end.y)}`;
}

/** The four points of the curve between two ports, leaving and arriving upright. */
function curvePoints(a, b) {
  const middle = (a.y + b.y) / 2;
  return [a, { x: a.x, y: middle }, { x: b.x, y: middle }, b];
}

function edgePath(edge, from, to, via) {
  const a = portOf(from, edge.source_port),
    b = portOf(to, edge.target_port);
  if (via.length) return roundedPath([a, ...via, b]);
  const [p, q, r, s] = curvePoints(a, b);
  return `M${px(p.x)} ${px(p.y)}C${px(q.x)} ${px(q.y)} ${px(r.x)} ${px(r.y)} ${px(s.x)} ${px(s.y)}`;
}

/** A point on the curve, t from source (0) to target (1); where a number is written. */
function alongEdge(edge, from, to, t) {
  const [p, q, r, s] = curvePoints(portOf(from, edge.source_port), portOf(to, edge.target_port)),
    u = 1 - t;
  const mix = (axis) => u ** 3 * p[axis] + 3 * u * u * t * q[axis] + 3 * u * t * t * r[axis] + t ** 3 * s[axis];
  return { x: mix("x"), y: mix("y") };
}
