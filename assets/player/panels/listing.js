/**
 * What somebody did, a line each: what was watched can be taken away and brought back, what was searched is only told.
 */
const ENTRY_SIGNS = {
  watch: "M-3.2 -4.2L4.2 0L-3.2 4.2Z",
  search: "M2.1 2.1L5 5M2.9 -0.6A3.5 3.5 0 1 1 -4.1 -0.6A3.5 3.5 0 1 1 2.9 -0.6Z",
};

function makeListing(panel, app) {
  const frame = panelFrame(panel, "listing");
  const { board, area } = frame;
  area.classList.add("scrolls");
  put(board, { role: "group", "aria-label": panel.title });
  const body = svg("g"),
    note = svg("text", { class: "caption" });
  board.append(body, note);
  const parts = [];
  let size = { w: 0, h: 0 },
    groups = [],
    shownKey = "";

  const entries = () => {
    const frames = panel.entries[Math.min(app.state.s, panel.entries.length - 1)] ?? [];
    return frames[Math.min(Math.round(app.state.view.f), frames.length - 1)] ?? [];
  };
  const rowHeight = () => (app.textSize() > 12 ? 28 : size.narrow ? 30 : 22);

  const make = () => {
    const back = svg("rect", { class: "entry-back", rx: 4 }),
      sign = svg("path", { class: "entry-sign" }),
      text = svg("text", { class: "entry-text" }),
      when = svg("text", { class: "entry-note", "text-anchor": "end" }),
      act = svg("text", { class: "entry-act", "text-anchor": "middle" });
    const group = svg("g", { class: "entry" }, back, sign, text, when, act),
      part = { group, back, sign, text, when, act, entry: null, n: 0 };
    group.addEventListener("click", () => {
      if (part.entry.kind === "watch") app.click(panel.id, null, part.n, null);
    });
    group.addEventListener("pointermove", (event) => app.tip.show(event, part.entry.text, tipRows(part.entry)));
    group.addEventListener("pointerleave", () => app.tip.hide());
    return part;
  };
  const tipRows = (entry) => {
    const says = [entry.note, entry.gone ? panel.gone_label : "", entry.kind === "watch" ? does(entry) : ""];
    return says.filter(Boolean).map((label) => ({ label, value: "" }));
  };
  const does = (entry) => (entry.gone ? panel.back_label : panel.take_label);

  const draw = () => {
    const all = entries(),
      high = rowHeight(),
      text = app.textSize() + 0.5,
      whole = Math.max(size.h, all.length * high + 2);
    put(board, { height: whole, viewBox: `0 0 ${size.w} ${whole}` });
    pool(parts, body, all.length, make).forEach((part, n) => {
      Object.assign(part, { entry: all[n], n });
      drawEntry(part, n * high, high, text);
    });
    note.replaceChildren();
    if (!all.length) note.append(...linesOf(panel.empty, size.w - 20, `400 ${text}px ${app.font()}`, text + 6));
    const watches = parts.slice(0, all.length).filter(({ entry }) => entry.kind === "watch");
    groups = watches.map(({ group }) => group);
    rove(body, () => groups, nextInOrder);
  };

  const drawEntry = ({ entry, group, back, sign, text: name, when, act }, y, high, text) => {
    const watch = entry.kind === "watch",
      base = y + high / 2 + text * 0.35,
      font = `500 ${text}px ${app.font()}`,
      right = size.w - high - 2,
      note_ = fitText(entry.note, size.w * 0.3, `400 ${text - 1}px ${app.font()}`),
      noteWidth = note_ ? textWidth(note_, `400 ${text - 1}px ${app.font()}`) + 12 : 0;
    put(group, {
      class: `entry ${watch ? "watch" : "search"}${entry.gone ? " gone" : ""}`,
      role: watch ? "button" : null,
      tabindex: watch ? (group.getAttribute("tabindex") ?? -1) : null,
      "aria-label": watch ? [entry.text, entry.note, entry.gone ? panel.gone_label : "", does(entry)].filter(Boolean).join(", ") : null,
      "aria-pressed": watch ? String(entry.gone) : null,
    });
    put(back, { x: 0, y: px(y + 0.5), width: size.w, height: high - 1 });
    put(sign, { d: ENTRY_SIGNS[watch ? "watch" : "search"], transform: `translate(11 ${px(y + high / 2)})` });
    say(name, fitText(entry.text, right - 24 - noteWidth, font));
    put(name, { x: 24, y: px(base), style: `font-size:${text}px` });
    say(when, note_);
    put(when, { x: px(right), y: px(base), style: `font-size:${text - 1}px` });
    say(act, watch ? (entry.gone ? "↺" : "×") : "");
    put(act, { x: px(size.w - high / 2), y: px(y + high / 2 + text * 0.4), style: `font-size:${text + 3}px` });
  };

  const render = () => {
    if (!size.w) return false;
    const { s, stageId } = app.state,
      key = `${s}|${Math.round(app.state.view.f)}|${stageId}`;
    if (key !== shownKey) draw();
    shownKey = key;
    return false;
  };

  return {
    root: frame.root,
    board,
    scrolled: area,
    render,
    resize: (w, h) => {
      size = { w, h, narrow: frame.root.closest(".narrow") !== null };
      shownKey = "";
      draw();
    },
    update: (next) => {
      panel = next;
      say(frame.heading, panel.title);
      shownKey = "";
    },
  };
}

MAKERS.Listing = makeListing;
