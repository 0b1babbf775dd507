/** From layer shapes to positions in space: a pure function.
 *
 * Data flows along +x. Every layer is a wall in a plane of constant x, its middle above or on the x axis, that faces −x: from the
 * reader's place (−x, +y, +z) rows run down (−y) and columns run right (+z), so pictures are not mirrored. One unit is
 * a hundredth of the height of the tallest wall. A wall holds tiles (feature maps) in a grid, a tile holds cells (neurons).
 * Many layers stand on shelves, one below the other, as lines of text.
 */
import { type LayerSpec, size } from "./contract";
import { placesOf } from "./shelves";

export interface Wall {
  readonly layer: LayerSpec;
  readonly state: "closed" | "open" | "hidden";
  readonly x: number; // units
  readonly y: number; // units, of its middle
  readonly shelf: number; // from the top
  readonly tiles: { readonly columns: number; readonly rows: number; readonly count: number };
  readonly cells: { readonly columns: number; readonly rows: number }; // of one tile
  /** The first tile's channel, and how many the layer has: neighbouring cells lie that far apart in its activations. */
  readonly channel: number;
  readonly channels: number;
  readonly cell: number; // units, the side of one neuron
  readonly gap: number; // units between two tiles
  readonly margin: number; // units around all tiles, the frame
  readonly width: number; // units along z, frame included
  readonly height: number; // units along y, frame included
}

export interface Layout {
  /** One for each layer, hidden ones too: an index into the layers is an index into the walls. */
  readonly walls: readonly Wall[];
  /** The map brought forward, as a wall of one tile before its own. */
  readonly forward: Wall | null;
}

/** What the reader has opened, hidden and brought forward, by the layers' names. */
export interface Arrangement {
  readonly open: ReadonlySet<string>;
  readonly hidden: ReadonlySet<string>;
  readonly forward: { readonly layer: string; readonly channel: number } | null;
}
export const everythingClosed: Arrangement = { open: new Set(), hidden: new Set(), forward: null };

export const tallest = 100; // units, of a wall that is neither opened nor brought forward
const margin = 1.6; // units
const openedHeight = 150; // units at most, of an opened wall
const openedWidth = 165;
const besideOpened = 0.5; // times their usual size: walls that give room
const besideForward = 0.78;
const forwardHeight = 92; // units
const forwardAmongMany = 1.8; // times that, where all others are small on their shelves
const relief = 2.2; // sides of a neuron
const tokensWidth = 80; // units at most, of a wall of tokens
const largestToken = 6; // units, the side of one value
const colourGap = 5; // units between red, green and blue: three pictures, not one
const reliefInMargins = 5; // at most: large neurons stand out less, or they would hide each other

export interface LayoutOptions {
  /** The distance between two walls over the mean of their widths; a little is added for narrow ones. */
  readonly spacing: number;
  /** How much higher than wide a grid of maps may be: 2 on a wide screen, more on a narrow one. */
  readonly slenderness: number;
  /** The same for opened walls. */
  readonly openSlenderness: number;
  /** How many; one unless it is said. */
  readonly shelves?: number;
  /** Units up that a wall needs for each unit of its width, as it is seen from above and aside. */
  readonly tilt?: number;
}

const usualTilt = 0.25;

/** Places for all layers. An arrangement may name layers that do not exist, or maps of a layer without: it is then as
 * if it did not. */
