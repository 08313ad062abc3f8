/**
 * The row above the figures: which structure, and which value of the sweep.
 */

/** How many decimals a slider step needs. */
const digitsOf = (step) => Math.min(Math.max(0, (String(step).split(".")[1] ?? "").length), 4);

function makeHeader(app) {
  const { spec } = app;
  const rungs = html("div", { class: "rungs", role: "group", "aria-label": app.words.rungs });
  const sentence = html("p", { class: "sentence" });
  const unless = html("p", { class: "sentence unless" });
  const hero = spec.sweep
    ? spec.sweep.options.length
      ? (spec.sweep.icons.length ? makePeople : spec.sweep.chips.length ? makeChips : makeChoice)(spec.sweep, app)
      : makeHero(spec.sweep, app)
    : { root: html("div"), render: () => {}, update: () => {}, note: html("p", { class: "hint" }) };
  const notes = html("div", { class: "head-notes" }, sentence, hero.note),
    root = html("header", { class: "head" }, notes);
  if (spec.rungs.some((rung) => rung.unless)) root.append(unless); // on every rung, so that nothing moves with them
  // With nothing to choose and nothing to move the row would be empty.
  if (spec.sweep || spec.rungs.length > 1) root.prepend(html("div", { class: "head-row" }, rungs, hero.root));

  const buttons = spec.rungs.map((rung, i) => {
    const key = html("kbd", { "aria-hidden": "true" }, String(i + 1)),
      title = html("span");
    const button = html("button", { type: "button", class: "rung", "data-rung": rung.id }, key, title);
    button.addEventListener("click", () => app.chooseRung(i));
    rungs.append(button);
    return { button, title };
  });

  const render = () => {
    app.spec.rungs.forEach((rung, i) => {
      say(buttons[i].title, rung.title);
      put(buttons[i].button, { "aria-pressed": String(rung.id === app.state.rung) });
      if (rung.id === app.state.rung) {
        const said = app.caption() ?? rung.sentence;
        say(sentence, said);
        put(sentence, { title: said });
        say(unless, rung.unless);
        put(unless, { title: rung.unless });
      }
    });
    rungs.hidden = app.spec.rungs.length < 2;
    hero.render();
  };
  return { root, render, focusHero: hero.focus };
}

/** The value that a slider rests at: the nearest of its stops, where it has some. */
const restsAt = (stops, v) => (stops.length ? stops[nearestIndex(stops, v)] : v);

/** Where a key of the slider leads among its stops: by one, by a few, to an end. @returns {?number} none for another key */
function nextStop(stops, v, key) {
  const last = stops.length - 1,
    by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -3, PageUp: 3, Home: -last, End: last }[key];
  if (by === undefined || last < 0) return undefined;
  const at = nearestIndex(stops, v),
    between = (stops[at] - v) * by > 0; // the nearest lies that way: one step leads there
  return stops[Math.min(Math.max(at + (between && Math.abs(by) === 1 ? 0 : by), 0), last)];
}

