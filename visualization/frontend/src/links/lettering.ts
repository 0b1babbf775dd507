/** The words on the picture: a column's title, a node's number and value, the answer's bars. */
import type { Colours } from "./colours";
import { cutTo, linesOf } from "./fitting";
import type { GraphColumn } from "./graph";
import type { Box, ColumnLayout, LinksLayout } from "./layout";
import { countInWords, isShares, labelOf, restInWords, valueInWords } from "./wording";

export interface Emphasis {
  readonly dimmed: boolean;
  readonly winner: boolean;
  readonly isolated: boolean;
  readonly focused: boolean;
}

const bar = { width: 40, height: 5 };

/** Where a column's words stand, and whether there is room for few. */
export type Where = Pick<LinksLayout, "pitch" | "tight" | "width">;

const [firstLine, titleLine, countLine] = [12, 26, 41]; // pixels down, of a column's head

/** The title over a column and how many nodes it has; where columns stand close, titles alone, in turn high and low. */
export function drawHead(
  context: CanvasRenderingContext2D,
  column: GraphColumn,
  place: number,
  { x }: ColumnLayout,
  { pitch, tight }: Where,
  colours: Colours,
): void {
  const measure = (text: string) => context.measureText(text).width;
  const room = (tight ? 2 * pitch : pitch) - 6;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  context.fillStyle = colours.text;
  context.font = font(colours, tight ? 11 : 12, 600);
  if (tight) {
    // The first title may not begin left of the picture.
    const [text, y] = [cutTo(column.layer.title, room, measure), place % 2 === 0 ? titleLine : countLine];
    context.fillText(text, Math.max(x, Math.min(room, measure(text)) / 2 + 1), y, room);
    return;
  }
  const lines = linesOf(column.layer.title, room, measure);
  context.fillText(lines[lines.length - 1], x, titleLine, room);
  if (lines.length > 1) context.fillText(lines[0], x, firstLine, room);
  context.fillStyle = colours.quiet;
  context.font = font(colours, 11);
  const [count, all] = [countInWords(column), [countInWords(column), ...column.handedOn].join(", ")];
  context.fillText(measure(all) <= room ? all : cutTo(count, room, measure), x, countLine, room);
}

/** "⋮ 24 more", "and 90 others: 3.1 %": those of the layer that are not shown; and whether what goes into it cannot be
 * told apart. */
export function drawRest(
  context: CanvasRenderingContext2D,
  column: GraphColumn,
  { x, restY }: ColumnLayout,
  { pitch, tight, width }: Where,
  colours: Colours,
): void {
  const { rest, shown } = column;
  const unlinked = shown[0]?.incoming?.why && !tight ? "no links" : "";
  if (rest === 0 && !unlinked) return;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colours.quiet;
  context.font = font(colours, tight ? 11 : 12);
  const words = restInWords(column);
  if (column.kind === "classes" && words) {
    const [left, all] = [x - widestClass / 2, unlinked ? `${words} · ${unlinked}` : words];
    context.textAlign = "left";
    written(context, left + context.measureText(all).width <= width ? all : words, left, restY, colours);
    return;
  }
  const more = words && (tight ? `+${rest.toLocaleString("en")}` : `⋮ ${words}`);
  const both = [more, unlinked].filter(Boolean).join(" · ");
  const fits = context.measureText(both).width <= pitch - 6;
  context.fillText(fits ? both : more || unlinked, x, restY, pitch - 4);
}

export function labelNode(
  context: CanvasRenderingContext2D,
  column: GraphColumn,
  row: number,
  box: Box,
  { labelled, tight }: { readonly labelled: boolean; readonly tight: boolean },
  classNames: readonly string[],
  emphasis: Emphasis,
  colours: Colours,
): void {
  if (column.kind === "classes") labelClass(context, column, row, box, classNames, emphasis, colours);
  else if (labelled) {
    context.font = font(colours, 10.5, emphasis.isolated || emphasis.focused ? 600 : 400);
    context.textAlign = "center";
    context.textBaseline = "top";
    const node = column.shown[row];
    const words =
      tight && column.kind !== "picture" ? valueInWords(column, node.value) : labelOf(column, node);
    if (tight && column.kind === "picture") return; // its title says the same
    written(context, words, box.x, box.y + box.height / 2 + 4, colours);
  }
}

/** A class's name, its share, and a bar; the winner's are heavier and larger, and have a mark. */
function labelClass(
  context: CanvasRenderingContext2D,
  column: GraphColumn,
  row: number,
  box: Box,
  classNames: readonly string[],
  { winner }: Emphasis,
  colours: Colours,
): void {
  const { number, value } = column.shown[row];
  const left = box.x + box.width / 2 + besideClass;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.font = font(colours, winner ? 13 : 12, winner ? 700 : 400);
  const text = `${winner ? mark : ""}${shortened(classNames[number])}  ${valueInWords(column, value)}`;
  const barred = isShares(column) && box.height >= leastBarred;
  written(context, text, left, box.y - (barred ? 4 : 0), colours, winner);
  if (!barred) return;
  context.fillStyle = colours.faint;
  context.fillRect(left, box.y + 5, bar.width, bar.height);
  context.fillStyle = winner ? colours.text : colours.quiet;
  context.fillRect(left, box.y + 5, bar.width * Math.max(0, value), bar.height);
}

const mark = "▸ "; // of the winner
const leastBarred = 20; // pixels of a circle beside which a bar keeps clear of the next class's name
const besideClass = 7; // pixels between a class's circle and its name
const widestClass = 22; // pixels, of the circle

/** CSS pixels that the widest class takes right of the middle of its circle, were it the winner; or what is said of the
 * `rest` that are not shown. */
export function classRoom(
  context: CanvasRenderingContext2D,
  classNames: readonly string[],
  rest: number,
  colours: Colours,
): number {
  context.font = font(colours, 13, 700);
  const widths = classNames.map((name) => context.measureText(`${mark}${shortened(name)}  > 99.9 %`).width);
  const widest = widths.reduce((most, width) => Math.max(most, width), bar.width);
  context.font = font(colours, 12);
  const others = rest > 0 ? context.measureText(`and ${rest} others: > 99.9 %`).width - widestClass / 2 : 0;
  return Math.ceil(Math.max(widestClass / 2 + besideClass + widest, others)) - lastColumn;
}

const lastColumn = 12; // pixels that the layout itself leaves right of the last column

function shortened(name: string): string {
  return name.length > 9 ? `${name.slice(0, 8)}…` : name;
}

/** With a rim of the background, so that links behind it do not cross it out. */
function written(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  colours: Colours,
  strong = false,
): void {
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = colours.background;
  context.strokeText(text, x, y);
  context.fillStyle = strong ? colours.text : colours.quiet;
  context.fillText(text, x, y);
}

export function font({ theme }: Colours, size: number, weight = 400): string {
  return `${weight} ${size}px ${theme.font}`;
}