export function layOut(
  layers: readonly LayerSpec[],
  options: LayoutOptions,
  arrangement: Arrangement = everythingClosed,
): Layout {
  const walls = layers.map((layer, index) => {
    const state = stateOf(layer.name, arrangement);
    const slenderness = state === "open" ? options.openSlenderness : options.slenderness;
    return { ...buildWall(layer, index === layers.length - 1, slenderness), state };
  });
  const before = walls.findIndex((wall) => shows(wall, arrangement.forward));
  const alone = before < 0 ? null : forwardWall(walls[before], arrangement.forward!.channel);
  const forward = alone && resized(alone, (options.shelves ?? 1) > 1 ? forwardAmongMany : 1);
  const room = walls.some(({ state }) => state === "open") ? besideOpened : forward ? besideForward : 1;
  const sized = walls.map((wall) =>
    resized(wall, wall.state === "open" ? openingOf(wall) : Math.max(room, leastRoomFor(wall))),
  );
  const order = sized.flatMap((wall, index) => (forward && index === before ? [forward, wall] : [wall]));
  const { spacing, shelves = 1, tilt = usualTilt } = options;
  const places = placesOf(order, { spacing, shelves, tilt });
  const placed = order.map((wall, index) => ({ ...wall, ...places[index] }));
  return {
    walls: forward ? placed.filter((_, index) => index !== before) : placed,
    forward: forward ? placed[before] : null,
  };
}

/** The walls that are seen, shelf by shelf from left to right. */
export function seenOf({ walls, forward }: Layout): Wall[] {
  const seen = walls.filter(({ state }) => state !== "hidden");
  return (forward ? [...seen, forward] : seen).sort((a, b) => a.shelf - b.shelf || a.x - b.x);
}

function stateOf(name: string, { open, hidden }: Arrangement): Wall["state"] {
  if (hidden.has(name)) return "hidden";
  return open.has(name) ? "open" : "closed";
}

function shows({ layer, state, tiles }: Wall, forward: Arrangement["forward"]): boolean {
  const isMap = layer.output_shape.length === 3 && forward !== null && forward.channel < tiles.count;
  return isMap && layer.name === forward.layer && state !== "hidden";
}

/** Outputs have names and bars beside them, each a line of text. */
function leastRoomFor({ tiles, cells }: Wall): number {
  return tiles.count > 1 && cells.rows * cells.columns === 1 ? besideForward : 0;
}

/** How many times its usual size an opened wall has. */
function openingOf({ height, width }: Wall): number {
  return Math.min(openedHeight / height, openedWidth / width);
}

/** One map as large as a whole wall. */
function forwardWall(wall: Wall, channel: number): Wall {
  const single = { columns: 1, rows: 1, count: 1 };
  const cell = (forwardHeight - 2 * margin) / Math.max(wall.cells.rows, wall.cells.columns);
  const { rows, columns } = wall.cells;
  return {
    ...finish(wall.layer, single, { columns, rows }, cell, 0),
    state: "open",
    channel,
    channels: wall.channels,
  };
}

/** Units that the strongest neuron stands out of its wall where neurons are solid. */
export function reliefOf({ cell, margin }: Wall): number {
  return Math.min(relief * cell, reliefInMargins * margin);
}

/** The same wall at `factor` times its size. */
export function resized(wall: Wall, factor: number): Wall {
  const { cell, gap, width, height } = wall;
  return {
    ...wall,
    cell: cell * factor,
    gap: gap * factor,
    margin: wall.margin * factor,
    width: width * factor,
    height: height * factor,
  };
}

function buildWall(layer: LayerSpec, last: boolean, slenderness: number): Wall {
  const shape = layer.output_shape;
  if (shape.length === 3) return mapsWall(layer, slenderness);
  return shape.length === 2 ? tokensWall(layer) : unitsWall(layer, size(shape), last);
}

/** A row a token, a column a feature: one map. */
function tokensWall(layer: LayerSpec): Wall {
  const [rows, columns] = layer.output_shape;
  const cell = Math.min((tallest - 2 * margin) / rows, (tokensWidth - 2 * margin) / columns, largestToken);
  return finish(layer, { columns: 1, rows: 1, count: 1 }, { columns, rows }, cell, 0);
}

