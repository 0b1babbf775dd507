/** What of the scene's area is left for the network and its labels. Pure, in CSS pixels. */
import type { Room } from "../drawing/pad";
import type { Box } from "./label_placement";
import type { Insets, Viewport } from "./view";

const narrow = 560; // width below which everything is written smaller

export function isNarrow(width: number, room: Room): boolean {
  return width - room.left < narrow;
}

/** What must stay free around the network, so that nothing lies over it.
 *
 * `card`: what the open card takes at the right; `rows`: what the outputs' names and bars take beside the last wall.
 * Between a pad at the left and a card at the right little may be left: the network then stands above the pad.
 */
export function insetsFor(
  size: { readonly width: number; readonly height: number },
  room: Room,
  card: number,
  rows: number,
  small: boolean,
): Insets {
  const { left, leftHeight, bottom } = room;
  const right = rows + 10 + card;
  if (small) return { left: 12 + left, right, top: left ? 58 : 76, bottom: 92 + bottom };
  const beside = { left: 30 + left, right, top: 70, bottom: 104 + bottom };
  const above = { left: 30, right, top: 70, bottom: leftHeight + labelHeight };
  return room.left && across(size, above) > across(size, beside) ? above : beside;
}

const labelHeight = 76; // under the network, for the layers' names
const aspect = 1.45; // width over height of a network as it is usually seen

/** How high a network of the usual aspect can be within the insets. */
function across(size: { readonly width: number; readonly height: number }, insets: Insets): number {
  const width = size.width - insets.left - insets.right;
  return Math.min(width / aspect, size.height - insets.top - insets.bottom);
}

/** Where labels may be, and what within it they must leave free: the legend, the buttons and the pad. */
export function labelRoom(
  { width, height, insets }: Viewport,
  room: Room,
  card: number,
): { bounds: Box; taken: Box[] } {
  const lower = height - room.bottom;
  const left = Math.min(room.left, insets.left);
  const bounds = {
    x: left + 4,
    y: insets.top - 12,
    width: width - left - card - 8,
    height: lower - insets.top + 8,
  };
  const legendHeight = 58 + room.aboveLegend;
  const legend = {
    x: room.left,
    y: lower - legendHeight,
    width: Math.min(190, width - 200),
    height: legendHeight,
  };
  const buttons = { x: width - 283, y: lower - 50, width: 283, height: 50 };
  const pad = { x: 0, y: height - room.leftHeight, width: room.left, height: room.leftHeight };
  return { bounds, taken: [legend, buttons, pad] };
}
