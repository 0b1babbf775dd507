/** What the lines and colours of the picture mean, along its lower edge. */
import type { Colours } from "./colours";
import type { LinksLayout } from "./layout";
import { font } from "./lettering";
import { strokeLink } from "./strokes";

const gap = 16;
const sample = 34; // length of a line in the legend

export function drawLegend(
  context: CanvasRenderingContext2D,
  layout: LinksLayout,
  signed: boolean,
  colours: Colours,
): void {
  const y = layout.height - 14;
  let x = 8;
  const say = (text: string) => {
    context.globalAlpha = 1;
    context.setLineDash([]);
    context.font = font(colours, 11);
    context.fillStyle = colours.quiet;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(text, x, y);
    x += context.measureText(text).width + gap;
  };
  const line = (strength: number) => {
    const end = (at: number) => ({ x: at, y, width: 0, height: 0 });
    strokeLink(context, strength, colours, end(x), end(x + sample));
    x += sample + 6;
  };
  line(0.5);
  say("adds");
  line(-0.5);
  say("takes away");
  line(0.1);
  x -= 2;
  line(1);
  say("little … most into its layer");
  const gradient = context.createLinearGradient(x, 0, x + 60, 0);
  const stops = colours.stops(signed);
  for (const [place, stop] of stops.entries()) gradient.addColorStop(place / (stops.length - 1), stop);
  context.fillStyle = gradient;
  context.fillRect(x, y - 4, 60, 8);
  x += 66;
  const ends = signed ? "−layer’s maximum … +" : "activation, 0 … layer’s maximum";
  say(`${signed ? `activation, ${ends}` : ends}${colours.palette === "sign" ? " (blue: the largest)" : ""}`);
}