/** Feature maps in a full grid; a tile shrinks slower than its map does, so that small maps stay legible. */
function mapsWall(layer: LayerSpec, slenderness: number): Wall {
  const [rows, columns, count] = layer.output_shape;
  if (isColour(layer)) return colourWall(layer);
  const grid = gridFor(count, slenderness);
  const single = count === 1;
  const height = single ? 34 + 5 * slenderness : Math.min(tallest, 7 * Math.sqrt(rows * grid.rows));
  const gap = single ? 0 : Math.min(1.4, height / grid.rows / 9);
  const cell = (Math.min(height, tallest) - 2 * margin - (grid.rows - 1) * gap) / (grid.rows * rows);
  return finish(layer, { ...grid, count }, { columns, rows }, cell, gap);
}

/** Whether a layer is a picture in red, green and blue. */
export function isColour({ kind, output_shape }: LayerSpec): boolean {
  return kind === "input" && output_shape.length === 3 && output_shape[2] === 3;
}

/** Red, green and blue one below the other. */
function colourWall(layer: LayerSpec): Wall {
  const [rows, columns, count] = layer.output_shape;
  const cell = (tallest - 2 * margin - (count - 1) * colourGap) / (count * Math.max(rows, columns));
  return finish(layer, { columns: 1, rows: count, count }, { columns, rows }, cell, colourGap);
}

const grids = new Map<string, { columns: number; rows: number }>(); // a home view asks hundreds of times

/** Columns and rows for `count` tiles: no empty place if a ratio from 1 to `slenderness` allows it. */
export function gridFor(count: number, slenderness: number): { columns: number; rows: number } {
  const key = `${count} ${slenderness}`;
  const known = grids.get(key) ?? fullestGrid(count, slenderness);
  grids.set(key, known);
  return known;
}

function fullestGrid(count: number, slenderness: number): { columns: number; rows: number } {
  let best = { columns: 1, rows: count };
  let least = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const ratio = rows / columns;
    const stretch = ratio < slenderness / 2 ? slenderness / 2 / ratio : Math.max(1, ratio / slenderness);
    const cost = (5 * (columns * rows - count)) / count + (stretch - 1);
    if (cost < least) {
      least = cost;
      best = { columns, rows };
    }
  }
  return best;
}

/** Units without a place in the picture: one tall tile, read row by row; the outputs are one column. */
function unitsWall(layer: LayerSpec, count: number, last: boolean): Wall {
  if (last && count <= 40) {
    const cell = Math.min(8, 92 / count / 1.25);
    return finish(layer, { columns: 1, rows: count, count }, { columns: 1, rows: 1 }, cell, cell / 4);
  }
  const columns = count <= 40 ? 1 : count <= 512 ? 4 : 16;
  const rows = Math.ceil(count / columns);
  const height = Math.min(96, 22 + 10 * Math.sqrt(rows));
  return finish(layer, { columns: 1, rows: 1, count: 1 }, { columns, rows }, (height - 2 * margin) / rows, 0);
}

function finish(
  layer: LayerSpec,
  tiles: Wall["tiles"],
  cells: Wall["cells"],
  cell: number,
  gap: number,
): Wall {
  const across = (tile: number, inTile: number) => tile * inTile * cell + (tile - 1) * gap + 2 * margin;
  return {
    layer,
    state: "closed",
    x: 0,
    y: 0,
    shelf: 0,
    tiles,
    cells,
    channel: 0,
    channels: tiles.count,
    cell,
    gap,
    margin,
    width: across(tiles.columns, cells.columns),
    height: across(tiles.rows, cells.rows),
  };
}

export type Point = readonly [number, number, number];

/** The corners, clockwise for the reader: top left, top right, bottom right, bottom left. */
export function cornersOf(wall: Wall): [Point, Point, Point, Point] {
  const [top, bottom, z] = [wall.y + wall.height / 2, wall.y - wall.height / 2, wall.width / 2];
  return [
    [wall.x, top, -z],
    [wall.x, top, z],
    [wall.x, bottom, z],
    [wall.x, bottom, -z],
  ];
}
