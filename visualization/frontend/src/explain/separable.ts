/** How a separable convolution's value is computed: each channel's own sum, then the sum over the channels. Pure. */
import { lastAxis, type SeparableConv2dLayer } from "../contract";
import type { Tensors } from "../safetensors";
import { byStrength, mostStrongest, weighted } from "./contributions";
import type { Contribution, SeparableExplanation } from "./explanation";
import { coveredBy, indexUnder } from "./patch";
import { asImageShape, type Place } from "./place";
import type { Source } from "./sources";
import { weightedSum } from "./weighted_sum";

export function explainSeparable(
  layer: SeparableConv2dLayer,
  weights: Tensors,
  source: Source,
  place: Place,
): SeparableExplanation {
  const { patch, values, padded } = coveredBy(layer, source.values, place);
  const depthwise = weights.get(`${layer.name}/depthwise_kernel`)!.values;
  const sums = depthwiseSums(values, depthwise, padded.length);
  const channel = place.index % lastAxis(layer.output_shape);
  return {
    kind: "separable_conv2d",
    place,
    from: source.layer,
    patch,
    inputShape: asImageShape(layer.input_shape),
    padded,
    firstChannel: 0,
    covered: values,
    depthwise,
    ...weightedSum(layer, weights, () => sums, channel),
  };
}

/** What the first step makes of a window of `cells`: a sum for each channel and each of its kernels, as float32. */
function depthwiseSums(values: Float32Array, kernel: Float32Array, cells: number): Float32Array {
  const each = kernel.length / values.length;
  const sums = new Float64Array(kernel.length / cells);
  for (let index = 0; index < kernel.length; index++) {
    sums[index % sums.length] += values[Math.floor(index / each)] * kernel[index];
  }
  return Float32Array.from(sums);
}

/** The inputs under the window that go in most, strongest first, each with the weight that both steps make together. */
export function separableContributions(explanation: SeparableExplanation): Contribution[] {
  const { covered, depthwise, weights, patch, inputShape, from, padded } = explanation;
  const channels = covered.length / padded.length;
  const each = depthwise.length / covered.length;
  const effective = Float64Array.from(covered, (_, input) => {
    let weight = 0;
    for (let m = 0; m < each; m++) {
      weight += depthwise[input * each + m] * weights[(input % channels) * each + m];
    }
    return weight;
  });
  return byStrength(effective.map((weight, input) => weight * covered[input]))
    .slice(0, mostStrongest)
    .map((input) => {
      const index = indexUnder(patch, inputShape, Math.floor(input / channels), input % channels);
      return weighted({ layer: from, index }, covered[input], effective[input]);
    });
}
