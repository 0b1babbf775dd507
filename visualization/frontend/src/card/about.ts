/** What a layer computes, in a sentence or two with this network's own numbers. Pure. */
import {
  type Activation,
  type ActivationLayer,
  type Conv2dLayer,
  type DepthwiseConv2dLayer,
  inputsOf,
  type LayerSpec,
  type NetworkSpec,
  type SeparableConv2dLayer,
} from "../contract";
import { aboutMoves } from "./about_moves";
import { holesInWords } from "./wording";

/** `what` goes in: a sum, or a value as it comes. */
const activationSentences: Readonly<Record<Activation, (what: "sum" | "value") => string>> = {
  linear: () => "",
  relu: (what) => ` ReLU turns a negative ${what} into 0.`,
  sigmoid: (what) => ` The sigmoid squeezes the ${what} into 0 to 1.`,
  tanh: (what) => ` tanh squeezes the ${what} into −1 to 1.`,
  softmax: (what) => ` Softmax turns the ${what}s of all its neighbours into shares of 1.`,
  elu: (what) => ` ELU keeps a positive ${what} and bends a negative one towards −1.`,
  selu: (what) => ` SELU multiplies a positive ${what} by 1.05 and bends a negative one towards −1.76.`,
  gelu: (what) => ` GELU multiplies the ${what} by the share of a normal distribution that lies below it.`,
  silu: (what) => ` SiLU multiplies the ${what} by its own sigmoid.`,
  leaky_relu: (what) => ` Leaky ReLU leaves a fifth of a negative ${what}.`,
  softplus: (what) => ` Softplus is a ReLU without its corner: it makes every ${what} positive.`,
  relu6: (what) => ` ReLU6 turns a negative ${what} into 0 and a ${what} above 6 into 6.`,
  hard_sigmoid: (what) => ` The hard sigmoid goes straight from 0, for a ${what} of −3, to 1, for one of 3.`,
  hard_silu: (what) => ` Hard SiLU multiplies the ${what} by its own hard sigmoid.`,
  exponential: (what) => ` The exponential raises e to the ${what}: it is always positive.`,
  softsign: (what) => ` Softsign divides the ${what} by its size plus 1: it comes to lie in −1 to 1.`,
  mish: (what) => ` Mish multiplies the ${what} by the tanh of its softplus.`,
};

/** Explain the layer of this index to somebody who has never met its kind. */
export function aboutLayer({ layers }: NetworkSpec, index: number): string {
  const layer = layers[index];
  if (layer.kind === "input") {
    return `The picture itself: ${layer.output_shape.join(" × ")} values. Each is a byte from 0 to 255, divided by 255.`;
  }
  const reads = inputsOf(layers, index).map((source) => layers[source]);
  const [before] = reads;
  switch (layer.kind) {
    case "flatten":
      return (
        `The ${count(layer.output_shape[0])} values of ${before.title} in one row, so that the next layer can take ` +
        "them all. Nothing is computed."
      );
    case "conv2d":
      return aboutConvolution(layer, before);
    case "separable_conv2d":
      return aboutSeparable(layer, before);
    case "depthwise_conv2d":
      return aboutDepthwise(layer, before);
    case "max_pool2d":
      return aboutPool(layer, "only the largest value", before);
    case "average_pool2d":
      return aboutPool(layer, "the mean", before);
    case "global_max_pool2d":
      return `Of each whole map of ${before.title}, ${shape(layer.input_shape)}, only the largest value goes on.`;
    case "global_average_pool2d":
      return `Of each whole map of ${before.title}, ${shape(layer.input_shape)}, only the mean goes on.`;
    case "dense":
      return (
        `This unit takes all ${count(layer.input_shape[0])} values of ${before.title}, each times a weight of its own, ` +
        `and adds them up${withBias(layer)}.${activationSentences[layer.activation]("sum")}`
      );
    case "batch_normalization":
      return aboutNormalization(before);
    case "dropout":
      return (
        `In training ${percent(layer.rate)} of the values of ${before.title} are set to 0, others each time, and the rest is ` +
        "scaled up, so that no neuron comes to rely on a single other. Outside training, as here, every value passes."
      );
    case "activation":
      return aboutActivation(layer, before);
    default:
      return aboutMoves(layer, reads);
  }
}

