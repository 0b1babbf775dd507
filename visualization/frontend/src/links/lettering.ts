/** The words on the picture: a column's title, a node's number and value, the answer's bars. */
import type { Colours } from "./colours";
import type { GraphColumn } from "./graph";
import type { Box, ColumnLayout } from "./layout";
import { countInWords, isShares, labelOf, valueInWords } from "./wording";

export interface Emphasis {
  readonly dimmed: boolean;
  readonly winner: boolean;
  readonly isolated: boolean;
  readonly focused: boolean;
}

const bar = { width: 40, height: 5 };

export function drawHead(
  context: CanvasRenderingContext2D,
  column: GraphColumn,
  { x }: ColumnLayout,
  pitch: number,
  colours: Colours,
): void {
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  context.fillStyle = colours.text;
  context.font = font(colours, 12, 600);
  context.fillText(column.layer.title, x, 14, pitch - 6);
  context.fillStyle = colours.quiet;
  context.font = font(colours, 11);
  const [count, all] = [countInWords(column), [countInWords(column), ...column.handedOn].join(", ")];
  const fits = context.measureText(all).width <= pitch - 6; // squeezed letters are not read
  context.fillText(fits ? all : count, x, 29, pitch - 6);
}

/** "⋮ 24 more": those of the layer that are not shown; and whether what goes into it cannot be told apart. */
export function drawRest(
  context: CanvasRenderingContext2D,
  { rest, shown }: GraphColumn,
  { x, restY }: ColumnLayout,
  colours: Colours,
): void {
  const unlinked = shown[0]?.incoming?.why ? "no links" : "";
  if (rest === 0 && !unlinked) return;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colours.quiet;
  context.font = font(colours, 12);
  const more = rest === 0 ? "" : `⋮ ${rest.toLocaleString("en")} more`;
  context.fillText([more, unlinked].filter(Boolean).join(" · "), x, restY);
}

export function labelNode(
  context: CanvasRenderingContext2D,
  column: GraphColumn,
  row: number,
  box: Box,
  labelled: boolean,
  classNames: readonly string[],
  emphasis: Emphasis,
  colours: Colours,
): void {
  if (column.kind === "classes") labelClass(context, column, row, box, classNames, emphasis, colours);
  else if (labelled) {
    context.font = font(colours, 10.5, emphasis.isolated || emphasis.focused ? 600 : 400);
    context.textAlign = "center";
    context.textBaseline = "top";
    written(context, labelOf(column, column.shown[row]), box.x, box.y + box.height / 2 + 4, colours);
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
  const left = box.x + box.width / 2 + 7;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.font = font(colours, winner ? 13 : 12, winner ? 700 : 400);
  const name = `${winner ? "▸ " : ""}${shortened(classNames[number])}`;
  const text = `${name}  ${valueInWords(column, value)}`;
  const barred = isShares(column) && box.height >= 14;
  written(context, text, left, box.y - (barred ? 4 : 0), colours, winner);
  if (!barred) return;
  context.fillStyle = colours.faint;
  context.fillRect(left, box.y + 5, bar.width, bar.height);
  context.fillStyle = winner ? colours.text : colours.quiet;
  context.fillRect(left, box.y + 5, bar.width * Math.max(0, value), bar.height);
}

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
