/**
 * A hero whose values are a few people: a button each, with a sign of what they like.
 */
function makePeople(sweep, app) {
  const note = html("p", { class: "hint" }),
    group = html("div", { class: "chips people", role: "group", "aria-label": sweep.label }),
    root = html("div", { class: "hero choice" }, group),
    made = [];

  const make = () => {
    const icon = html("span", { class: "chip-icon", "aria-hidden": "true" }),
      name = html("span"),
      chip = { group: html("button", { type: "button", class: "chip" }, icon, name), icon, name },
      n = made.length;
    chip.group.addEventListener("click", () => {
      if (app.state.s === n) return;
      app.sweepTo(app.spec.sweep.recorded[n]);
      app.sweptTo();
    });
    return chip;
  };

  const render = () => {
    const { options, icons } = app.spec.sweep;
    while (made.length < options.length) {
      made.push(make());
      group.append(made.at(-1).group);
    }
    made.forEach(({ group: button, icon, name }, n) => {
      put(button, { hidden: n < options.length ? null : "" });
      if (n >= options.length) return;
      say(icon, icons[n] ?? "");
      say(name, options[n].split(" · ")[0]);
      put(button, { "aria-pressed": String(n === app.state.s), "aria-label": options[n], title: options[n] });
    });
    say(note, choiceNote(app));
  };
  return { root, note, render, focus: () => made[app.state.s]?.group.focus() };
}
