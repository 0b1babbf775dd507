/** Between which points in space beams run: pure. */
import type { Layout, Point } from "../layout";
import { neuronFrom, outlineOf } from "./picking";
import { type HeightOf, wallFor } from "./places";

export interface Place {
  readonly wall: number;
  /** Place in the layer's flat activations, channels last. */
  readonly index: number;
}
export interface Beam {
  readonly from: Place;
  readonly to: Place;
  /** −1 … 1: the width is by its size; a negative one is dashed, so that the sign does not depend on colour. */
  readonly strength: number;
}
/** A rectangle of neurons in one map, both ends within, and the neuron that is computed from it. */
export interface PatchBeam {
  readonly wall: number;
  readonly channel: number;
  readonly rows: readonly [first: number, last: number];
  readonly columns: readonly [first: number, last: number];
  readonly to: Place;
}
export interface Segment {
  readonly from: Point;
  readonly to: Point;
  readonly strength: number;
}

/** Beams from middle to middle, patches from their four corners to the neuron's; none to or from a hidden wall. */
export function segmentsOf(
  layout: Layout,
  beams: readonly Beam[],
  patches: readonly PatchBeam[],
  heightOf: HeightOf,
): Segment[] {
  const single = beams.flatMap(({ from, to, strength }) => {
    const [start, end] = [cornersOfPlace(layout, from, heightOf), cornersOfPlace(layout, to, heightOf)];
    return start && end ? [{ from: middle(start), to: middle(end), strength }] : [];
  });
  const framed = patches.flatMap((patch) => {
    const [start, end] = [cornersOfPatch(layout, patch), cornersOfPlace(layout, patch.to, heightOf)];
    return start && end ? start.map((from, corner) => ({ from, to: end[corner], strength: 0 })) : [];
  });
  return [...single, ...framed];
}

function cornersOfPlace(layout: Layout, { wall, index }: Place, heightOf: HeightOf): Point[] | null {
  const own = layout.walls[wall];
  const at = own && wallFor(layout, wall, index % own.channels);
  if (!at) return null;
  const out = heightOf(at, index);
  return outlineOf(at, neuronFrom(at, wall, index), false).map(([x, y, z]): Point => [x - out, y, z]);
}

function cornersOfPatch(layout: Layout, { wall, channel, rows, columns }: PatchBeam): Point[] | null {
  const at = wallFor(layout, wall, channel);
  if (!at) return null;
  const corner = (row: number, column: number, which: number) => {
    const neuron = { wall, channel, row, column, index: 0 };
    return outlineOf(at, neuron, false)[which];
  };
  return [
    corner(rows[0], columns[0], 0),
    corner(rows[0], columns[1], 1),
    corner(rows[1], columns[1], 2),
    corner(rows[1], columns[0], 3),
  ];
}

function middle([topLeft, , bottomRight]: readonly Point[]): Point {
  return [topLeft[0], (topLeft[1] + bottomRight[1]) / 2, (topLeft[2] + bottomRight[2]) / 2];
}
