/** The window over one input channel as the card shows it: values, kernel and products, for every kind of convolution. Pure. */
import {
  type Conv2dLayer,
  type DepthwiseConv2dLayer,
  lastAxis,
  type SeparableConv2dLayer,
} from "../contract";
import type { ConvExplanation, SeparableExplanation } from "../explain/explanation";
import type { Target } from "./number_field";
import { rangeOf } from "./shades";

export type ConvLayer = Conv2dLayer | DepthwiseConv2dLayer | SeparableConv2dLayer;
export type Convolved = ConvExplanation | SeparableExplanation;

/** One cell of the window. */
export interface WindowCell {
  readonly value: number;
  readonly weight: number;
  readonly product: number;
  /** Where the weight is. */
  readonly target: Target;
}

export interface WindowSum {
  /** The input channel that the window lies on. */
  readonly channel: number;
  readonly cells: readonly WindowCell[];
  readonly largestWeight: number;
  readonly largestProduct: number;
  /** Whether the kernel is this map's alone: then muting the map silences it. */
  readonly own: boolean;
}

/** What is summed to the neuron's value, a number for each channel, and with a separable one for each of its kernels. */
export function sumsOf(explanation: Convolved): Float64Array {
  return explanation.kind === "separable_conv2d" ? explanation.products : explanation.channelSums;
}

/** The window of sum number `which`. */
export function windowSum(layer: ConvLayer, explanation: Convolved, which: number): WindowSum {
  const separable = explanation.kind === "separable_conv2d";
  return separable ? firstStep(layer, explanation, which) : onlyStep(layer, explanation, which);
}

function onlyStep(layer: ConvLayer, explanation: ConvExplanation, which: number): WindowSum {
  const { inputs, weights, products, channelSums, padded, firstChannel, place } = explanation;
  const outputs = lastAxis(layer.output_shape);
  const cells = Array.from(padded, (_, cell) => {
    const input = cell * channelSums.length + which;
    const index = input * outputs + (place.index % outputs);
    return {
      value: inputs[input],
      weight: weights[input],
      product: products[input],
      target: { tensor: `${layer.name}/kernel`, index },
    };
  });
  const [largestWeight, largestProduct] = [rangeOf(weights).largest, rangeOf(products).largest];
  return { channel: firstChannel + which, cells, largestWeight, largestProduct, own: true };
}

function firstStep(layer: ConvLayer, explanation: SeparableExplanation, which: number): WindowSum {
  const { covered, depthwise, padded } = explanation;
  const [sums, channels] = [depthwise.length / padded.length, covered.length / padded.length];
  const channel = Math.floor((which * channels) / sums);
  const cells = Array.from(padded, (_, cell) => {
    const index = cell * sums + which;
    const [value, weight] = [covered[cell * channels + channel], depthwise[index]];
    const target = { tensor: `${layer.name}/depthwise_kernel`, index };
    return { value, weight, product: value * weight, target };
  });
  const largestWeight = rangeOf(depthwise).largest;
  const largestProduct = rangeOf(cells.map(({ product }) => product)).largest;
  return { channel, cells, largestWeight, largestProduct, own: false };
}
