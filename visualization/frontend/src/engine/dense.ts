import type { DenseLayer } from "../contract";
import { accumulate, type SparseInputs, sparseInputs } from "./accumulate";

/** A fully connected layer, before its activation. `kernel` is [inputs, units], flat; `bias` is [units]. */
export class Dense {
  private readonly inputs: SparseInputs;

  constructor(
    private readonly layer: DenseLayer,
    private readonly kernel: Float64Array,
    private readonly bias: Float64Array,
  ) {
    this.inputs = sparseInputs(layer.input_shape[0]);
  }

  run(input: Float32Array, output: Float32Array): void {
    const { units } = this.layer;
    let count = 0;
    for (let index = 0; index < input.length; index++) {
      const value = input[index];
      if (value === 0) continue;
      this.inputs.values[count] = value;
      this.inputs.offsets[count++] = index * units;
    }
    this.inputs.count = count;
    accumulate(this.inputs, this.kernel, this.bias, output, 0, units);
  }
}
