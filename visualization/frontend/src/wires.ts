/** What feeds what, as lines in space: to the next wall straight from corner to corner, past others as an arc over them.
 * Pure. */
import { inputsOf, type LayerSpec } from "./contract";
import { type Layout, type Point, seenOf, type Wall } from "./layout";

export interface Wire {
  /** Indices of layers: both are seen. */
  readonly from: number;
  readonly to: number;
  /** What lies between is hidden. */
  readonly dotted: boolean;
  /** The two stand side by side on a shelf. */
  readonly next: boolean;
}

/** Every way from one seen wall to another that reads it, hidden ones between them left out. */
export function wiresOf({ walls }: Layout): Wire[] {
  const layers = walls.map(({ layer }) => layer);
  const reads = readsOf(layers);
  const seen = [...walls.keys()].filter((index) => walls[index].state !== "hidden");
  const before = new Map(seen.map((index, place) => [index, seen[place - 1]]));
  return seen.flatMap((to) =>
    [...sourcesOf(walls, reads, to)].map(([from, dotted]): Wire => {
      const next = before.get(to) === from && walls[from].shelf === walls[to].shelf;
      return { from, to, dotted, next };
    }),
  );
}

const known = new WeakMap<
  LayerSpec,
  { layers: readonly LayerSpec[]; reads: readonly (readonly number[])[] }
>();

/** The inputs of every layer; asked for in every frame while walls move. */
function readsOf(layers: readonly LayerSpec[]): readonly (readonly number[])[] {
  const found = known.get(layers[0]);
  const same =
    found?.layers.length === layers.length && layers.every((layer, at) => layer === found.layers[at]);
  if (found && same) return found.reads;
  const reads = layers.map((_, index) => inputsOf(layers, index));
  if (layers.length > 0) known.set(layers[0], { layers, reads });
  return reads;
}

/** The nearest seen walls from which the numbers of `to` come, and whether they pass hidden ones. */
function sourcesOf(
  walls: readonly Wall[],
  reads: readonly (readonly number[])[],
  to: number,
): Map<number, boolean> {
  const found = new Map<number, boolean>();
  const asked = new Set<number>();
  const ask = (index: number, dotted: boolean): void => {
    for (const from of reads[index]) {
      if (walls[from].state !== "hidden") found.set(from, (found.get(from) ?? true) && dotted);
      else if (!asked.has(from)) {
        asked.add(from);
        ask(from, true);
      }
    }
  };
  ask(to, false);
  return found;
}

const pieces = 40; // of an arc
const least = 7; // units that an arc rises over the highest wall under it
const rise = 0.05; // more for each unit of its length, so that long ones pass over short ones
const highest = 22; // units
const turn = 11; // units under a shelf, where lines to the next one run

/** The line of a wire that is not `next`, from the top of one wall to the top of the other. */
export function pathOf(layout: Layout, { from, to }: Wire): Point[] {
  const [start, end] = [layout.walls[from], layout.walls[to]];
  return start.shelf === end.shelf ? arc(layout, start, end) : around(layout, start, end);
}

export type OnScreen = { readonly x: number; readonly y: number } | null;

const reach = 7; // CSS pixels from a line within which the pointer is on it

/** The wire past other walls that runs nearest to a place of the screen, if it is near. */
export function wireAt(
  layout: Layout,
  x: number,
  y: number,
  project: (point: Point) => OnScreen,
): Wire | null {
  let [found, nearest]: [Wire | null, number] = [null, reach];
  for (const wire of wiresOf(layout)) {
    if (wire.next) continue;
    const path = pathOf(layout, wire).map(project);
    for (let piece = 1; piece < path.length; piece++) {
      const [start, end] = [path[piece - 1], path[piece]];
      const away = start && end ? distanceTo(x, y, start, end) : Number.POSITIVE_INFINITY;
      if (away < nearest) [found, nearest] = [wire, away];
    }
  }
  return found;
}

type Pixel = NonNullable<OnScreen>;

function distanceTo(x: number, y: number, start: Pixel, end: Pixel): number {
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  const length = dx * dx + dy * dy;
  const share = length ? Math.min(1, Math.max(0, ((x - start.x) * dx + (y - start.y) * dy) / length)) : 0;
  return Math.hypot(start.x + share * dx - x, start.y + share * dy - y);
}

/** "conv 1 goes to add 1, past 3 layers". */
export function wireInWords({ walls }: Layout, { from, to }: Wire): string {
  const past = to - from - 1;
  const [start, end] = [walls[from].layer.title, walls[to].layer.title];
  return `${start} goes to ${end}${past ? `, past ${past} ${past === 1 ? "layer" : "layers"}` : ""}`;
}

function arc(layout: Layout, start: Wall, end: Wall): Point[] {
  const under = seenOf(layout).filter(
    ({ shelf, x }) => shelf === start.shelf && x >= start.x - 1e-9 && x <= end.x + 1e-9,
  );
  const over = Math.min(highest, least + rise * (end.x - start.x));
  // While walls move, start and end may stand the other way round, with none between them.
  const top = Math.max(topOf(start), topOf(end), ...under.map(topOf)) + over;
  const [low, high] = [topOf(start), topOf(end)];
  return Array.from({ length: pieces + 1 }, (_, piece): Point => {
    const share = piece / pieces;
    // Up in the first fifth, down in the last, level between.
    const climb = smooth(Math.min(1, share / 0.2));
    const fall = smooth(Math.min(1, (1 - share) / 0.2));
    const y = share < 0.5 ? low + (top - low) * climb : high + (top - high) * fall;
    return [start.x + (end.x - start.x) * share, y, 0];
  });
}

/** Down from one shelf, along under it, and down to the wall on another. */
function around(layout: Layout, start: Wall, end: Wall): Point[] {
  const above = seenOf(layout).filter(({ shelf }) => shelf === end.shelf - 1);
  const bottom = Math.min(...[start, ...above].map(({ y, height }) => y - height / 2));
  const level = Math.max(bottom, topOf(end)) - turn;
  return [
    [start.x, start.y - start.height / 2, 0],
    [start.x, level, 0],
    [end.x, level, 0],
    [end.x, topOf(end), 0],
  ];
}

function topOf({ y, height }: Wall): number {
  return y + height / 2;
}

function smooth(share: number): number {
  return share * share * (3 - 2 * share);
}
