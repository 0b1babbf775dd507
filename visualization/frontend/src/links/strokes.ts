/** How one link is drawn. */
import type { Colours } from "./colours";
import type { Box } from "./layout";

/** A link's path and look; `strength` −1 … 1. A negative one is dashed, so that its sign needs no colour. */
export function strokeLink(
  context: CanvasRenderingContext2D,
  strength: number,
  colours: Colours,
  start: Box,
  end: Box,
): void {
  const size = Math.abs(strength);
  const width = 0.75 + 4.25 * size;
  context.lineWidth = width;
  context.globalAlpha = 0.5 + 0.5 * size;
  context.strokeStyle = colours.link(strength);
  context.setLineDash(strength < 0 ? [4 + width, 3 + 0.8 * width] : []);
  const [left, right] = [start.x + start.width / 2 + 1, end.x - end.width / 2 - 1];
  const bend = (right - left) * 0.45;
  context.beginPath();
  context.moveTo(left, start.y);
  context.bezierCurveTo(left + bend, start.y, right - bend, end.y, right, end.y);
  context.stroke();
}
