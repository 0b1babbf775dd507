/** How a weighted sum is computed: convolutions, depthwise convolutions, dense units. Pure. */
import type { Conv2dLayer, DenseLayer, DepthwiseConv2dLayer, SeparableConv2dLayer } from "../contract";
import { lastAxis } from "../contract";
import type { Tensors } from "../safetensors";
import { activate, shareOf, softmaxOf } from "./activation";
import { byStrength, weighted } from "./contributions";
import type { Contribution, ConvExplanation, DenseExplanation, Weighted } from "./explanation";
import { channelOf, coveredBy, indexUnder } from "./patch";
import { asImageShape, type Place, positionOf } from "./place";
import type { Source } from "./sources";

const listed = 5; // contributions of each sign to a dense unit: what a reader takes in

export function explainConv(
  layer: Conv2dLayer,
  weights: Tensors,
  source: Source,
  place: Place,
): ConvExplanation {
  const inputShape = asImageShape(layer.input_shape);
  const { patch, values, padded } = coveredBy(layer, source.values, place);
  const channels = inputShape[2];
  const { channel } = positionOf(layer.output_shape, place.index);
  const sum = weightedSum(layer, weights, () => values, channel);
  const channelSums = new Float64Array(channels);
  for (let index = 0; index < values.length; index++) channelSums[index % channels] += sum.products[index];
  const from = source.layer;
  return { kind: "conv2d", place, from, patch, inputShape, padded, firstChannel: 0, channelSums, ...sum };
}

export function explainDepthwise(
  layer: DepthwiseConv2dLayer,
  weights: Tensors,
  source: Source,
  place: Place,
): ConvExplanation {
  const covered = coveredBy(layer, source.values, place);
  const { channel } = positionOf(layer.output_shape, place.index);
  const seenBy = (output: number) => Math.floor(output / layer.depth_multiplier);
  const sum = weightedSum(layer, weights, (output) => channelOf(covered, seenBy(output)), channel);
  return {
    kind: "depthwise_conv2d",
    place,
    from: source.layer,
    patch: covered.patch,
    inputShape: asImageShape(layer.input_shape),
    padded: covered.padded,
    firstChannel: seenBy(channel),
    channelSums: Float64Array.of(sum.productSum),
    ...sum,
  };
}

export function explainDense(
  layer: DenseLayer,
  weights: Tensors,
  source: Source,
  place: Place,
): DenseExplanation {
  const inputs = source.values.slice();
  const sum = weightedSum(layer, weights, () => inputs, place.index);
  const order = byStrength(sum.products);
  const of = (sign: number) => order.filter((index) => sum.products[index] * sign > 0).slice(0, listed);
  const [positive, negative] = [of(1), of(-1)];
  const explanation: DenseExplanation = {
    kind: "dense",
    place,
    from: source.layer,
    ...sum,
    positive: [],
    negative: [],
  };
  const contributions = (inputs: number[]) => inputs.map((index) => denseContribution(explanation, index));
  return { ...explanation, positive: contributions(positive), negative: contributions(negative) };
}

/** Input number `input` of a convolution's patch; it must not lie in the padding. */
export function convContribution(explanation: ConvExplanation, input: number): Contribution {
  const { patch, inputShape, from, inputs, weights, firstChannel, channelSums } = explanation;
  const channels = channelSums.length;
  const channel = firstChannel + (input % channels);
  const index = indexUnder(patch, inputShape, Math.floor(input / channels), channel);
  return weighted({ layer: from, index }, inputs[input], weights[input]);
}

/** Input number `input` of a dense unit. */
export function denseContribution({ from, inputs, weights }: DenseExplanation, input: number): Contribution {
  return weighted({ layer: from, index: input }, inputs[input], weights[input]);
}

/** Σ inputs · column `output` of the kernel + bias, through the activation.
 *
 * `inputsOf` gives what an output sees, in the order of its column. Outputs are the last axis of every kernel, or, of a
 * depthwise kernel [rows, columns, channels, multiplier], the last two: an output's weights lie `outputs` apart. Of a
 * separable convolution this is the second step.
 */
export function weightedSum(
  layer: Conv2dLayer | DenseLayer | DepthwiseConv2dLayer | SeparableConv2dLayer,
  tensors: Tensors,
  inputsOf: (output: number) => Float32Array,
  output: number,
): Omit<Weighted, "place" | "from"> {
  const last = layer.kind === "separable_conv2d" ? "pointwise_kernel" : "kernel";
  const kernel = tensors.get(`${layer.name}/${last}`)!.values;
  const outputs = lastAxis(layer.output_shape);
  const biased = layer.use_bias !== false;
  const biases = biased ? tensors.get(`${layer.name}/bias`)!.values : new Float32Array(outputs);
  const inputs = inputsOf(output);
  const weights = Float32Array.from(inputs, (_, index) => kernel[index * outputs + output]);
  const products = Float64Array.from(inputs, (value, index) => value * weights[index]);
  const productSum = products.reduce((total, product) => total + product, 0);
  const { activation } = layer;
  const bias = biases[output];
  const sum = productSum + bias;
  const common = { inputs, weights, products, productSum, bias, biased, sum, activation };
  if (activation !== "softmax") return { ...common, softmax: null, result: activate(sum, activation) };
  const logits = Float64Array.from(biases, (start, other) =>
    inputsOf(other).reduce((total, value, index) => total + value * kernel[index * outputs + other], start),
  );
  const softmax = softmaxOf(logits, output);
  return { ...common, softmax, result: shareOf(softmax) };
}
