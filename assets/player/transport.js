/**
 * The row below the figures: time.
 */
const ICONS = {
  play: "M5 3.2v13.6l11-6.8z",
  pause: "M5 3h3.6v14H5zM11.4 3H15v14h-3.6z",
  previous: "M4 3.5h2.2v13H4zM16 3.5v13L7.4 10z",
  next: "M13.8 3.5H16v13h-2.2zM4 3.5v13L12.6 10z",
};
const SPEEDS = [0.5, 1, 2, 4];

function iconButton(icon, label, onClick) {
  const shape = svg("path", { d: ICONS[icon], fill: "currentColor" });
  const button = html(
    "button",
    { type: "button", class: "icon", "aria-label": label, title: label },
    svg("svg", { viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true" }, shape),
  );
  button.addEventListener("click", onClick);
  return { button, shape };
}

function makeTransport(app) {
  const { words } = app;
  const previous = iconButton("previous", words.previous, () => app.stepBy(-1)),
    next = iconButton("next", words.next, () => app.stepBy(1));
  const play = iconButton("play", words.play, () => app.toggle());
  play.button.classList.add("primary");
  const speed = html(
    "select",
    { class: "speed", "aria-label": words.speed, title: words.speed },
    ...SPEEDS.map((v) => html("option", { value: v }, `${v}×`)),
  );
  speed.value = "1";
  speed.addEventListener("change", () => {
    app.state.speed = Number(speed.value);
  });
  // step=any: while it is dragged the figures glide between frames; it rests on one.
  const time = html("input", { type: "range", min: 0, step: "any", class: "time", "aria-label": words.time });
  const label = html("span", { class: "step number" }),
    times = makeTimes(app);
  const save = (kind) => {
    const button = html(
      "button",
      { type: "button", class: "save", "aria-label": words[`save_${kind}`], title: words[`save_${kind}`] },
      kind.toUpperCase(),
    );
    button.addEventListener("click", () => app.save(kind));
    return button;
  };
  const root = html(
    "footer",
    { class: "transport" },
    times.root,
    previous.button,
    play.button,
    next.button,
    speed,
    html("span", { class: "axis", "aria-hidden": "true" }, words.time),
    time,
    label,
    html("span", { class: "saves" }, save("svg"), save("png")),
  );

  time.addEventListener("input", () => app.scrub(Number(time.value)));
  time.addEventListener("change", () => app.scrubbed());
  time.addEventListener("keydown", (event) => {
    const last = app.last(),
      big = Math.max(1, Math.round(last / 10));
    const by = {
      ArrowLeft: -1,
      ArrowDown: -1,
      ArrowRight: 1,
      ArrowUp: 1,
      PageDown: -big,
      PageUp: big,
      Home: -last,
      End: last,
    }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    app.stepBy(by);
  });

  const render = () => {
    const { state } = app,
      last = app.last(),
      first = app.first(),
      at = app.at(),
      f = Math.round(state.peek ?? at);
    put(time, { min: first, max: Math.max(last, 1), disabled: last ? null : "" });
    if (Number(time.value) !== at) time.value = at;
    const words_ = app.timeText(words, f);
    say(label, words_);
    put(time, { style: `--at:${last > first ? (((at - first) / (last - first)) * 100).toFixed(2) : 0}%`, "aria-valuetext": words_ });
    times.render();
    put(play.shape, { d: ICONS[state.playing ? "pause" : "play"] });
    put(play.button, {
      "aria-label": state.playing ? words.pause : words.play,
      title: state.playing ? words.pause : words.play,
    });
    put(previous.button, { "aria-disabled": String(at <= first) });
    put(next.button, { "aria-disabled": String(at >= last) });
  };
  return { root, render };
}
