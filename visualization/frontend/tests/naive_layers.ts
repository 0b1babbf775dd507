/** Any layer by its definition, without a thought of speed. NaN goes through to whatever depends on it. */
import type { Activation, LayerSpec } from "../src/contract";
import type { Tensors } from "../src/safetensors";
import {
  largest,
  mean,
  naiveBatchNormalization,
  naiveConvolution,
  naiveDepthwiseConvolution,
  naivePooling,
  normalShareBelow,
} from "./naive";

/** A layer before its activation. */
export function naiveSums(layer: LayerSpec, weights: Tensors, input: Float32Array): number[] {
  const weight = (name: string) => weights.get(`${layer.name}/${name}`)!.values;
  switch (layer.kind) {
    case "input":
    case "flatten":
    case "dropout":
    case "activation":
      return [...input];
    case "conv2d":
      return naiveConvolution(layer, input, weight("kernel"), weight("bias"));
    case "depthwise_conv2d":
      return naiveDepthwiseConvolution(layer, input, weight("kernel"), weight("bias"));
    case "max_pool2d":
      return naivePooling(layer, input, largest);
    case "average_pool2d":
      return naivePooling(layer, input, mean);
    case "global_max_pool2d":
      return mapsOf(layer, input).map(largest);
    case "global_average_pool2d":
      return mapsOf(layer, input).map(mean);
    case "batch_normalization": {
      const [gamma, beta] = [weight("gamma"), weight("beta")];
      const [moving_mean, moving_variance] = [weight("moving_mean"), weight("moving_variance")];
      return naiveBatchNormalization(layer, input, { gamma, beta, moving_mean, moving_variance });
    }
    case "dense":
      return [...weight("bias")].map((start, unit) =>
        input.reduce(
          (sum, value, index) => sum + value * weight("kernel")[index * layer.units + unit],
          start,
        ),
      );
  }
}

/** A whole layer, its activation included. */
export function naiveLayer(layer: LayerSpec, weights: Tensors, input: Float32Array): number[] {
  const sums = naiveSums(layer, weights, input);
  if (!("activation" in layer)) return sums;
  const { activation, output_shape } = layer;
  if (activation !== "softmax") return sums.map((sum) => naiveActivation(activation, sum));
  const channels = output_shape[output_shape.length - 1];
  return sums.map((sum, index) => {
    const start = index - (index % channels);
    return Math.exp(sum) / total(sums.slice(start, start + channels).map(Math.exp));
  });
}

/** Keras's definitions, https://keras.io/api/layers/activations. */
export function naiveActivation(activation: Exclude<Activation, "softmax">, x: number): number {
  switch (activation) {
    case "linear":
      return x;
    case "relu":
      return Math.max(0, x);
    case "sigmoid":
      return 1 / (1 + Math.exp(-x));
    case "tanh":
      return (Math.exp(x) - Math.exp(-x)) / (Math.exp(x) + Math.exp(-x));
    case "elu":
      return x > 0 ? x : Math.exp(x) - 1;
    case "selu":
      return 1.05070098 * (x > 0 ? x : 1.67326324 * (Math.exp(x) - 1));
    case "gelu":
      return x * (Math.abs(x) > 6 ? Number(x > 0) : normalShareBelow(x));
    case "silu":
      return x / (1 + Math.exp(-x));
    case "leaky_relu":
      return x > 0 ? x : 0.2 * x;
    case "softplus":
      return Math.log(1 + Math.exp(x));
    case "relu6":
      return Math.min(6, Math.max(0, x));
  }
}

function mapsOf({ input_shape }: LayerSpec, input: Float32Array): number[][] {
  return Array.from({ length: input_shape[2] }, (_, channel) =>
    [...input].filter((_, index) => index % input_shape[2] === channel),
  );
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
