/** Where a sliding window lies on one axis. */
import { type Padding, slidingSteps } from "../contract";

export interface Axis {
  readonly input: number; // cells
  readonly output: number; // cells
  readonly window: number; // cells
  readonly stride: number; // cells
  /** Cells of padding before the first input cell; Keras puts the odd one after the last. */
  readonly before: number;
}

export function slidingAxis(input: number, window: number, stride: number, padding: Padding): Axis {
  const output = slidingSteps(input, window, stride, padding);
  const missing = padding === "same" ? Math.max(0, (output - 1) * stride + window - input) : 0;
  return { input, output, window, stride, before: Math.floor(missing / 2) };
}

/** The input cells [first, last) that output cell `at` sees, without the padding. */
export function firstCell(axis: Axis, at: number): number {
  return Math.max(0, at * axis.stride - axis.before);
}
export function endCell(axis: Axis, at: number): number {
  return Math.min(axis.input, at * axis.stride - axis.before + axis.window);
}
