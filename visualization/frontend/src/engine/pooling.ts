import type { MaxPool2dLayer } from "../contract";
import { type Axis, endCell, firstCell, slidingAxis } from "./window";

/** The largest value under each window, channel by channel; padding never wins. */
export class MaxPooling {
  private readonly rows: Axis;
  private readonly columns: Axis;
  private readonly channels: number;

  constructor(layer: MaxPool2dLayer) {
    const [height, width, channels] = layer.input_shape;
    this.rows = slidingAxis(height, layer.pool_size[0], layer.strides[0], layer.padding);
    this.columns = slidingAxis(width, layer.pool_size[1], layer.strides[1], layer.padding);
    this.channels = channels;
  }

  run(input: Float32Array, output: Float32Array): void {
    output.fill(Number.NEGATIVE_INFINITY);
    let start = 0;
    for (let row = 0; row < this.rows.output; row++) {
      for (let column = 0; column < this.columns.output; column++) {
        this.pool(input, output, start, row, column);
        start += this.channels;
      }
    }
  }

  private pool(input: Float32Array, output: Float32Array, start: number, row: number, column: number): void {
    const { rows, columns, channels } = this;
    for (let r = firstCell(rows, row); r < endCell(rows, row); r++) {
      for (let c = firstCell(columns, column); c < endCell(columns, column); c++) {
        const from = (r * columns.input + c) * channels;
        for (let channel = 0; channel < channels; channel++) {
          const value = input[from + channel];
          if (value > output[start + channel]) output[start + channel] = value;
        }
      }
    }
  }
}
