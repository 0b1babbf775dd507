/** What the lines and colours of the picture mean, along its lower edge, in more lines where one is too narrow. */
import type { Colours } from "./colours";
import type { LinksLayout } from "./layout";
import { font } from "./lettering";
import type { Part } from "./painter";
import { strokeLink } from "./strokes";

const gap = 16;
const sample = 34; // length of a line in the legend
const strip = 60; // of the colours
const space = 6;
const margin = 8;
const lineHeight = 16;

interface Entry {
  readonly text: string;
  /** Of what stands before the text. */
  readonly width: number;
  readonly draw: (x: number, y: number) => void;
}

export function drawLegend(
  context: CanvasRenderingContext2D,
  { height }: LinksLayout,
  { left, right }: Part,
  signed: boolean,
  colours: Colours,
): void {
  context.font = font(colours, 11);
  const entries = entriesOf(context, signed, colours).map((entry) => {
    return { ...entry, room: entry.width + space + context.measureText(entry.text).width + gap };
  });
  const lines = linesOf(entries, right - left - margin);
  const first = height - 14 - lineHeight * (lines.length - 1);
  for (const [line, placed] of lines.entries())
    drawLine(context, placed, left + margin, first + line * lineHeight, colours);
}

interface Placed extends Entry {
  readonly room: number;
}

/** So many entries a line as have room. */
function linesOf(entries: readonly Placed[], width: number): Placed[][] {
  const lines: Placed[][] = [];
  let left = 0;
  for (const entry of entries) {
    const fits = entry.room - gap <= left;
    if (fits) lines[lines.length - 1].push(entry);
    else lines.push([entry]);
    left = (fits ? left : width) - entry.room;
  }
  return lines;
}

function drawLine(
  context: CanvasRenderingContext2D,
  entries: readonly Placed[],
  left: number,
  y: number,
  colours: Colours,
): void {
  let x = left;
  for (const { text, width, room, draw } of entries) {
    draw(x, y);
    context.globalAlpha = 1;
    context.setLineDash([]);
    context.font = font(colours, 11);
    context.fillStyle = colours.quiet;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(text, x + width + space, y);
    x += room;
  }
}

function entriesOf(context: CanvasRenderingContext2D, signed: boolean, colours: Colours): Entry[] {
  const line = (strength: number, x: number, y: number) => {
    const end = (at: number) => ({ x: at, y, width: 0, height: 0 });
    strokeLink(context, strength, colours, end(x), end(x + sample));
  };
  const ends = signed ? "activation, −maximum to maximum" : "activation, 0 to the maximum";
  const largest = colours.palette === "sign" ? " (blue: the largest)" : "";
  return [
    { text: "adds", width: sample, draw: (x, y) => line(0.5, x, y) },
    { text: "takes away", width: sample, draw: (x, y) => line(-0.5, x, y) },
    {
      text: "little to most into its layer",
      width: 2 * sample + 4,
      draw: (x, y) => {
        line(0.1, x, y);
        line(1, x + sample + 4, y);
      },
    },
    {
      text: `${ends} of its layer${largest}`,
      width: strip,
      draw: (x, y) => {
        const gradient = context.createLinearGradient(x, 0, x + strip, 0);
        const stops = colours.stops(signed);
        for (const [place, stop] of stops.entries()) gradient.addColorStop(place / (stops.length - 1), stop);
        context.fillStyle = gradient;
        context.fillRect(x, y - 4, strip, 8);
      },
    },
  ];
}
