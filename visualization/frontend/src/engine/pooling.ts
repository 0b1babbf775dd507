/** Pooling: one value of each window, channel by channel. A global pool is one window over the whole map. */
import type { AveragePool2dLayer, GlobalPool2dLayer, MaxPool2dLayer } from "../contract";
import { type Axis, endCell, firstCell, slidingAxis } from "./window";

type PoolLayer = AveragePool2dLayer | GlobalPool2dLayer | MaxPool2dLayer;

abstract class Pooling {
  protected readonly rows: Axis;
  protected readonly columns: Axis;
  protected readonly channels: number;

  constructor(layer: PoolLayer) {
    const [height, width, channels] = layer.input_shape;
    const [high, wide] = "pool_size" in layer ? layer.pool_size : [height, width];
    const [down, across] = "pool_size" in layer ? layer.strides : [1, 1];
    const padding = "pool_size" in layer ? layer.padding : "valid";
    this.rows = slidingAxis(height, high, down, padding);
    this.columns = slidingAxis(width, wide, across, padding);
    this.channels = channels;
  }

  /** Both are rows × columns × channels, flat. */
  run(input: Float32Array, output: Float32Array): void {
    let start = 0;
    for (let row = 0; row < this.rows.output; row++) {
      for (let column = 0; column < this.columns.output; column++) {
        this.pool(input, output, start, row, column);
        start += this.channels;
      }
    }
  }

  protected abstract pool(
    input: Float32Array,
    output: Float32Array,
    start: number,
    row: number,
    column: number,
  ): void;
}

/** The largest value under each window; padding never wins. */
export class MaxPooling extends Pooling {
  override run(input: Float32Array, output: Float32Array): void {
    output.fill(Number.NEGATIVE_INFINITY);
    super.run(input, output);
  }

  protected override pool(
    input: Float32Array,
    output: Float32Array,
    start: number,
    row: number,
    column: number,
  ): void {
    const { rows, columns, channels } = this;
    const bottom = endCell(rows, row);
    const [left, right] = [firstCell(columns, column), endCell(columns, column)];
    for (let r = firstCell(rows, row); r < bottom; r++) {
      for (let c = left; c < right; c++) {
        const from = (r * columns.input + c) * channels;
        for (let channel = 0; channel < channels; channel++) {
          const value = input[from + channel];
          if (value > output[start + channel]) output[start + channel] = value;
        }
      }
    }
  }
}

/** The mean under each window; padding is not counted. */
export class AveragePooling extends Pooling {
  protected override pool(
    input: Float32Array,
    output: Float32Array,
    start: number,
    row: number,
    column: number,
  ): void {
    const { rows, columns, channels } = this;
    const [top, bottom] = [firstCell(rows, row), endCell(rows, row)];
    const [left, right] = [firstCell(columns, column), endCell(columns, column)];
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0; // a double: a whole map's sum in float32 would be off in the sixth digit
      for (let r = top; r < bottom; r++) {
        for (let c = left; c < right; c++) sum += input[(r * columns.input + c) * channels + channel];
      }
      output[start + channel] = sum / ((bottom - top) * (right - left));
    }
  }
}
