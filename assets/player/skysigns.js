/**
 * What stands around a field: the names of the bands above it, and which end is new at its left.
 */
function skySigns({ bands, width: columns, newest_label, oldest_label }, width, text, family) {
  const font = `400 ${text}px ${family}`,
    guess = (width - text - 9) / columns,
    rows = bands.some(({ label, start, end }) => textWidth(label, font) > (end - start) * guess - 5) ? 2 : 1;

  const sign = (words, attributes, whole) => {
    const label = svg("text", { class: "sky-sign", ...attributes });
    say(label, words);
    if (words !== whole) {
      const title = svg("title");
      say(title, whole);
      label.append(title);
    }
    return label;
  };

  /** Names over their bands; in two rows, taking turns, where one has no room for all. What still does not fit is left out. */
  const above = (box) => {
    const unit = (box.right - box.left) / columns,
      widthOf = ({ start, end }) => (end - start) * unit;
    return bands.flatMap((band, n) => {
      const neighbours = [bands[n - 1], bands[n + 1]].filter(Boolean).map(widthOf),
        at = box.left + ((band.start + band.end) / 2) * unit,
        shared = rows === 2 ? Math.min(...neighbours, 200) - 5 : 0,
        reach = (widthOf(band) + shared - 5) / 2,
        [low, high] = [Math.max(at - reach, 0), Math.min(at + reach, width)], // at an edge a name stands a little inwards
        room = high - low,
        short = fitText(band.label, room, font),
        upper = rows === 2 && n % 2 === 1,
        y = box.top - 6 - (upper ? text + 2 : 0);
      if (textWidth(short, font) > room || (short !== band.label && [...short].length < 5)) return [];
      const words = sign(short, { x: px((low + high) / 2), y: px(y), "text-anchor": "middle" }, band.label);
      return upper ? [svg("line", { x1: px(at), x2: px(at), y1: px(y + 3), y2: box.top - 2 }), words] : [words];
    });
  };

  const beside = ({ left, top, bottom }) =>
    [[newest_label, top, "end"], [oldest_label, bottom, "start"]].map(([words, y, anchor]) => {
      if ([...words].length === 1)
        return sign(words, { x: px(left - 5), y: px(anchor === "end" ? y + text : y), "text-anchor": "end" }, words);
      const turned = `translate(${left - 7} ${px(y)}) rotate(-90)`;
      return sign(fitText(words, (bottom - top) / 2 - 6, font), { "text-anchor": anchor, transform: turned }, words);
    });

  return { rows, write: (box) => [...above(box), ...beside(box)] };
}