function withBias({ use_bias }: { readonly use_bias?: boolean }): string {
  return use_bias === false ? "" : " with a bias";
}

/** The window of a convolution: "3 × 3 window", "3 × 3 window with cells 2 apart". */
function windowOf(layer: Conv2dLayer | DepthwiseConv2dLayer | SeparableConv2dLayer): string {
  const holes = holesInWords(layer.dilation_rate ?? [1, 1]);
  return `${shape(layer.kernel_size)} window${holes && ` with ${holes}`}`;
}

function aboutConvolution(layer: Conv2dLayer, before: LayerSpec): string {
  const [rows, columns] = layer.kernel_size;
  const channels = layer.input_shape[2];
  const inputs = rows * columns * channels;
  const what = before.kind === "input" ? "the picture" : `all ${channels} maps of ${before.title}`;
  return (
    `A ${windowOf(layer)} slides over ${what}. At each position its ${count(inputs)} values are multiplied by the ` +
    `${count(inputs)} weights of this map’s kernel and added up${withBias(layer)}.${activationSentences[layer.activation]("sum")}`
  );
}

function aboutDepthwise(layer: DepthwiseConv2dLayer, before: LayerSpec): string {
  const [rows, columns] = layer.kernel_size;
  const inputs = rows * columns;
  const { depth_multiplier: each } = layer;
  const maps = each === 1 ? "one map" : `${each} maps`;
  return (
    `A ${windowOf(layer)} slides over a single map of ${before.title}, which makes ${maps} here. At each position its ` +
    `${count(inputs)} values are multiplied by the ${count(inputs)} weights of this map’s kernel and added up${withBias(layer)}.` +
    activationSentences[layer.activation]("sum")
  );
}

function aboutSeparable(layer: SeparableConv2dLayer, before: LayerSpec): string {
  const each = layer.depth_multiplier === 1 ? "a kernel" : `${layer.depth_multiplier} kernels`;
  const sums = layer.input_shape[2] * layer.depth_multiplier;
  const of = before.kind === "input" ? "each channel of the picture" : `each map of ${before.title}`;
  return (
    `First a ${windowOf(layer)} slides over ${of} by itself, with ${each} of its own. Then the ${count(sums)} sums of a ` +
    `position are multiplied by the ${count(sums)} weights of this map and added up${withBias(layer)}.` +
    activationSentences[layer.activation]("sum")
  );
}

function aboutPool(
  layer: Extract<LayerSpec, { pool_size: unknown }>,
  what: string,
  before: LayerSpec,
): string {
  return (
    `Of each ${shape(layer.pool_size)} window of the same map in ${before.title} ${what} goes on. ` +
    `It makes maps of ${shape(layer.input_shape)} into ${shape(layer.output_shape)}.`
  );
}

function aboutNormalization(before: LayerSpec): string {
  const what = before.output_shape.length === 3 ? "map" : "unit";
  return (
    `The values of each ${what} of ${before.title}, less the mean and divided by the deviation that the ${what} had in ` +
    "training: they come to lie around 0. Gamma then stretches and beta shifts them."
  );
}

function aboutActivation({ activation }: ActivationLayer, before: LayerSpec): string {
  if (activation === "linear") return `Every value of ${before.title} passes as it is.`;
  const alone = activation === "softmax" ? "" : ", each for itself";
  return `The values of ${before.title} go through a function${alone}.${activationSentences[activation]("value")}`;
}

function shape([rows, columns]: readonly number[]): string {
  return `${rows} × ${columns}`;
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
