/**
 * The player's plain scripts in Node: they are no modules, so all are run in one scope, as in the browser, and a test asks for
 * the names it wants. Node has no page: texts are measured by an invented font whose letters are half as wide as high.
 */
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

const LETTER = (font) => Number(/([\d.]+)px/.exec(font)[1]) / 2;
const context = { font: "10px sans-serif", measureText: (text) => ({ width: [...text].length * LETTER(context.font) }) };
globalThis.document = { createElement: () => ({ getContext: () => context }), addEventListener: () => {} };

/** All scripts in the order that Python says, without the one `export`, which only a module may have. */
const code = process.env.PLAYER_SCRIPTS.split("\n")
  .map((path) => readFileSync(path, "utf8"))
  .join("\n")
  .replace("export default function", "function mount");
runInThisContext(code, { filename: "player.js" });

/** @param {string} name of a top-level function or constant @returns {any} it */
export const named = (name) => runInThisContext(name);

/** Bytes and what they stand for, as Python wrote them. @param {string} name of a file */
export const golden = (name) => new Uint8Array(readFileSync(`${process.env.PLAYER_GOLDEN}/${name}`));
export const goldenJson = (name) => JSON.parse(readFileSync(`${process.env.PLAYER_GOLDEN}/${name}`, "utf8"));
