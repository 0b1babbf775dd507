/** From a layer's description and its weights to the computation of that layer. */
import { ContractError } from "../checks";
import {
  type Conv2dLayer,
  type DenseLayer,
  type DepthwiseConv2dLayer,
  inputsOf,
  type LayerSpec,
  lastAxis,
  size,
} from "../contract";
import type { Tensors } from "../safetensors";
import { applyActivation } from "./activations";
import { DepthwiseConvolution } from "./depthwise";
import { Concatenation, Elementwise } from "./merging";
import { UpSampling, ZeroPadding } from "./moving";
import { BatchNormalization } from "./normalization";
import { AveragePooling, MaxPooling } from "./pooling";
import { reachOf } from "./reach";
import { Rescaling } from "./rescaling";
import { buffersOfSeparable, channelsBetween, SeparableConvolution } from "./separable";
import { buffersOfSums, Memory } from "./sums";

/** Computes one layer from the buffers of its inputs into its own. */
export type Step = () => void;

/** All flat, channels last. */
interface Operation {
  run(input: Float32Array, output: Float32Array): void;
}
interface Merge {
  run(inputs: readonly Float32Array[], output: Float32Array): void;
}

/** The buffers of a network, layer by layer, and the steps that fill them, in order; the first buffer is the picture's.
 *
 * No buffer serves two layers: every layer's activations stay to be drawn. Raises ContractError where a weight is missing
 * or has another shape than its layer needs, or where a layer is one that only Keras computes.
 */
export function prepare(
  layers: readonly LayerSpec[],
  weights: Tensors,
): { outputs: Float32Array[]; steps: Step[] } {
  const memory = new Memory(layers.flatMap(buffersOf));
  const outputs = layers.map((layer) => memory.floats(size(layer.output_shape)));
  const steps = layers.slice(1).map((layer, at) => {
    const sources = inputsOf(layers, at + 1);
    const shapes = sources.map((source) => layers[source].output_shape);
    const inputs = sources.map((source) => outputs[source]);
    return stepOf(layer, shapes, inputs, outputs[at + 1], weights, memory);
  });
  return { outputs, steps };
}

function buffersOf(layer: LayerSpec): number[] {
  const output = size(layer.output_shape);
  if (layer.kind === "separable_conv2d") return [output, ...buffersOfSeparable(layer)];
  if (layer.kind !== "conv2d" && layer.kind !== "dense") return [output];
  const window = layer.kind === "conv2d" ? size(layer.kernel_size) : 1;
  const inputs = window * lastAxis(layer.input_shape);
  const outputs = lastAxis(layer.output_shape);
  return [output, ...buffersOfSums(inputs, outputs, size(layer.input_shape), reachOf(layer))];
}

function stepOf(
  layer: LayerSpec,
  shapes: readonly (readonly number[])[],
  inputs: readonly Float32Array[],
  output: Float32Array,
  weights: Tensors,
  memory: Memory,
): Step {
  const merge = mergeOf(layer, shapes);
  if (merge) return () => merge.run(inputs, output);
  const [input] = inputs;
  const operation = operationOf(layer, weights, memory);
  const step: Step = operation ? () => operation.run(input, output) : () => output.set(input);
  if (!("activation" in layer) || layer.activation === "linear") return step;
  const { activation } = layer;
  const channels = lastAxis(layer.output_shape);
  return () => {
    step();
    applyActivation(output, activation, channels);
  };
}

/** What joins several inputs; null where there is only one. */
function mergeOf(layer: LayerSpec, shapes: readonly (readonly number[])[]): Merge | null {
  switch (layer.kind) {
    case "add":
    case "subtract":
    case "multiply":
    case "average":
    case "maximum":
    case "minimum":
      return new Elementwise(layer.kind);
    case "concatenate":
      return new Concatenation(shapes);
    default:
      return null;
  }
}

/** What a layer does before its activation; null where it hands on what it gets. */
function operationOf(layer: LayerSpec, weights: Tensors, memory: Memory): Operation | null {
  switch (layer.kind) {
    case "conv2d":
    case "dense":
      return memory.sums(...kernelAndBias(layer, weights), size(layer.input_shape), reachOf(layer));
    case "depthwise_conv2d":
      return new DepthwiseConvolution(layer, ...kernelAndBias(layer, weights));
    case "separable_conv2d": {
      const [inputs, filters] = [lastAxis(layer.input_shape), lastAxis(layer.output_shape)];
      const depthwise = [...layer.kernel_size, inputs, layer.depth_multiplier];
      return new SeparableConvolution(
        layer,
        memory,
        weightOf(weights, `${layer.name}/depthwise_kernel`, depthwise),
        weightOf(weights, `${layer.name}/pointwise_kernel`, [1, 1, channelsBetween(layer), filters]),
        biasOf(layer, weights),
      );
    }
    case "batch_normalization":
      return new BatchNormalization(layer, momentsOf(layer, weights));
    case "max_pool2d":
    case "global_max_pool2d":
      return new MaxPooling(layer);
    case "average_pool2d":
    case "global_average_pool2d":
      return new AveragePooling(layer);
    case "rescaling":
      return new Rescaling(layer);
    case "zero_padding2d":
      return new ZeroPadding(layer);
    case "up_sampling2d":
      return new UpSampling(layer);
    case "keras_layer":
      throw new ContractError(`layer ${layer.name}`, "a kind that the browser computes", layer.class_name);
    default:
      return null;
  }
}

function kernelAndBias(
  layer: Conv2dLayer | DepthwiseConv2dLayer | DenseLayer,
  weights: Tensors,
): [Float32Array, Float32Array] {
  const window = layer.kind === "dense" ? [] : layer.kernel_size;
  const each = layer.kind === "depthwise_conv2d" ? layer.depth_multiplier : lastAxis(layer.output_shape);
  const kernel = [...window, lastAxis(layer.input_shape), each];
  return [weightOf(weights, `${layer.name}/kernel`, kernel), biasOf(layer, weights)];
}

/** Zeros for a layer that has none. */
function biasOf(layer: LayerSpec & { readonly use_bias?: boolean }, weights: Tensors): Float32Array {
  const outputs = lastAxis(layer.output_shape);
  if (layer.use_bias === false) return new Float32Array(outputs);
  return weightOf(weights, `${layer.name}/bias`, [outputs]);
}

function momentsOf(layer: LayerSpec, weights: Tensors) {
  const weight = (name: string) => weightOf(weights, `${layer.name}/${name}`, [lastAxis(layer.input_shape)]);
  return {
    gamma: weight("gamma"),
    beta: weight("beta"),
    moving_mean: weight("moving_mean"),
    moving_variance: weight("moving_variance"),
  };
}

function weightOf(weights: Tensors, name: string, shape: readonly number[]): Float32Array {
  const tensor = weights.get(name);
  const expected = `a tensor of shape [${shape.join(", ")}]`;
  if (!tensor) throw new ContractError(`weight ${name}`, expected, undefined);
  if (tensor.shape.join() !== shape.join()) throw new ContractError(`weight ${name}`, expected, tensor.shape);
  return tensor.values;
}
