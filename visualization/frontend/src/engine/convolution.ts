import type { Conv2dLayer } from "../contract";
import { accumulate, type SparseInputs, sparseInputs } from "./accumulate";
import { type Axis, endCell, firstCell, slidingAxis } from "./window";

/** A 2D convolution, before its activation. Input and output are rows × columns × channels, flat. */
export class Convolution {
  private readonly rows: Axis;
  private readonly columns: Axis;
  private readonly channels: number;
  private readonly filters: number;
  private readonly patch: SparseInputs;

  /** `kernel` is [kernel rows, kernel columns, channels, filters], flat; `bias` is [filters]. */
  constructor(
    layer: Conv2dLayer,
    private readonly kernel: Float64Array,
    private readonly bias: Float64Array,
  ) {
    const [height, width, channels] = layer.input_shape;
    this.rows = slidingAxis(height, layer.kernel_size[0], layer.strides[0], layer.padding);
    this.columns = slidingAxis(width, layer.kernel_size[1], layer.strides[1], layer.padding);
    this.channels = channels;
    this.filters = layer.output_shape[2];
    this.patch = sparseInputs(this.rows.window * this.columns.window * channels);
  }

  run(input: Float32Array, output: Float32Array): void {
    let start = 0;
    for (let row = 0; row < this.rows.output; row++) {
      for (let column = 0; column < this.columns.output; column++) {
        this.gather(input, row, column);
        accumulate(this.patch, this.kernel, this.bias, output, start, this.filters);
        start += this.filters;
      }
    }
  }

  /** Collect the inputs under the window that are not zero. */
  private gather(input: Float32Array, row: number, column: number): void {
    const { rows, columns, channels, filters } = this;
    const { values, offsets } = this.patch;
    const left = firstCell(columns, column);
    const length = (endCell(columns, column) - left) * channels;
    const kernelColumn = left - (column * columns.stride - columns.before);
    const kernelTop = row * rows.stride - rows.before;
    let count = 0;
    for (let r = firstCell(rows, row); r < endCell(rows, row); r++) {
      const from = (r * columns.input + left) * channels;
      let offset = ((r - kernelTop) * columns.window + kernelColumn) * channels * filters;
      for (let index = from; index < from + length; index++) {
        const value = input[index];
        if (value !== 0) {
          values[count] = value;
          offsets[count++] = offset;
        }
        offset += filters;
      }
    }
    this.patch.count = count;
  }
}
