/** The forward pass of a whole network: weights and a picture to every layer's activations. */
import { ContractError } from "../checks";
import { type LayerSpec, type NetworkSpec, size } from "../contract";
import type { Tensors } from "../safetensors";
import { applyActivation, softmax } from "./activations";
import { Convolution } from "./convolution";
import { Dense } from "./dense";
import { MaxPooling } from "./pooling";

/** Computes one layer from the one before it; both are flat, channels last. */
type Step = (input: Float32Array, output: Float32Array) => void;

export class Network {
  private readonly steps: readonly Step[];
  private readonly outputs: readonly Float32Array[];
  private readonly byName: ReadonlyMap<string, Float32Array>;

  /** Raises ContractError where a weight is missing or has another shape than the layer needs. */
  constructor(spec: NetworkSpec, weights: Tensors) {
    this.steps = spec.layers.map((layer) => stepOf(layer, weights));
    this.outputs = spec.layers.map((layer) => new Float32Array(size(layer.output_shape)));
    this.byName = new Map(spec.layers.map((layer, index) => [layer.name, this.outputs[index]]));
  }

  /** Run `input` (float32 in 0 … 1, rows × columns × channels) through. The result is read with `activations`. */
  run(input: Float32Array): void {
    const expected = this.outputs[0].length;
    if (input.length !== expected)
      throw new ContractError("network input", `${expected} values`, input.length);
    let before = input;
    for (let index = 0; index < this.steps.length; index++) {
      this.steps[index](before, this.outputs[index]);
      before = this.outputs[index];
    }
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

function stepOf(layer: LayerSpec, weights: Tensors): Step {
  if (layer.kind === "input" || layer.kind === "flatten") return (input, output) => output.set(input);
  if (layer.kind === "max_pool2d") {
    const pooling = new MaxPooling(layer);
    return (input, output) => pooling.run(input, output);
  }
  const outputs = layer.output_shape[layer.output_shape.length - 1];
  const inputs = layer.input_shape[layer.input_shape.length - 1];
  const shape = layer.kind === "conv2d" ? [...layer.kernel_size, inputs, outputs] : [inputs, outputs];
  const kernel = weightOf(weights, `${layer.name}/kernel`, shape);
  const bias = weightOf(weights, `${layer.name}/bias`, [outputs]);
  const linear =
    layer.kind === "conv2d" ? new Convolution(layer, kernel, bias) : new Dense(layer, kernel, bias);
  return (input, output) => {
    linear.run(input, output);
    if (layer.activation === "softmax") softmax(output, outputs);
    else applyActivation(output, layer.activation);
  };
}

function weightOf(weights: Tensors, name: string, shape: readonly number[]): Float64Array {
  const tensor = weights.get(name);
  const expected = `a tensor of shape [${shape.join(", ")}]`;
  if (!tensor) throw new ContractError(`weight ${name}`, expected, undefined);
  if (tensor.shape.join() !== shape.join()) throw new ContractError(`weight ${name}`, expected, tensor.shape);
  return Float64Array.from(tensor.values);
}

/** Bytes 0 … 255 to the network's input 0 … 1, in float32 as Keras does it. */
export function inputFromPixels(pixels: Uint8Array): Float32Array {
  return Float32Array.from(pixels, (value) => value / 255);
}
