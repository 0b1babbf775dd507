/** What a benchmark reads of a view. */
import { size } from "../contract";
import type { Wall } from "../layout";

/** Sums since the scene began, and the state of the last frame. */
export interface Statistics {
  /** Drawn, and each can be picked. */
  readonly neurons: number;
  readonly frames: number;
  readonly drawCalls: number;
  /** Milliseconds that all frames together kept the page's thread busy. */
  readonly busyMilliseconds: number;
  /** Walls drawn as solid neurons. */
  readonly solidWalls: number;
  /** Device pixels for a CSS pixel. */
  readonly pixelRatio: number;
}

/** How many neurons are drawn. Flatten has none of its own: it shows the layer before in a row. */
export function neuronsOf(walls: readonly Wall[]): number {
  const drawn = walls.filter(({ layer, state }) => state !== "hidden" && layer.kind !== "flatten");
  return drawn.reduce((sum, { layer }) => sum + size(layer.output_shape), 0);
}
