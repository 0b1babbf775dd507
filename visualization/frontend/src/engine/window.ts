/** Where a sliding window lies on one axis. */
import { type Padding, slidingSteps, spanOf } from "../contract";

export interface Axis {
  readonly input: number; // cells
  readonly output: number; // cells
  /** Cells that it sees. */
  readonly window: number;
  readonly stride: number; // cells
  /** Cells from one that it sees to the next. */
  readonly dilation: number;
  /** Cells of padding before the first input cell; Keras puts the odd one after the last. */
  readonly before: number;
}

export function slidingAxis(
  input: number,
  window: number,
  stride: number,
  padding: Padding,
  dilation = 1,
): Axis {
  const span = spanOf(window, dilation);
  const output = slidingSteps(input, span, stride, padding);
  const missing = padding === "same" ? Math.max(0, (output - 1) * stride + span - input) : 0;
  return { input, output, window, stride, dilation, before: Math.floor(missing / 2) };
}

/** The input cell that is the window's first at output cell `at`; negative in the padding. */
export function startCell(axis: Axis, at: number): number {
  return at * axis.stride - axis.before;
}

/** The cells of the window [first, end) that lie on input cells at output cell `at`, not in the padding. */
export function firstSeen(axis: Axis, at: number): number {
  return Math.max(0, Math.ceil(-startCell(axis, at) / axis.dilation));
}
export function endSeen(axis: Axis, at: number): number {
  return Math.min(axis.window, Math.ceil((axis.input - startCell(axis, at)) / axis.dilation));
}

/** The input cells [first, last) that a window without holes sees at output cell `at`, without the padding. */
export function firstCell(axis: Axis, at: number): number {
  return Math.max(0, startCell(axis, at));
}
export function endCell(axis: Axis, at: number): number {
  return Math.min(axis.input, startCell(axis, at) + axis.window);
}
