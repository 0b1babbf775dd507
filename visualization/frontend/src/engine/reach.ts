/** What the outputs of convolution and dense layers see, as stretches of cells. */
import type { Conv2dLayer, DenseLayer } from "../contract";
import type { Reach } from "./sums";
import { type Axis, endCell, firstCell, slidingAxis } from "./window";

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

/** Cells are the input's cells, with all channels; a stretch for each row of the kernel, empty in the padding. */
function convolutionReach(layer: Conv2dLayer): Reach {
  const [height, width, channels] = layer.input_shape;
  const rows = slidingAxis(height, layer.kernel_size[0], layer.strides[0], layer.padding);
  const columns = slidingAxis(width, layer.kernel_size[1], layer.strides[1], layer.padding);
  const positions = rows.output * columns.output;
  const stretches = new Int32Array(3 * rows.window * positions);
  for (let row = 0, at = 0; row < rows.output; row++) {
    for (let column = 0; column < columns.output; column++) {
      for (let r = 0; r < rows.window; r++, at += 3) {
        stretches.set(stretchOf(rows, columns, row, column, r, channels), at);
      }
    }
  }
  return { cellLength: channels, cellsInRow: width, positions, stretches };
}

function stretchOf(
  rows: Axis,
  columns: Axis,
  row: number,
  column: number,
  kernelRow: number,
  channels: number,
): [number, number, number] {
  const inputRow = row * rows.stride - rows.before + kernelRow;
  if (inputRow < 0 || inputRow >= rows.input) return [0, 0, 0];
  const start = inputRow * columns.input;
  const left = column * columns.stride - columns.before;
  return [
    start + firstCell(columns, column),
    start + endCell(columns, column),
    (kernelRow * columns.window - left) * channels,
  ];
}
