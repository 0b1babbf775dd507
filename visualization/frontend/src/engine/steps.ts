/** From a layer's description and its weights to the computation of that layer. */
import { ContractError } from "../checks";
import {
  type BatchNormalizationLayer,
  type Conv2dLayer,
  type DenseLayer,
  type DepthwiseConv2dLayer,
  type LayerSpec,
  size,
} from "../contract";
import type { Tensors } from "../safetensors";
import { applyActivation } from "./activations";
import { DepthwiseConvolution } from "./depthwise";
import { BatchNormalization } from "./normalization";
import { AveragePooling, MaxPooling } from "./pooling";
import { reachOf } from "./reach";
import { buffersOfSums, Memory, type Sums } from "./sums";

/** Computes one layer from the one before it; both are flat, channels last. */
export type Step = (input: Float32Array, output: Float32Array) => void;

interface Operation {
  run(input: Float32Array, output: Float32Array): void;
}

/** The buffers and steps of a network, layer by layer.
 *
 * Raises ContractError where a weight is missing or has another shape than its layer needs.
 */
export function prepare(
  layers: readonly LayerSpec[],
  weights: Tensors,
): { outputs: Float32Array[]; steps: Step[] } {
  const memory = new Memory(layers.flatMap(buffersOf));
  const outputs = layers.map((layer) => memory.floats(size(layer.output_shape)));
  return { outputs, steps: layers.map((layer) => stepOf(layer, weights, memory)) };
}

function buffersOf(layer: LayerSpec): number[] {
  const output = size(layer.output_shape);
  if (layer.kind !== "conv2d" && layer.kind !== "dense") return [output];
  const window = layer.kind === "conv2d" ? size(layer.kernel_size) : 1;
  const inputs = window * layer.input_shape[layer.input_shape.length - 1];
  const outputs = layer.output_shape[layer.output_shape.length - 1];
  return [output, ...buffersOfSums(inputs, outputs, size(layer.input_shape), reachOf(layer))];
}

function stepOf(layer: LayerSpec, weights: Tensors, memory: Memory): Step {
  const operation = operationOf(layer, weights, memory);
  const step: Step = operation
    ? (input, output) => operation.run(input, output)
    : (input, output) => output.set(input);
  if (!("activation" in layer) || layer.activation === "linear") return step;
  const { activation } = layer;
  const channels = layer.output_shape[layer.output_shape.length - 1];
  return (input, output) => {
    step(input, output);
    applyActivation(output, activation, channels);
  };
}

/** What a layer does before its activation; null where it hands on what it gets. */
function operationOf(layer: LayerSpec, weights: Tensors, memory: Memory): Operation | null {
  switch (layer.kind) {
    case "conv2d":
    case "dense":
      return sumsOf(layer, weights, memory);
    case "depthwise_conv2d":
      return new DepthwiseConvolution(layer, ...kernelAndBias(layer, weights));
    case "batch_normalization":
      return new BatchNormalization(layer, momentsOf(layer, weights));
    case "max_pool2d":
    case "global_max_pool2d":
      return new MaxPooling(layer);
    case "average_pool2d":
    case "global_average_pool2d":
      return new AveragePooling(layer);
    case "input":
    case "flatten":
    case "dropout":
    case "activation":
      return null;
  }
}

function sumsOf(layer: Conv2dLayer | DenseLayer, weights: Tensors, memory: Memory): Sums {
  return memory.sums(...kernelAndBias(layer, weights), size(layer.input_shape), reachOf(layer));
}

function kernelAndBias(
  layer: Conv2dLayer | DepthwiseConv2dLayer | DenseLayer,
  weights: Tensors,
): [Float32Array, Float32Array] {
  const inputs = layer.input_shape[layer.input_shape.length - 1];
  const outputs = layer.output_shape[layer.output_shape.length - 1];
  const window = layer.kind === "dense" ? [] : layer.kernel_size;
  const each = layer.kind === "depthwise_conv2d" ? layer.depth_multiplier : outputs;
  return [
    weightOf(weights, `${layer.name}/kernel`, [...window, inputs, each]),
    weightOf(weights, `${layer.name}/bias`, [outputs]),
  ];
}

function momentsOf(layer: BatchNormalizationLayer, weights: Tensors) {
  const channels = layer.input_shape[layer.input_shape.length - 1];
  const weight = (name: string) => weightOf(weights, `${layer.name}/${name}`, [channels]);
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
