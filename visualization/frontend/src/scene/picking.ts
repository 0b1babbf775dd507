/** Which neuron a ray meets, and where a neuron is: pure geometry, each the other's inverse. */
import type { Point, Wall } from "../layout";

export interface Neuron {
  readonly wall: number; // index into the walls
  readonly channel: number;
  readonly row: number;
  readonly column: number;
  /** Place in the layer's flat activations, channels last. */
  readonly index: number;
}

/** The first neuron that the ray meets, or null; a frame or gap hides what is behind it. */
export function pick(walls: readonly Wall[], origin: Point, direction: Point): Neuron | null {
  let nearest = Number.POSITIVE_INFINITY;
  let found: Neuron | null = null;
  for (const [index, wall] of walls.entries()) {
    const hit = meet(wall, origin, direction);
    if (!hit || hit.distance >= nearest) continue;
    nearest = hit.distance;
    found = neuronAt(wall, index, hit.y, hit.z);
  }
  return found;
}

/** How far the ray goes until it meets a wall, in lengths of `direction`; infinite if it meets none. */
export function nearestDistance(walls: readonly Wall[], origin: Point, direction: Point): number {
  return Math.min(
    ...walls.map((wall) => meet(wall, origin, direction)?.distance ?? Number.POSITIVE_INFINITY),
  );
}

function meet(
  wall: Wall,
  origin: Point,
  direction: Point,
): { distance: number; y: number; z: number } | null {
  const distance = (wall.x - origin[0]) / direction[0];
  if (!(distance > 0 && Number.isFinite(distance))) return null;
  const y = origin[1] + distance * direction[1];
  const z = origin[2] + distance * direction[2];
  return Math.abs(y) <= wall.height / 2 && Math.abs(z) <= wall.width / 2 ? { distance, y, z } : null;
}

function neuronAt(wall: Wall, index: number, y: number, z: number): Neuron | null {
  const across = locate(z + wall.width / 2 - wall.margin, wall.cells.columns, wall.tiles.columns, wall);
  const down = locate(wall.height / 2 - y - wall.margin, wall.cells.rows, wall.tiles.rows, wall);
  if (!across || !down) return null;
  const channel = down.tile * wall.tiles.columns + across.tile;
  if (channel >= wall.tiles.count) return null;
  return neuronOf(wall, index, channel, down.cell, across.cell);
}

function locate(at: number, cells: number, tiles: number, wall: Wall): { tile: number; cell: number } | null {
  const pitch = cells * wall.cell + wall.gap;
  const tile = Math.floor(at / pitch);
  const cell = Math.floor((at - tile * pitch) / wall.cell);
  return tile >= 0 && tile < tiles && cell < cells ? { tile, cell } : null;
}

/** The neuron at a channel, row and column of its tile; null where the layer has none (a last row not full). */
export function neuronOf(
  wall: Wall,
  index: number,
  channel: number,
  row: number,
  column: number,
): Neuron | null {
  const flat = (row * wall.cells.columns + column) * wall.tiles.count + channel;
  const count = wall.layer.output_shape.reduce((product, length) => product * length, 1);
  return flat < count ? { wall: index, channel, row, column, index: flat } : null;
}

/** Corners of the neuron's cell, or of its whole tile, clockwise from the top left for the reader. */
export function outlineOf(wall: Wall, neuron: Neuron, whole: boolean): [Point, Point, Point, Point] {
  const tileColumn = neuron.channel % wall.tiles.columns;
  const tileRow = Math.floor(neuron.channel / wall.tiles.columns);
  let left = wall.margin - wall.width / 2 + tileColumn * (wall.cells.columns * wall.cell + wall.gap);
  let top = wall.height / 2 - wall.margin - tileRow * (wall.cells.rows * wall.cell + wall.gap);
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
