import type { DepthwiseConv2dLayer } from "../contract";
import { type Axis, endCell, firstCell, slidingAxis } from "./window";

/** A depthwise convolution, before its activation: every output channel sees one input channel. */
export class DepthwiseConvolution {
  private readonly rows: Axis;
  private readonly columns: Axis;
  private readonly channels: number;
  private readonly multiplier: number;

  /** `kernel` is [kernel rows, kernel columns, channels, depth multiplier], flat; `bias` is [output channels]. */
  constructor(
    layer: DepthwiseConv2dLayer,
    private readonly kernel: Float32Array,
    private readonly bias: Float32Array,
  ) {
    const [height, width, channels] = layer.input_shape;
    this.rows = slidingAxis(height, layer.kernel_size[0], layer.strides[0], layer.padding);
    this.columns = slidingAxis(width, layer.kernel_size[1], layer.strides[1], layer.padding);
    this.channels = channels;
    this.multiplier = layer.depth_multiplier;
  }

  /** Both are rows × columns × channels, flat. */
  run(input: Float32Array, output: Float32Array): void {
    const outputs = this.channels * this.multiplier;
    const sums = new Float64Array(outputs);
    let start = 0;
    for (let row = 0; row < this.rows.output; row++) {
      for (let column = 0; column < this.columns.output; column++) {
        sums.set(this.bias);
        this.add(input, sums, row, column);
        output.set(sums, start);
        start += outputs;
      }
    }
  }

  /** Add every product under the window to the sum of its output channel. */
  private add(input: Float32Array, sums: Float64Array, row: number, column: number): void {
    const { rows, columns, channels, multiplier, kernel } = this;
    const top = row * rows.stride - rows.before;
    const left = column * columns.stride - columns.before;
    for (let r = firstCell(rows, row); r < endCell(rows, row); r++) {
      for (let c = firstCell(columns, column); c < endCell(columns, column); c++) {
        const from = (r * columns.input + c) * channels;
        let at = ((r - top) * columns.window + c - left) * sums.length;
        for (let o = 0, channel = 0; channel < channels; channel++) {
          const value = input[from + channel];
          for (let m = 0; m < multiplier; m++) sums[o++] += value * kernel[at++];
        }
      }
    }
  }
}
