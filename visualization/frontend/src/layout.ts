/** From layer shapes to positions in space: a pure function.
 *
 * Data flows along +x. Every layer is a wall in a plane of constant x, centred on the x axis, that faces −x: from the
 * reader's place (−x, +y, +z) rows run down (−y) and columns run right (+z), so pictures are not mirrored. One unit is
 * a hundredth of the height of the tallest wall. A wall holds tiles (feature maps) in a grid, a tile holds cells (neurons).
 */
import type { LayerSpec } from "./contract";

export interface Wall {
  readonly layer: LayerSpec;
  readonly x: number; // units
  readonly tiles: { readonly columns: number; readonly rows: number; readonly count: number };
  readonly cells: { readonly columns: number; readonly rows: number }; // of one tile
  readonly cell: number; // units, the side of one neuron
  readonly gap: number; // units between two tiles
  readonly margin: number; // units around all tiles, the frame
  readonly width: number; // units along z, frame included
  readonly height: number; // units along y, frame included
}

export const tallest = 100; // units
const margin = 1.6; // units

export interface LayoutOptions {
  /** The distance between two walls over the mean of their widths; a little is added for narrow ones. */
  readonly spacing: number;
  /** How much higher than wide a grid of maps may be: 2 on a wide screen, more on a narrow one. */
  readonly slenderness: number;
}

const leastSpace = 5; // units between two walls whatever their width

export function layOut(layers: readonly LayerSpec[], options: LayoutOptions): Wall[] {
  const walls: Wall[] = [];
  let x = 0;
  let before: Wall | undefined;
  for (const [index, layer] of layers.entries()) {
    const wall = buildWall(layer, index === layers.length - 1, options.slenderness);
    if (before) x += leastSpace + (options.spacing * (before.width + wall.width)) / 2;
    walls.push({ ...wall, x });
    before = walls[index];
  }
  const middle = x / 2;
  return walls.map((wall) => ({ ...wall, x: wall.x - middle }));
}

function buildWall(layer: LayerSpec, last: boolean, slenderness: number): Wall {
  const shape = layer.output_shape;
  if (shape.length === 3) return mapsWall(layer, slenderness);
  return unitsWall(
    layer,
    shape.reduce((product, length) => product * length, 1),
    last,
  );
}

/** Feature maps in a full grid; a tile shrinks slower than its map does, so that small maps stay legible. */
function mapsWall(layer: LayerSpec, slenderness: number): Wall {
  const [rows, columns, count] = layer.output_shape;
  const grid = gridFor(count, slenderness);
  const single = count === 1;
  const height = single ? 34 + 5 * slenderness : Math.min(tallest, 7 * Math.sqrt(rows * grid.rows));
  const gap = single ? 0 : Math.min(1.4, height / grid.rows / 9);
  const cell = (Math.min(height, tallest) - 2 * margin - (grid.rows - 1) * gap) / (grid.rows * rows);
  return finish(layer, { ...grid, count }, { columns, rows }, cell, gap);
}

/** Columns and rows for `count` tiles: no empty place if a ratio from 1 to `slenderness` allows it. */
export function gridFor(count: number, slenderness: number): { columns: number; rows: number } {
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
    x: 0,
    tiles,
    cells,
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
  const [y, z] = [wall.height / 2, wall.width / 2];
  return [
    [wall.x, y, -z],
    [wall.x, y, z],
    [wall.x, -y, z],
    [wall.x, -y, -z],
  ];
}
