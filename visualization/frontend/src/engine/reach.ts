/** What the outputs of convolution and dense layers see, as stretches of cells. */
import type { Conv2dLayer, DenseLayer, SeparableConv2dLayer } from "../contract";
import type { Reach } from "./sums";
import { type Axis, endSeen, firstSeen, slidingAxis, startCell } from "./window";

export function reachOf(layer: Conv2dLayer | DenseLayer): Reach {
  return layer.kind === "dense" ? denseReach(layer) : convolutionReach(layer);
}

// Each stretch is summed on its own: 1,600 products in a row would lose a digit of float32.
const longest = 32;

function denseReach(layer: DenseLayer): Reach {
  const cells = Math.ceil(layer.input_shape[0] / longest);
  const stretches = Array.from({ length: cells }, (_, cell) => [cell, cell + 1, longest * cell]);
  return { cellLength: longest, cellsInRow: 1, positions: 1, stretches: Int32Array.from(stretches.flat()) };
}

/** Of the 1 × 1 convolution that adds up the channels of a separable one: every position sees its own cell. */
export function pointwiseReach({ input_shape, output_shape, depth_multiplier }: SeparableConv2dLayer): Reach {
  const positions = output_shape[0] * output_shape[1];
  const stretches = new Int32Array(3 * positions);
  for (let cell = 0; cell < positions; cell++) stretches.set([cell, cell + 1, 0], 3 * cell);
  return { cellLength: input_shape[2] * depth_multiplier, cellsInRow: 1, positions, stretches };
}

/** Cells are the input's cells, with all channels; a stretch for each row of the kernel, or, where the window has holes,
 * for each of its cells. Empty in the padding. */
function convolutionReach(layer: Conv2dLayer): Reach {
  const [height, width, channels] = layer.input_shape;
  const [down, across] = layer.dilation_rate ?? [1, 1];
  const rows = slidingAxis(height, layer.kernel_size[0], layer.strides[0], layer.padding, down);
  const columns = slidingAxis(width, layer.kernel_size[1], layer.strides[1], layer.padding, across);
  const positions = rows.output * columns.output;
  const inRow = across === 1 ? 1 : columns.window; // stretches
  const stretches = new Int32Array(3 * rows.window * inRow * positions);
  for (let row = 0, at = 0; row < rows.output; row++) {
    for (let column = 0; column < columns.output; column++) {
      for (let r = 0; r < rows.window; r++) {
        for (let part = 0; part < inRow; part++, at += 3) {
          const seen = across === 1 ? null : part;
          stretches.set(stretchOf(rows, columns, row, column, r, seen, channels), at);
        }
      }
    }
  }
  return { cellLength: channels, cellsInRow: width, positions, stretches };
}

/** `only`: the one cell in the row of the window that it is about; null for all, which then lie side by side. */
function stretchOf(
  rows: Axis,
  columns: Axis,
  row: number,
  column: number,
  kernelRow: number,
  only: number | null,
  channels: number,
): [number, number, number] {
  const inputRow = startCell(rows, row) + kernelRow * rows.dilation;
  let [first, end] = [firstSeen(columns, column), endSeen(columns, column)];
  if (only !== null) [first, end] = [Math.max(first, only), Math.min(end, only + 1)];
  if (inputRow < 0 || inputRow >= rows.input || first >= end) return [0, 0, 0];
  const cell = startCell(columns, column) + first * columns.dilation;
  const start = inputRow * columns.input + cell;
  return [start, start + end - first, (kernelRow * columns.window + first - cell) * channels];
}
