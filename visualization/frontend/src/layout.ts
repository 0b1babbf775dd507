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

/** `spacing`: the distance between two walls over the mean of their widths. */
export function layOut(layers: readonly LayerSpec[], spacing: number): Wall[] {
  const walls: Wall[] = [];
  let x = 0;
  let before: Wall | undefined;
  for (const [index, layer] of layers.entries()) {
    const wall = buildWall(layer, index === layers.length - 1);
    if (before) x += Math.max(14, (spacing * (before.width + wall.width)) / 2);
    walls.push({ ...wall, x });
    before = walls[index];
  }
  const middle = x / 2;
  return walls.map((wall) => ({ ...wall, x: wall.x - middle }));
}

function buildWall(layer: LayerSpec, last: boolean): Wall {
  const shape = layer.output_shape;
  if (shape.length === 3) return mapsWall(layer, shape[0], shape[1], shape[2]);
  return unitsWall(layer, shape.reduce((product, length) => product * length, 1), last);
}

/** Feature maps: a full grid, as wide as high or twice as high, tile size shrinking slower than the maps do. */
function mapsWall(layer: LayerSpec, rows: number, columns: number, count: number): Wall {
  const grid = gridFor(count);
  const gridHeight = count === 1 ? 46 : Math.min(tallest, 3.6 * Math.sqrt(rows * grid.rows * 3.7));
  const gap = count === 1 ? 0 : Math.min(1.4, gridHeight / grid.rows / 9);
  const inner = Math.min(gridHeight, gridHeight * ((2 * grid.rows * rows) / (grid.columns * columns)));
  const cell = (inner - 2 * margin - (grid.rows - 1) * gap) / (grid.rows * rows);
  return finish(layer, { ...grid, count }, { columns, rows }, cell, gap);
}

/** Columns and rows for `count` tiles: no empty place if a ratio between 1:1 and 1:2.5 allows it. */
export function gridFor(count: number): { columns: number; rows: number } {
  let best = { columns: 1, rows: count };
  let least = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const ratio = rows / columns;
    const stretch = ratio < 1 ? 1 / ratio : Math.max(1, ratio / 2);
    const cost = (columns * rows - count) / count + (stretch - 1);
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
    const cell = Math.min(7, 74 / count / 1.25);
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
