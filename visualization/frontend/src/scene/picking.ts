/** Which neuron a ray meets, and where a neuron is: pure geometry, each the other's inverse. */
import { size } from "../contract";
import type { Point, Wall } from "../layout";
import { meetRelief, type Strengths } from "./relief";

export interface Neuron {
  readonly wall: number; // index into the walls
  readonly channel: number;
  readonly row: number;
  readonly column: number;
  /** Place in the layer's flat activations, channels last. */
  readonly index: number;
}

/** A wall that can be picked: where it is, whose it is, and how its neurons stand out where they are solid. */
export interface Pickable {
  readonly wall: Wall;
  /** Index of the layer, which is what a neuron tells; a map brought forward has that of its layer. */
  readonly index: number;
  /** null where the wall is flat. */
  readonly strengths: Strengths | null;
}

/** The first neuron that the ray meets, or null; a frame or gap hides what is behind it. */
export function pick(walls: readonly Pickable[], origin: Point, direction: Point): Neuron | null {
  let nearest = Number.POSITIVE_INFINITY;
  let found: Neuron | null = null;
  for (const { wall, index, strengths } of walls) {
    const solid = strengths && meetRelief(wall, strengths, origin, direction);
    const hit = meet(wall, origin, direction);
    const distance = solid?.distance ?? hit?.distance ?? Number.POSITIVE_INFINITY;
    if (distance >= nearest) continue;
    nearest = distance;
    found = solid
      ? neuronOf(wall, index, solid.channel, solid.row, solid.column)
      : neuronAt(wall, index, hit!.y, hit!.z);
  }
  return found;
}

/** How far the ray goes until it meets a wall, in lengths of `direction`; infinite if it meets none. */
export function nearestDistance(walls: readonly Wall[], origin: Point, direction: Point): number {
  return Math.min(
    ...walls.map((wall) => meet(wall, origin, direction)?.distance ?? Number.POSITIVE_INFINITY),
  );
}

/** `y` and `z` are from the wall's middle. */
function meet(
  wall: Wall,
  origin: Point,
  direction: Point,
): { distance: number; y: number; z: number } | null {
  const distance = (wall.x - origin[0]) / direction[0];
  if (!(distance > 0 && Number.isFinite(distance))) return null;
  const y = origin[1] + distance * direction[1] - wall.y;
  const z = origin[2] + distance * direction[2];
  return Math.abs(y) <= wall.height / 2 && Math.abs(z) <= wall.width / 2 ? { distance, y, z } : null;
}

function neuronAt(wall: Wall, index: number, y: number, z: number): Neuron | null {
  const across = locate(z + wall.width / 2 - wall.margin, wall.cells.columns, wall.tiles.columns, wall);
  const down = locate(wall.height / 2 - y - wall.margin, wall.cells.rows, wall.tiles.rows, wall);
  if (!across || !down) return null;
  const tile = down.tile * wall.tiles.columns + across.tile;
  if (tile >= wall.tiles.count) return null;
  return neuronOf(wall, index, tile, down.cell, across.cell);
}

function locate(at: number, cells: number, tiles: number, wall: Wall): { tile: number; cell: number } | null {
  const pitch = cells * wall.cell + wall.gap;
  const tile = Math.floor(at / pitch);
  const cell = Math.floor((at - tile * pitch) / wall.cell);
  return tile >= 0 && tile < tiles && cell < cells ? { tile, cell } : null;
}

/** The neuron at a row and column of a wall's tile; null where the layer has none (a last row not full). */
export function neuronOf(
  wall: Wall,
  index: number,
  tile: number,
  row: number,
  column: number,
): Neuron | null {
  const channel = wall.channel + tile;
  const flat = (row * wall.cells.columns + column) * wall.channels + channel;
  return flat < size(wall.layer.output_shape) ? { wall: index, channel, row, column, index: flat } : null;
}

/** The neuron of this wall at a place in its layer's flat activations. */
export function neuronFrom(wall: Wall, index: number, flat: number): Neuron {
  const cell = Math.floor(flat / wall.channels);
  const row = Math.floor(cell / wall.cells.columns);
  return { wall: index, channel: flat % wall.channels, row, column: cell % wall.cells.columns, index: flat };
}

/** Corners of the neuron's cell, or of its whole tile, clockwise from the top left for the reader. */
export function outlineOf(wall: Wall, neuron: Neuron, whole: boolean): [Point, Point, Point, Point] {
  const tile = neuron.channel - wall.channel;
  const tileColumn = tile % wall.tiles.columns;
  const tileRow = Math.floor(tile / wall.tiles.columns);
  let left = wall.margin - wall.width / 2 + tileColumn * (wall.cells.columns * wall.cell + wall.gap);
  let top = wall.y + wall.height / 2 - wall.margin - tileRow * (wall.cells.rows * wall.cell + wall.gap);
  let [width, height] = [wall.cells.columns * wall.cell, wall.cells.rows * wall.cell];
  if (!whole) {
    left += neuron.column * wall.cell;
    top -= neuron.row * wall.cell;
    width = wall.cell;
    height = wall.cell;
  }
  return [
    [wall.x, top, left],
    [wall.x, top, left + width],
    [wall.x, top - height, left + width],
    [wall.x, top - height, left],
  ];
}
