/** Where a neuron is seen: on its wall, and on the map brought forward. Pure. */
import { type Layout, type Point, reliefOf, type Wall } from "../layout";
import { type Neuron, neuronFrom, outlineOf } from "./picking";

/** How far a neuron, by its place in the flat activations, stands out of its wall in units; zero where it is flat. */
export type HeightOf = (wall: Wall, index: number) => number;

/** The height of a strength −1 … 1 on a solid wall. */
export function heightOn(wall: Wall, strength: number): number {
  return Math.abs(strength) * reliefOf(wall);
}

/** The wall on which a channel is best seen: brought forward if it is; null where it is hidden. */
export function wallFor({ walls, forward }: Layout, wall: number, channel: number): Wall | null {
  if (forward && forward.layer === walls[wall]?.layer && forward.channel === channel) return forward;
  return walls[wall] && walls[wall].state !== "hidden" ? walls[wall] : null;
}

/** Corners of a neuron's face, or of its whole map, on every wall that shows it. */
export function outlinesOf(layout: Layout, neuron: Neuron, whole: boolean, heightOf: HeightOf): Point[][] {
  const own = layout.walls[neuron.wall];
  const best = wallFor(layout, neuron.wall, neuron.channel);
  const walls = best && best !== own ? [own, best] : best ? [own] : [];
  return walls.map((wall) => {
    const out = whole ? 0 : heightOf(wall, neuron.index);
    return outlineOf(wall, neuron, whole).map(([x, y, z]): Point => [x - out, y, z]);
  });
}

/** Corners of the neurons around one where it is best seen. Empty for a hidden wall. */
export function surroundingsOf(layout: Layout, wall: number, index: number): Point[] {
  const own = layout.walls[wall];
  const at = own && wallFor(layout, wall, index % own.channels);
  return at ? neighbourhoodOf(at, neuronFrom(at, wall, index)) : [];
}

const neighbours = 4; // neurons to each side

/** Corners of the neurons around one, as far as its map goes. */
function neighbourhoodOf(wall: Wall, neuron: Neuron): [Point, Point, Point, Point] {
  const { rows, columns } = wall.cells;
  const at = (row: number, column: number, corner: number) => {
    const inside = {
      ...neuron,
      row: Math.min(rows - 1, Math.max(0, row)),
      column: Math.min(columns - 1, Math.max(0, column)),
    };
    return outlineOf(wall, inside, false)[corner];
  };
  const [top, bottom] = [neuron.row - neighbours, neuron.row + neighbours];
  const [left, right] = [neuron.column - neighbours, neuron.column + neighbours];
  return [at(top, left, 0), at(top, right, 1), at(bottom, right, 2), at(bottom, left, 3)];
}
