/** The forward pass of a whole network: weights and a picture to every layer's activations. */
import { ContractError } from "../checks";
import type { NetworkSpec } from "../contract";
import type { Tensors } from "../safetensors";
import { prepare, type Step } from "./steps";

/** Whether the browser computes every layer of the network; a layer of Keras's own only a worker computes. */
export function computes({ layers }: NetworkSpec): boolean {
  return layers.every(({ kind }) => kind !== "keras_layer");
}

export class Network {
  private readonly steps: readonly Step[];
  private readonly outputs: readonly Float32Array[];
  private readonly byName: ReadonlyMap<string, Float32Array>;

  /** Raises ContractError where a weight is missing or has another shape than the layer needs, or where `computes` says
   * no. */
  constructor(spec: NetworkSpec, weights: Tensors) {
    const { outputs, steps } = prepare(spec.layers, weights);
    this.outputs = outputs;
    this.steps = steps;
    this.byName = new Map(spec.layers.map((layer, index) => [layer.name, this.outputs[index]]));
  }

  /** Run `input` (float32 in 0 … 1, rows × columns × channels) through. The result is read with `activations`. */
  run(input: Float32Array): void {
    const expected = this.outputs[0].length;
    if (input.length !== expected)
      throw new ContractError("network input", `${expected} values`, input.length);
    this.outputs[0].set(input);
    for (const step of this.steps) step();
  }

  /** What the layer gave in the last run. The buffer is the network's own: the next run writes over it. */
  activations(layer: string): Float32Array {
    const values = this.byName.get(layer);
    if (!values) throw new ContractError("layer", `one of ${[...this.byName.keys()].join(", ")}`, layer);
    return values;
  }

  get probabilities(): Float32Array {
    return this.outputs[this.outputs.length - 1];
  }
}

/** Bytes 0 … 255 to the network's input 0 … 1, in float32 as Keras does it. */
export function inputFromPixels(pixels: Uint8Array): Float32Array {
  return Float32Array.from(pixels, (value) => value / 255);
}
