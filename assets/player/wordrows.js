/**
 * Words one after another in rows, as a text is set.
 * @param {{width: number}[]} words in pixels, with the space that follows each @param {number} room of a row
 * @returns {object[][]} the same words by row, each with the x at which it begins; a word wider than the room has a row alone
 */
function wordRows(words, room) {
  const rows = [[]];
  let x = 0;
  for (const word of words) {
    if (x + word.width > room && rows.at(-1).length) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1).push({ ...word, x });
    x += word.width;
  }
  return rows;
}
