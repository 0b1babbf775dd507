/** What the lines and colours of the picture mean, along its lower edge, in two lines where one is too narrow. */
import type { Colours } from "./colours";
import type { LinksLayout } from "./layout";
import { font } from "./lettering";
import { strokeLink } from "./strokes";

const gap = 16;
const sample = 34; // length of a line in the legend
const strip = 60; // of the colours
const space = 6;

interface Entry {
  readonly text: string;
  /** Of what stands before the text. */
  readonly width: number;
  readonly draw: (x: number, y: number) => void;
}

export function drawLegend(
  context: CanvasRenderingContext2D,
  layout: LinksLayout,
  signed: boolean,
  colours: Colours,
): void {
  context.font = font(colours, 11);
  const entries = entriesOf(context, signed, colours).map((entry) => {
    return { ...entry, room: entry.width + space + context.measureText(entry.text).width + gap };
  });
  const whole = entries.reduce((sum, { room }) => sum + room, 0);
  let [x, y] = [8, layout.height - (whole > layout.width ? 28 : 14)];
  for (const { text, width, room, draw } of entries) {
    if (x > 8 && x + room - gap > layout.width) [x, y] = [8, y + 17];
    draw(x, y);
    context.globalAlpha = 1;
    context.setLineDash([]);
    context.font = font(colours, 11);
    context.fillStyle = colours.quiet;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(text, x + width + space, y, layout.width - x - width - space);
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
