/** The windows that layers slide over their input, and what lies under one. Pure. */
import type {
  AveragePool2dLayer,
  Conv2dLayer,
  DepthwiseConv2dLayer,
  GlobalPool2dLayer,
  MaxPool2dLayer,
  Pair,
  SeparableConv2dLayer,
} from "../contract";
import { type Axis, slidingAxis, startCell } from "../engine/window";
import { asImageShape, indexOf, type Place, positionOf } from "./place";

/** The layers that slide a window over their input; a global pool's window is the whole map. */
export type WindowLayer =
  | AveragePool2dLayer
  | Conv2dLayer
  | DepthwiseConv2dLayer
  | GlobalPool2dLayer
  | MaxPool2dLayer
  | SeparableConv2dLayer;

/** Some rows and columns of a map; negative in the padding before it. */
export interface Area {
  readonly row: number;
  readonly column: number;
  readonly rows: number; // cells
  readonly columns: number; // cells
}

/** The cells of a layer's input that one output sees, padding included: from the first row and column on. */
export interface Patch extends Area {
  /** Cells from one row and column of it to the next: with more than 1 there are holes between them. */
  readonly steps: Pair;
}

export function windowAxes(layer: WindowLayer): { readonly rows: Axis; readonly columns: Axis } {
  const [height, width] = layer.input_shape;
  if (!("strides" in layer)) {
    return { rows: slidingAxis(height, height, 1, "valid"), columns: slidingAxis(width, width, 1, "valid") };
  }
  const [high, wide] = "kernel_size" in layer ? layer.kernel_size : layer.pool_size;
  const [down, across] = ("kernel_size" in layer && layer.dilation_rate) || [1, 1];
  return {
    rows: slidingAxis(height, high, layer.strides[0], layer.padding, down),
    columns: slidingAxis(width, wide, layer.strides[1], layer.padding, across),
  };
}

/** The window in the layer's input that the output at `row` and `column` is computed from. */
export function patchOf(layer: WindowLayer, row: number, column: number): Patch {
  const { rows, columns } = windowAxes(layer);
  return {
    row: startCell(rows, row),
    column: startCell(columns, column),
    rows: rows.window,
    columns: columns.window,
    steps: [rows.dilation, columns.dilation],
  };
}

/** What a patch covers with its holes. */
export function areaOf({ row, column, rows, columns, steps }: Patch): Area {
  return { row, column, rows: (rows - 1) * steps[0] + 1, columns: (columns - 1) * steps[1] + 1 };
}

/** The inputs under the window of one output. */
export interface Covered {
  readonly patch: Patch;
  /** [rows, columns, channels] of the patch, of all input channels; 0 in the padding. */
  readonly values: Float32Array;
  /** 1 for the cells [rows, columns] of the patch that lie outside the input. */
  readonly padded: Uint8Array;
}

/** What the output at `place` sees of `input`, the layer's flat input. */
export function coveredBy(layer: WindowLayer, input: Float32Array, place: Place): Covered {
  const [height, width, channels] = asImageShape(layer.input_shape);
  const { row, column } = positionOf(layer.output_shape, place.index);
  const patch = patchOf(layer, row, column);
  const padded = new Uint8Array(patch.rows * patch.columns);
  const values = new Float32Array(padded.length * channels);
  for (let cell = 0; cell < padded.length; cell++) {
    const [r, c] = cellUnder(patch, cell);
    if (r < 0 || r >= height || c < 0 || c >= width) padded[cell] = 1;
    else {
      const start = (r * width + c) * channels;
      values.set(input.subarray(start, start + channels), cell * channels);
    }
  }
  return { patch, values, padded };
}

/** One channel of a patch's values, [rows, columns]. */
export function channelOf({ values, padded }: Covered, channel: number): Float32Array {
  const channels = values.length / padded.length;
  return Float32Array.from(padded, (_, cell) => values[cell * channels + channel]);
}

/** The index in a layer's input, of shape `inputShape`, of a cell of the patch; it must not lie in the padding. */
export function indexUnder(
  patch: Patch,
  inputShape: readonly number[],
  cell: number,
  channel: number,
): number {
  const [row, column] = cellUnder(patch, cell);
  return indexOf(inputShape, { row, column, channel });
}

/** The row and column of the input that lie under a cell of the patch. */
function cellUnder(patch: Patch, cell: number): Pair {
  return [
    patch.row + Math.floor(cell / patch.columns) * patch.steps[0],
    patch.column + (cell % patch.columns) * patch.steps[1],
  ];
}
