import { type DepthwiseConv2dLayer, lastAxis, type SeparableConv2dLayer } from "../contract";
import { type Axis, endSeen, firstSeen, slidingAxis, startCell } from "./window";

/** A depthwise convolution, before its activation: every output channel sees one input channel. */
export class DepthwiseConvolution {
  private readonly rows: Axis;
  private readonly columns: Axis;
  private readonly channels: number;
  private readonly multiplier: number;
  private readonly sums: Float64Array;

  /** `kernel` is [kernel rows, kernel columns, channels, depth multiplier], flat; `bias` is [channels · multiplier]. */
  constructor(
    layer: DepthwiseConv2dLayer | SeparableConv2dLayer,
    private readonly kernel: Float32Array,
    private readonly bias: Float32Array,
  ) {
    const [height, width] = layer.input_shape;
    const [high, wide] = layer.kernel_size;
    const [down, across] = layer.dilation_rate ?? [1, 1];
    this.rows = slidingAxis(height, high, layer.strides[0], layer.padding, down);
    this.columns = slidingAxis(width, wide, layer.strides[1], layer.padding, across);
    this.channels = lastAxis(layer.input_shape);
    this.multiplier = layer.depth_multiplier;
    this.sums = new Float64Array(bias.length);
  }

  /** Both are rows × columns × channels, flat. */
  run(input: Float32Array, output: Float32Array): void {
    const { sums } = this;
    let start = 0;
    for (let row = 0; row < this.rows.output; row++) {
      for (let column = 0; column < this.columns.output; column++) {
        sums.set(this.bias);
        this.add(input, row, column);
        output.set(sums, start);
        start += sums.length;
      }
    }
  }

  /** Add every product under the window to the sum of its output channel. */
  private add(input: Float32Array, row: number, column: number): void {
    const { rows, columns, channels, multiplier, kernel, sums } = this;
    const [top, left] = [startCell(rows, row), startCell(columns, column)];
    const [first, end] = [firstSeen(columns, column), endSeen(columns, column)];
    for (let y = firstSeen(rows, row); y < endSeen(rows, row); y++) {
      for (let x = first; x < end; x++) {
        const r = top + y * rows.dilation;
        let from = (r * columns.input + left + x * columns.dilation) * channels;
        let at = (y * columns.window + x) * sums.length;
        if (multiplier === 1) {
          for (let o = 0; o < channels; o++) sums[o] += input[from++] * kernel[at++];
          continue;
        }
        for (let o = 0, channel = 0; channel < channels; channel++) {
          const value = input[from + channel];
          for (let m = 0; m < multiplier; m++) sums[o++] += value * kernel[at++];
        }
      }
    }
  }
}
