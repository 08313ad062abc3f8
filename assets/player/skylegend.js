/**
 * What the lights and the dots of a field stand for, in the line below it: each name appears with what it names.
 */
function skyLegend([glow, candidates, shown, marked], width, text, family) {
  const root = svg("g", { class: "sky-legend" }),
    font = `400 ${text}px ${family}`,
    line = text + 8,
    table = colourTable(false, true);
  const chip = (w, ...parts) => svg("g", {}, svg("rect", { class: "sky-chip", width: w, height: text + 2, rx: 3 }), ...parts);
  const middle = (text + 2) / 2;
  const scaleChip = () => {
    const w = text * 5;
    return chip(
      w,
      ...Array.from({ length: 20 }, (_, n) => {
        const k = Math.round(255 * (FIRST_LIGHT + ((1 - FIRST_LIGHT) * n) / 19)) * 4;
        return svg("rect", { x: px((n * w) / 20), y: 0, width: px(w / 20 + 0.4), height: text + 2, fill: cssRgb([...table.slice(k, k + 3)]) });
      }),
    );
  };
  const dotChip = (kind, r) => chip(text + 6, svg("circle", { class: kind, cx: (text + 6) / 2, cy: middle, r }));
  const entries = [
    [glow, 0, text * 5, scaleChip],
    [marked, 3, text + 6, () => dotChip("lost-dot", text * 0.34)],
    [candidates, 1, text + 6, () => dotChip("candidate-dot", 2.4)],
    [shown, 2, text + 6, () => dotChip("pick-dot", text * 0.4)],
  ].filter(([name]) => name);
  let x = 0,
    y = 0;
  const items = entries.map(([name, part, w, make]) => {
    const room = fitText(name, width - w - 8, font),
      needed = w + 6 + textWidth(room, font);
    if (x && x + needed > width) [x, y] = [0, y + line];
    const label = svg("text", { x: px(x + w + 6), y: px(y + text - 1) }),
      sample_ = make();
    put(sample_, { transform: `translate(${px(x)} ${px(y)})` });
    say(label, room);
    x += needed + 16;
    const group = svg("g", {}, sample_, label);
    root.append(group);
    return { part, group };
  });
  return {
    root,
    height: items.length ? y + line : 0,
    settle: (top) => put(root, { transform: `translate(1 ${px(top)})` }),
    show: (parts) => items.forEach(({ part, group }) => put(group, { display: parts[part] ? null : "none" })),
  };
}
