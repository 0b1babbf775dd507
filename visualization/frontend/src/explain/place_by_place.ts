/** How a value is computed from the one at the same place of the layer that is read. Pure. */
import {
  type ActivationLayer,
  type BatchNormalizationLayer,
  lastAxis,
  type RescalingLayer,
} from "../contract";
import { ofChannel } from "../engine/rescaling";
import type { Tensors } from "../safetensors";
import { activate, shareOf, softmaxOf } from "./activation";
import type { ActivationExplanation, NormalizationExplanation, RescalingExplanation } from "./explanation";
import type { Place } from "./place";
import type { Source } from "./sources";

/** gamma · (value − mean) / √(variance + epsilon) + beta, with the channel's own numbers.
 *
 * Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167, at inference.
 */
export function explainNormalization(
  layer: BatchNormalizationLayer,
  weights: Tensors,
  source: Source,
  place: Place,
): NormalizationExplanation {
  const channel = place.index % lastAxis(layer.output_shape);
  const weight = (name: string) => weights.get(`${layer.name}/${name}`)!.values[channel];
  const value = source.values[place.index];
  const [mean, variance] = [weight("moving_mean"), weight("moving_variance")];
  const [gamma, beta] = [weight("gamma"), weight("beta")];
  const { epsilon } = layer;
  const deviation = Math.sqrt(variance + epsilon);
  const normal = (value - mean) / deviation;
  return {
    kind: "batch_normalization",
    place,
    result: normal * gamma + beta,
    source: sourceOf(source, place),
    value,
    mean,
    variance,
    epsilon,
    deviation,
    normal,
    gamma,
    beta,
  };
}

export function explainActivation(
  layer: ActivationLayer,
  source: Source,
  place: Place,
): ActivationExplanation {
  const { activation } = layer;
  const value = source.values[place.index];
  const common = { kind: layer.kind, place, source: sourceOf(source, place), value, activation };
  if (activation !== "softmax") return { ...common, softmax: null, result: activate(value, activation) };
  const channels = lastAxis(layer.output_shape);
  const own = place.index % channels;
  const start = place.index - own;
  const softmax = softmaxOf(Float64Array.from(source.values.subarray(start, start + channels)), own);
  return { ...common, softmax, result: shareOf(softmax) };
}

export function explainRescaling(layer: RescalingLayer, source: Source, place: Place): RescalingExplanation {
  const channel = place.index % lastAxis(layer.output_shape);
  const [scale, offset] = [layer.scale, layer.offset].map((numbers) => ofChannel(numbers, channel));
  const value = source.values[place.index];
  const result = value * scale + offset;
  return { kind: "rescaling", place, source: sourceOf(source, place), value, scale, offset, result };
}

/** The same place in the layer that is read. */
function sourceOf({ layer }: Source, { index }: Place): Place {
  return { layer, index };
}
