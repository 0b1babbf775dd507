/** Words that fit into so much room: broken into two lines, or cut with an ellipsis. Pure. */

/** CSS pixels of a text as it will be written. */
export type Measure = (text: string) => number;

const legible = 0.88; // squeezed to this share of its width, a text is still read

/** The text, or its beginning with an ellipsis, not much wider than `room`: what is left is squeezed. */
export function cutTo(text: string, room: number, measure: Measure): string {
  const most = room / legible;
  if (measure(text) <= most) return text;
  let length = text.length - 1;
  while (length > 1 && measure(`${text.slice(0, length).trimEnd()}…`) > most) length--;
  return `${text.slice(0, length).trimEnd()}…`;
}

/** One line where it has room, else two, broken at the space that leaves the longer of both shortest. */
export function linesOf(text: string, room: number, measure: Measure): string[] {
  if (measure(text) <= room) return [text];
  let [best, least]: [string[], number] = [[text], Number.POSITIVE_INFINITY];
  for (const { index } of text.matchAll(/ /g)) {
    const lines = [text.slice(0, index), text.slice(index + 1)];
    const widest = Math.max(...lines.map(measure));
    if (widest < least) [best, least] = [lines, widest];
  }
  return best.map((line) => cutTo(line, room, measure));
}
