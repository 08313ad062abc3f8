/**
 * A hero whose values are a few kinds of thing: a button a kind, one to the next of the same kind, and a field to type another.
 */

/** A field, and its form: what is typed goes to Python, which answers with a stage. */
function askForm(sweep, app) {
  const field = html("input", { type: "text", class: "hero-text", maxlength: 200, placeholder: sweep.ask, "aria-label": sweep.ask });
  const go = html("button", { type: "submit", class: "hero-go", "aria-label": sweep.ask, title: sweep.ask }, "⏎");
  const form = html("form", {}, field, go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) app.ask(field.value.trim());
  });
  return { form, field };
}

/** What stands under a choice: that what was typed cannot be shown, or until it is touched an invitation. */
const choiceNote = ({ spec: { sweep }, state }) => sweep.warning || (state.touched ? "" : sweep.invitation);

/** The value of a chip that comes next, or the first where the stage shows none of its values. */
const nextOf = ({ values }, hero) => values[(values.indexOf(hero) + 1) % values.length];

function makeChips(sweep, app) {
  const note = html("p", { class: "hint" }),
    group = html("div", { class: "chips", role: "group", "aria-label": sweep.label }),
    turn = html("button", { type: "button", class: "chip next", "aria-label": sweep.turn, title: sweep.turn }, "⇄");
  const here = () => app.spec.sweep.recorded[app.state.s],
    chosen = () => app.spec.sweep.chips.find(({ values }) => values.includes(here()));
  const go = (value) => {
    app.sweepTo(value);
    app.sweptTo();
  };
  const chips = sweep.chips.map((_, n) => {
    const chip = html("button", { type: "button", class: "chip" });
    chip.addEventListener("click", () => {
      if (chosen() !== app.spec.sweep.chips[n]) go(app.spec.sweep.chips[n].values[0]);
    });
    return chip;
  });
  turn.addEventListener("click", () => chosen() && go(nextOf(chosen(), here())));
  group.append(...chips, turn);
  const { form, field } = askForm(sweep, app),
    root = html("div", { class: "hero choice" }, group, form);

  let seen = null;
  const render = () => {
    const { chips: all, options } = app.spec.sweep,
      own = chosen();
    chips.forEach((chip, n) => {
      say(chip, all[n].label);
      put(chip, { "aria-pressed": String(all[n] === own) });
    });
    turn.hidden = !own || own.values.length < 2;
    put(form, { class: own ? "" : "own" });
    const typed = own ? "" : options[app.state.s];
    if (typed !== seen && !field.matches(":focus")) field.value = typed;
    seen = typed;
    say(note, choiceNote(app));
    put(note, { class: `hint${app.spec.sweep.warning ? " warns" : ""}` });
  };
  return { root, note, render, focus: () => chips[0].focus() };
}
