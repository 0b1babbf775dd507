/** What a layer computes, in a sentence or two with this network's own numbers. Pure. */
import type {
  Activation,
  ActivationLayer,
  Conv2dLayer,
  DepthwiseConv2dLayer,
  LayerSpec,
  NetworkSpec,
} from "../contract";

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
};

/** Explain the layer of this index to somebody who has never met its kind. */
export function aboutLayer({ layers }: NetworkSpec, index: number): string {
  const layer = layers[index];
  if (layer.kind === "input") {
    return `The picture itself: ${layer.output_shape.join(" × ")} values. Each is a byte from 0 to 255, divided by 255.`;
  }
  const before = layers[index - 1];
  switch (layer.kind) {
    case "flatten":
      return (
        `The ${count(layer.output_shape[0])} values of ${before.title} in one row, so that the next layer can take ` +
        "them all. Nothing is computed."
      );
    case "conv2d":
      return aboutConvolution(layer, before);
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
        `and adds them up with a bias.${activationSentences[layer.activation]("sum")}`
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
  }
}

function aboutConvolution(layer: Conv2dLayer, before: LayerSpec): string {
  const [rows, columns] = layer.kernel_size;
  const channels = layer.input_shape[2];
  const inputs = rows * columns * channels;
  const what = before.kind === "input" ? "the picture" : `all ${channels} maps of ${before.title}`;
  return (
    `A ${rows} × ${columns} window slides over ${what}. At each position its ${count(inputs)} values are multiplied by the ` +
    `${count(inputs)} weights of this map’s kernel and added up with a bias.${activationSentences[layer.activation]("sum")}`
  );
}

function aboutDepthwise(layer: DepthwiseConv2dLayer, before: LayerSpec): string {
  const [rows, columns] = layer.kernel_size;
  const inputs = rows * columns;
  const { depth_multiplier: each } = layer;
  const maps = each === 1 ? "one map" : `${each} maps`;
  return (
    `A ${rows} × ${columns} window slides over a single map of ${before.title}, which makes ${maps} here. At each position its ` +
    `${count(inputs)} values are multiplied by the ${count(inputs)} weights of this map’s kernel and added up with a bias.` +
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
