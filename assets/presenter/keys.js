/**
 * A clicker's keys: Page Up and Page Down, and Space, walk the story; B blanks the screen; Home goes back to the opening.
 */
const TYPED = "input:not([type=range]),textarea,select,[contenteditable=true],[role=combobox],[role=textbox]";
const PRESSED = "button,a,summary,input,[role=button],[role=tab],[role=radio],[role=slider],[role=switch]";
const BLACK = "position:fixed;inset:0;z-index:2147483647;background:#000;color:#000;cursor:none";

/** What a key asks for. @param {Element} target where it was pressed @returns {?string} back, on, blank or home */
function askedBy(key, target) {
  if (key === "PageUp") return "back";
  if (key === "PageDown") return "on";
  if (target.matches(TYPED)) return null;
  if (key === "b" || key === "B") return "blank";
  if (key === "Home") return "home";
  // What was reached with the keyboard is pressed by Space; what a mouse touched last is not.
  if (key === " " && !(target.matches(PRESSED) && target.matches(":focus-visible"))) return "on";
  return null;
}

const standing = new WeakMap(); // parentElement → what listens for it: Streamlit calls again with each change of the data
let nth = 0; // Streamlit passes on only what differs from what it was told last

function listen(given) {
  const screen = document.createElement("div");
  screen.setAttribute("role", "status");
  screen.setAttribute("style", BLACK);
  screen.className = "presenter-blank";
  const blank = (on) => {
    if (on) document.body.append(screen);
    else screen.remove();
    screen.textContent = on ? given.data.blank : "";
  };
  const tell = (name, value) => given.setTriggerValue(name, { ...value, nth: ++nth });
  const does = {
    blank: () => blank(!screen.isConnected),
    back: () => tell("walk", { by: -1 }),
    on: () => tell("walk", { by: 1 }),
    home: () => {
      document.dispatchEvent(new CustomEvent("gatescope:opening")); // the stage goes there at once; the page follows
      tell("home", {});
    },
  };
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.composedPath()[0],
      asked = target instanceof Element ? askedBy(event.key, target) : null;
    if (!asked || (asked !== "blank" && !given.data.walks)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat) return;
    if (screen.isConnected && asked !== "blank") blank(false); // any of them brings the picture back first
    else does[asked]();
  };
  addEventListener("keydown", onKey, true); // before a slider takes Page Down for itself
  const remove = () => {
    removeEventListener("keydown", onKey, true);
    screen.remove();
  };
  const take = (next) => {
    given = next;
  };
  return { take, remove };
}

export default function (given) {
  const parent = given.parentElement;
  if (standing.has(parent)) standing.get(parent).take(given);
  else standing.set(parent, listen(given));
  return () => {
    standing.get(parent)?.remove();
    standing.delete(parent);
  };
}
