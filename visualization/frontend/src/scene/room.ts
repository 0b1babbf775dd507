/** What of the scene's area is left for the network and its labels. Pure, in CSS pixels. */
import type { Room } from "../drawing/docking";
import type { Box } from "./label_placement";
import type { Insets, Viewport } from "./view";

const narrow = 560; // width below which everything is written smaller

export function isNarrow(width: number, room: Room): boolean {
  return width - room.left < narrow;
}

/** What words over the scene take of it, in CSS pixels: from above those that are read, and the legend's size. */
export interface Covered {
  readonly top: number;
  readonly legend: { readonly width: number; readonly height: number };
}

/** CSS pixels that the open card takes, and an open panel at its left. */
export interface CardRoom {
  readonly right: number;
  readonly bottom: number;
  readonly panel: number;
}

const leastBeside = 420; // pixels that a panel must leave the network, else it lies over it

/** What card and panel take of `width` at the right. The pad takes none of it: the network can stand above. */
function takenAtRight({ right, panel }: CardRoom, width: number): number {
  return width - right - panel < leastBeside ? right : right + panel;
}

/** What must stay free around the network, so that nothing lies over it.
 *
 * `rows`: what the outputs' names and bars take beside the last wall. Between a pad at the left and a card at the right
 * little may be left: the network then stands above the pad. A card that lies over the lower part leaves it the rest.
 */
export function insetsFor(
  size: { readonly width: number; readonly height: number },
  room: Room,
  card: CardRoom,
  rows: number,
  small: boolean,
  covered: Covered = nothing,
): Insets {
  const { left, leftHeight, bottom } = room;
  const right = rows + 10 + takenAtRight(card, size.width - rows);
  const top = Math.max(small ? (left ? 58 : 76) : 70, covered.top + underWords);
  if (card.bottom) return { left: 12 + left, right, top, bottom: card.bottom + (small ? 30 : 54) };
  if (small) return { left: 12 + left, right, top, bottom: 92 + bottom };
  const beside = { left: 30 + left, right, top, bottom: 104 + bottom };
  const above = { left: 30, right, top, bottom: leftHeight + labelHeight };
  return room.left && across(size, above) > across(size, beside) ? above : beside;
}

const nothing: Covered = { top: 0, legend: { width: 0, height: 0 } };
const underWords = 6; // pixels between what is read and the network
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
  card: CardRoom,
  small: boolean,
  covered: Covered = nothing,
): { bounds: Box; taken: Box[] } {
  const lower = height - Math.max(room.bottom, card.bottom);
  const left = Math.min(room.left, insets.left);
  const bounds = {
    x: left + 4,
    y: insets.top - 12,
    width: width - left - Math.min(insets.right, card.right + card.panel) - 8,
    height: lower - insets.top + 8,
  };
  if (card.bottom) return { bounds, taken: [toolsBox(width, lower, small)] };
  const legendHeight = Math.max(58, covered.legend.height + 20) + room.aboveLegend;
  const legend = {
    x: room.left,
    y: lower - legendHeight,
    width: Math.max(Math.min(190, width - 200), covered.legend.width + 28),
    height: legendHeight,
  };
  const buttons = toolsBox(width, lower, small);
  const pad = { x: 0, y: height - room.leftHeight, width: room.left, height: room.leftHeight };
  return { bounds, taken: [legend, buttons, pad] };
}

/** Where the buttons stand: in one row, or in two where it is narrow. */
function toolsBox(width: number, lower: number, small: boolean): Box {
  const tools = small ? { width: 160, height: 86 } : { width: 283, height: 50 };
  return { x: width - tools.width, y: lower - tools.height, ...tools };
}