/** The one slider of the page that is not time: it scrubs recordings while it moves and reports when it is let go. */
function makeHero(sweep, app) {
  const input = html("input", {
    type: "range",
    min: sweep.low,
    max: sweep.high,
    step: sweep.step,
    "aria-label": `${sweep.label} ${sweep.symbol}`,
    class: "hero-input",
  });
  const value = html("output", { class: "hero-value number" }),
    ticks = html("div", { class: "ticks", "aria-hidden": "true" });
  const readouts = sweep.readout.map(({ label, rungs }) => {
    const number = html("b", { class: "number" });
    return { number, rungs, box: html("div", { class: "readout" }, html("span", {}, label), number) };
  });
  const note = html("p", { class: "hint" });
  const root = html(
    "div",
    { class: "hero" },
    html("div", { class: "hero-label" }, html("span", {}, sweep.label), html("em", {}, sweep.symbol)),
    html("div", { class: "hero-slide" }, input, ticks),
    value,
    ...readouts.map(({ box }) => box),
  );
  const digits = digitsOf(sweep.step);
  root.querySelector(".hero-slide").append(
    ...sweep.marks.map(([v, name]) =>
      html("span", { class: "mark", "aria-hidden": "true", style: `--at:${(v - sweep.low) / (sweep.high - sweep.low || 1)}` }, name),
    ),
  );
  if (sweep.marks.length) root.classList.add("marked");
  ticks.append(
    ...sweep.recorded.map((v) =>
      html("i", { style: `left:${((v - sweep.low) / (sweep.high - sweep.low || 1)) * 100}%` }),
    ),
  );

  input.addEventListener("input", () => app.sweepTo(restsAt(sweep.stops, Number(input.value))));
  input.addEventListener("change", () => app.sweptTo());
  input.addEventListener("keydown", (event) => {
    const next = nextStop(sweep.stops, app.state.hero, event.key);
    if (next === undefined) return;
    event.preventDefault();
    app.sweepTo(next);
    app.sweptTo();
  });

  const render = () => {
    const { state } = app,
      shown = formatFixed(state.hero, digits),
      nearestValue = sweep.recorded[state.s];
    if (Number(input.value) !== state.hero) input.value = state.hero;
    put(input, {
      "aria-valuetext": shown,
      style: `--at:${(((state.hero - sweep.low) / (sweep.high - sweep.low || 1)) * 100).toFixed(2)}%`,
    });
    say(value, shown);
    [...ticks.children].forEach((tick, i) =>
      put(tick, {
        class: i === state.s ? "on" : "",
        style: `left:${((sweep.recorded[i] - sweep.low) / (sweep.high - sweep.low || 1)) * 100}%`,
      }),
    );
    const off = Math.abs(nearestValue - state.hero) > (sweep.high - sweep.low) * 1e-6;
    const named = off
      ? fill(app.words.nearest, {
          value: formatFixed(nearestValue, Math.max(digits, digitsOf(nearestValue.toFixed(3).replace(/0+$/, "")))),
        })
      : "";
    // Until the slider is touched it invites, where there is somewhere to go; what is not exactly recorded is always said.
    const room = sweep.recorded.length > 1 && state.hero < sweep.high;
    const invites = !state.touched && room && (!off || app.textSize() > 12) ? sweep.invitation : "";
    say(note, [invites, named].filter(Boolean).join("  ·  "));
    put(note, { class: `hint${off ? " off" : ""}` });
    sweep.readout.forEach(({ array, digits: places }, i) => {
      const { number, rungs, box } = readouts[i];
      say(number, formatFixed(sample(app.fields()[array], nearest(state.view)), places));
      // It keeps its place where it says nothing: the slider must not move under the finger.
      put(box, { style: rungs.length && !rungs.includes(state.rung) ? "visibility:hidden" : "" });
    });
  };
  return { root, note, render, focus: () => input.focus() };
}

/** The same for a setting that is chosen by name, and perhaps typed: what is typed goes to Python, which answers with a stage. */
function makeChoice(sweep, app) {
  const select = html("select", { class: "hero-select", "aria-label": sweep.label }),
    note = html("p", { class: "hint" });
  const root = html(
    "div",
    { class: "hero choice" },
    html("label", { class: "hero-label" }, html("span", {}, sweep.label), select),
  );
  select.addEventListener("change", () => {
    app.sweepTo(sweep.recorded[select.selectedIndex]);
    app.sweptTo();
  });
  if (sweep.ask) root.append(askForm(sweep, app).form);

  const render = () => {
    const { options } = app.spec.sweep;
    if (select.children.length !== options.length) select.replaceChildren(...options.map(() => html("option")));
    options.forEach((text, i) => say(select.children[i], text));
    if (select.selectedIndex !== app.state.s) select.selectedIndex = app.state.s;
    say(note, choiceNote(app));
  };
  return { root, note, render, focus: () => select.focus() };
}
