/** Where the pad lies in a view, and how large its sheet is. Pure, in CSS pixels. */

const docked = 760; // of width, below which the pad lies under the network, if the view is not broad itself
const low = 460; // of height, below which the network has no room above an open pad

/** What the pad takes from the view. */
export interface Room {
  readonly left: number;
  /** How far the pad at the left reaches up. */
  readonly leftHeight: number;
  readonly bottom: number;
  /** Put away, it is a button that stands on the legend. */
  readonly aboveLegend: number;
}

/** Whether the pad lies under the network; beside it if not. */
export function liesUnder(width: number, height: number): boolean {
  return width < docked && height > 0.9 * width;
}

export function sheetSide(height: number, under: boolean): number {
  return under ? Math.min(156, Math.max(104, Math.round(0.27 * height))) : 186;
}

export function opensAtFirst(height: number, under: boolean): boolean {
  return !under || height >= low;
}
