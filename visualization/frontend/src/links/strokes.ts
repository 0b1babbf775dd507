/** How one link is drawn. */
import type { Colours } from "./colours";
import type { Box } from "./layout";

const [lowest, highest] = [44, 110]; // CSS pixels, of the bend's controls

/** A link's path and look; `strength` −1 … 1. A negative one is dashed, so that its sign needs no colour.
 * One that goes `past` other columns bends over their nodes. */
export function strokeLink(
  context: CanvasRenderingContext2D,
  strength: number,
  colours: Colours,
  start: Box,
  end: Box,
  past = 0,
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
  const lift = past ? Math.min(highest, lowest + 8 * past) : 0;
  context.bezierCurveTo(left + bend, start.y - lift, right - bend, end.y - lift, right, end.y);
  context.stroke();
}
