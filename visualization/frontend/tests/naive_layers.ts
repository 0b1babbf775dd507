/** Any layer by its definition, without a thought of speed. NaN goes through to whatever depends on it. */
import {
  type Activation,
  type ElementwiseKind,
  type LayerSpec,
  size,
  type UpSampling2dLayer,
  type ZeroPadding2dLayer,
} from "../src/contract";
import type { Tensors } from "../src/safetensors";
import {
  largest,
  mean,
  naiveBatchNormalization,
  naiveConvolution,
  naiveDepthwiseConvolution,
  naivePooling,
  naiveSeparableConvolution,
  normalShareBelow,
} from "./naive";

/** A layer before its activation; `inputs` is what it reads. */
export function naiveSums(layer: LayerSpec, weights: Tensors, inputs: readonly Float32Array[]): number[] {
  const weight = (name: string) => weights.get(`${layer.name}/${name}`)!.values;
  const bias = () =>
    weights.get(`${layer.name}/bias`)?.values ?? new Float32Array(layer.output_shape.at(-1)!);
  const [input] = inputs;
  switch (layer.kind) {
    case "input":
    case "flatten":
    case "reshape":
    case "dropout":
    case "activation":
      return [...input];
    case "conv2d":
      return naiveConvolution(layer, input, weight("kernel"), bias());
    case "depthwise_conv2d":
      return naiveDepthwiseConvolution(layer, input, weight("kernel"), bias());
    case "separable_conv2d": {
      const kernels = [weight("depthwise_kernel"), weight("pointwise_kernel")] as const;
      return naiveSeparableConvolution(layer, input, ...kernels, bias());
    }
    case "rescaling":
      return [...input].map((value, index) => value * nth(layer.scale, index) + nth(layer.offset, index));
    case "zero_padding2d":
      return naivePadding(layer, input);
    case "up_sampling2d":
      return naiveUpSampling(layer, input);
    case "add":
    case "subtract":
    case "multiply":
    case "average":
    case "maximum":
    case "minimum":
      return Array.from({ length: size(layer.output_shape) }, (_, index) =>
        naiveMerge(
          layer.kind,
          inputs.map((values) => values[index % values.length]),
        ),
      );
    case "concatenate":
      return naiveConcatenation(layer, inputs);
    case "keras_layer":
      throw new Error("Only Keras knows what its layers compute.");
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
      return [...bias()].map((start, unit) =>
        input.reduce(
          (sum, value, index) => sum + value * weight("kernel")[index * layer.units + unit],
          start,
        ),
      );
  }
}

/** A whole layer, its activation included. */
export function naiveLayer(layer: LayerSpec, weights: Tensors, inputs: readonly Float32Array[]): number[] {
  const sums = naiveSums(layer, weights, inputs);
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
    case "hard_sigmoid":
      return Math.min(1, Math.max(0, x / 6 + 0.5));
    case "hard_silu":
      return x * Math.min(1, Math.max(0, x / 6 + 0.5));
    case "exponential":
      return Math.E ** x;
    case "softsign":
      return x / (Math.abs(x) + 1);
    case "mish":
      return x * Math.tanh(Math.log(1 + Math.exp(x)));
  }
}

/** Of a list the number for the channel that the flat index is of. */
function nth(numbers: number | readonly number[], index: number): number {
  return typeof numbers === "number" ? numbers : numbers[index % numbers.length];
}

function naiveMerge(kind: ElementwiseKind, values: readonly number[]): number {
  switch (kind) {
    case "add":
      return total(values);
    case "subtract":
      return values[0] - values[1];
    case "multiply":
      return values.reduce((product, value) => product * value, 1);
    case "average":
      return total(values) / values.length;
    case "maximum":
      return Math.max(...values);
    case "minimum":
      return Math.min(...values);
  }
}

function naiveConcatenation({ output_shape }: LayerSpec, inputs: readonly Float32Array[]): number[] {
  const places = size(output_shape.slice(0, -1));
  return Array.from({ length: places }, (_, place) =>
    inputs.flatMap((values) => {
      const channels = values.length / places;
      return [...values.slice(place * channels, (place + 1) * channels)];
    }),
  ).flat();
}

function naivePadding({ input_shape, output_shape, padding }: ZeroPadding2dLayer, input: Float32Array) {
  const [height, width, channels] = input_shape;
  const [rows, columns] = output_shape;
  const output: number[] = [];
  for (let row = -padding[0][0]; row < rows - padding[0][0]; row++)
    for (let column = -padding[1][0]; column < columns - padding[1][0]; column++)
      for (let channel = 0; channel < channels; channel++) {
        const inside = row >= 0 && row < height && column >= 0 && column < width;
        output.push(inside ? input[(row * width + column) * channels + channel] : 0);
      }
  return output;
}

function naiveUpSampling({ input_shape, size: [down, across] }: UpSampling2dLayer, input: Float32Array) {
  const [height, width, channels] = input_shape;
  const output: number[] = [];
  for (let row = 0; row < height; row++)
    for (let again = 0; again < down; again++)
      for (let column = 0; column < width; column++) {
        const start = (row * width + column) * channels;
        const cell = [...input.slice(start, start + channels)];
        for (let more = 0; more < across; more++) output.push(...cell);
      }
  return output;
}

function mapsOf({ input_shape }: LayerSpec, input: Float32Array): number[][] {
  return Array.from({ length: input_shape[2] }, (_, channel) =>
    [...input].filter((_, index) => index % input_shape[2] === channel),
  );
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
