/**
 * One note that follows the pointer, shared by all panels.
 * @param {HTMLElement} root
 * @param {() => number} zoom
 * @returns {{show: (event: {clientX: number, clientY: number}, title: string, rows: {label: string, value: string, colour?: string}[]) => void, hide: () => void}}
 */
function makeTooltip(root, zoom) {
  const title = html("div", { class: "tip-title" });
  const list = html("div", { class: "tip-rows" });
  const box = html("div", { class: "tip", "aria-hidden": "true" }, title, list);
  root.append(box);

  const show = (event, heading, rows) => {
    say(title, heading);
    list.replaceChildren(
      ...rows.map(({ label, value, colour }) => {
        const dot = html("i", { class: "tip-dot", style: colour ? `background:${colour}` : "visibility:hidden" });
        return html(
          "div",
          { class: "tip-row" },
          ...(colour ? [dot] : []),
          html("span", {}, label),
          html("b", {}, value),
        );
      }),
    );
    box.classList.add("on");
    const outer = root.getBoundingClientRect(),
      size = box.getBoundingClientRect();
    let x = event.clientX - outer.left + 14;
    if (x + size.width > outer.width - 4) x = event.clientX - outer.left - size.width - 14;
    // Below the pointer: what a part feeds stands above it.
    let y = event.clientY - outer.top + 16;
    if (y + size.height > outer.height - 4) y = event.clientY - outer.top - size.height - 14;
    box.style.transform = `translate(${Math.max(x, 4) / zoom()}px, ${Math.max(y, 4) / zoom()}px)`;
  };
  return { show, hide: () => box.classList.remove("on") };
}
