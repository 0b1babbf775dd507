/** Solid neurons: where a ray meets the boxes that stand out of a wall. Pure; the shader in voxels.ts walks the same way.
 *
 * In a wall's own measures a point is (right of the tiles' left edge, below their top edge, out of the wall). The ray
 * goes from cell to cell through the grid (Amanatides and Woo 1987); a gap between two tiles counts as one more cell.
 */
import { type Point, reliefOf, type Wall } from "../layout";

/** Cells that one ray may cross: as many as it takes at the flattest angle from which the walls can be seen. */
export const mostSteps = 16;

/** A neuron's strength −1 … 1, by its place in the layer's flat activations. */
export type Strengths = ArrayLike<number>;

export interface ReliefHit {
  /** In lengths of the ray's direction. */
  readonly distance: number;
  readonly channel: number;
  readonly row: number;
  readonly column: number;
}

interface Axis {
  readonly from: number;
  readonly along: number;
  readonly cells: number;
  readonly pitch: number; // from one tile to the next
  readonly cell: number;
  tile: number;
  slot: number; // the cell in its tile; one more is the gap
}

/** The first solid neuron on the ray; null where it meets none, though it may yet meet the wall itself. */
export function meetRelief(
  wall: Wall,
  strengths: Strengths,
  origin: Point,
  direction: Point,
): ReliefHit | null {
  const from: Point = [
    origin[2] + wall.width / 2 - wall.margin,
    wall.y + wall.height / 2 - wall.margin - origin[1],
    wall.x - origin[0],
  ];
  const along: Point = [direction[2], -direction[1], -direction[0]];
  const [across, down] = [wall.width - 2 * wall.margin, wall.height - 2 * wall.margin];
  const { enter, exit } = crossing(from, along, [across, down, reliefOf(wall)]);
  if (!(enter < exit)) return null;
  const columns = axisAt(from[0], along[0], enter, wall.cells.columns, wall.tiles.columns, wall);
  const rows = axisAt(from[1], along[1], enter, wall.cells.rows, wall.tiles.rows, wall);
  return walk(wall, strengths, [columns, rows], { from: from[2], along: along[2] }, enter, exit);
}

function walk(
  wall: Wall,
  strengths: Strengths,
  [columns, rows]: readonly [Axis, Axis],
  out: { readonly from: number; readonly along: number },
  enter: number,
  exit: number,
): ReliefHit | null {
  let distance = enter;
  for (let step = 0; step < mostSteps; step++) {
    const [right, below] = [nextEdge(columns), nextEdge(rows)];
    const next = Math.min(right, below, exit);
    const height = heightAt(wall, strengths, columns, rows);
    if (height > 0) {
      const channel = rows.tile * wall.tiles.columns + columns.tile;
      const place = { channel, row: rows.slot, column: columns.slot };
      if (out.from + out.along * distance <= height) return { distance, ...place };
      if (out.from + out.along * next <= height) {
        return { distance: (height - out.from) / out.along, ...place };
      }
    }
    if (next >= exit) return null;
    distance = next;
    advance(right <= below ? columns : rows);
  }
  return null;
}

/** Where the ray is inside the box from zero to `extent`, from the reader on. */
function crossing(from: Point, along: Point, extent: Point): { enter: number; exit: number } {
  let [enter, exit] = [0, Number.POSITIVE_INFINITY];
  for (const axis of [0, 1, 2] as const) {
    const speed = along[axis] === 0 ? 1e-12 : along[axis];
    const [one, other] = [-from[axis] / speed, (extent[axis] - from[axis]) / speed];
    enter = Math.max(enter, Math.min(one, other));
    exit = Math.min(exit, Math.max(one, other));
  }
  return { enter, exit };
}

function axisAt(from: number, along: number, at: number, cells: number, tiles: number, wall: Wall): Axis {
  const pitch = cells * wall.cell + wall.gap;
  const place = from + along * at;
  const tile = Math.min(tiles - 1, Math.max(0, Math.floor(place / pitch)));
  const slot = Math.min(cells, Math.max(0, Math.floor((place - tile * pitch) / wall.cell)));
  return { from, along: along === 0 ? 1e-12 : along, cells, pitch, cell: wall.cell, tile, slot };
}

/** How far along the ray the present cell ends on this axis. */
function nextEdge({ from, along, cells, pitch, cell, tile, slot }: Axis): number {
  const ahead = along > 0 ? 1 : 0;
  const edge = ahead && slot === cells ? (tile + 1) * pitch : tile * pitch + (slot + ahead) * cell;
  return (edge - from) / along;
}

function advance(axis: Axis): void {
  axis.slot += axis.along > 0 ? 1 : -1;
  if (axis.slot > axis.cells) {
    axis.tile++;
    axis.slot = 0;
  } else if (axis.slot < 0) {
    axis.tile--;
    axis.slot = axis.cells;
  }
}

/** Units that the neuron in this place stands out; zero in gaps and where there is none. */
function heightAt(wall: Wall, strengths: Strengths, columns: Axis, rows: Axis): number {
  const channel = rows.tile * wall.tiles.columns + columns.tile;
  if (columns.slot === columns.cells || rows.slot === rows.cells || channel >= wall.tiles.count) return 0;
  const index = (rows.slot * wall.cells.columns + columns.slot) * wall.channels + wall.channel + channel;
  return index < strengths.length ? Math.abs(strengths[index]) * reliefOf(wall) : 0;
}
