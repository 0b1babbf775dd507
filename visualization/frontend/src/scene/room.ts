/** What of the scene's area is left for the network and its labels. Pure, in CSS pixels. */
import type { Room } from "../drawing/pad";
import type { Box } from "./label_placement";
import type { Insets, Viewport } from "./view";

const narrow = 560; // width below which everything is written smaller

export function isNarrow(width: number, room: Room): boolean {
  return width - room.left < narrow;
}

/** `card`: what the open card takes at the right; `rows`: what the outputs' names and bars take beside the last wall. */
export function insetsFor(room: Room, card: number, rows: number, small: boolean): Insets {
  const { left, bottom } = room;
  const right = rows + 10 + card;
  return small
    ? { left: 12 + left, right, top: left ? 58 : 76, bottom: 92 + bottom }
    : { left: 30 + left, right, top: 70, bottom: 104 + bottom };
}

/** Where labels may be, and what within it they must leave free: the legend and the buttons. */
export function labelRoom(
  { width, height, insets }: Viewport,
  room: Room,
  card: number,
): { bounds: Box; taken: Box[] } {
  const lower = height - room.bottom;
  const bounds = {
    x: room.left + 4,
    y: insets.top - 12,
    width: width - room.left - card - 8,
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
  return { bounds, taken: [legend, buttons] };
}
