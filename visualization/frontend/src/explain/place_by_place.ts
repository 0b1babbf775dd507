/** How a value is computed from the one at the same place of the layer before. Pure. */
import type { ActivationLayer, BatchNormalizationLayer } from "../contract";
import type { Tensors } from "../safetensors";
import { activate, shareOf, softmaxOf } from "./activation";
import type { ActivationExplanation, NormalizationExplanation } from "./explanation";
import { type Place, positionOf } from "./place";

/** gamma · (value − mean) / √(variance + epsilon) + beta, with the channel's own numbers.
 *
 * Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167, at inference.
 */
export function explainNormalization(
  layer: BatchNormalizationLayer,
  weights: Tensors,
  input: Float32Array,
  place: Place,
): NormalizationExplanation {
  const { channel } = positionOf(layer.output_shape, place.index);
  const weight = (name: string) => weights.get(`${layer.name}/${name}`)!.values[channel];
  const value = input[place.index];
  const [mean, variance] = [weight("moving_mean"), weight("moving_variance")];
  const [gamma, beta] = [weight("gamma"), weight("beta")];
  const { epsilon } = layer;
  const deviation = Math.sqrt(variance + epsilon);
  const normal = (value - mean) / deviation;
  return {
    kind: "batch_normalization",
    place,
    result: normal * gamma + beta,
    source: sourceOf(place),
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
  input: Float32Array,
  place: Place,
): ActivationExplanation {
  const { activation } = layer;
  const value = input[place.index];
  const common = { kind: layer.kind, place, source: sourceOf(place), value, activation };
  if (activation !== "softmax") return { ...common, softmax: null, result: activate(value, activation) };
  const channels = layer.output_shape[layer.output_shape.length - 1];
  const own = place.index % channels;
  const start = place.index - own;
  const softmax = softmaxOf(Float64Array.from(input.subarray(start, start + channels)), own);
  return { ...common, softmax, result: shareOf(softmax) };
}

/** The same place in the layer before; flattened values are in the same order too. */
export function sourceOf({ layer, index }: Place): Place {
  return { layer: layer - 1, index };
}
