/** How one neuron's value is computed, with the network's own numbers. Pure.
 *
 * Sums are taken in double precision, as the engine takes them; what is shown agrees with what is drawn to 1e-6.
 */
import type { NetworkSpec } from "../contract";
import type { Tensors } from "../safetensors";
import { byStrength, mostStrongest, weighted } from "./contributions";
import type { Contribution, Explanation } from "./explanation";
import type { Place } from "./place";
import { explainActivation, explainNormalization, sourceOf } from "./place_by_place";
import { explainLargest, explainMean } from "./pooling";
import {
  convContribution,
  denseContribution,
  explainConv,
  explainDense,
  explainDepthwise,
} from "./weighted_sum";

/** Explain the neuron at `place`.
 *
 * `weights` are those that the network was run with; `activations` gives what the named layer came to in that run, flat,
 * channels last.
 */
export function explain(
  spec: NetworkSpec,
  weights: Tensors,
  activations: (layer: string) => Float32Array,
  place: Place,
): Explanation {
  const layer = spec.layers[place.layer];
  if (layer.kind === "input") {
    const result = activations(layer.name)[place.index];
    return { kind: "input", place, result, pixel: Math.round(result * 255) };
  }
  const input = activations(spec.layers[place.layer - 1].name);
  switch (layer.kind) {
    case "flatten":
    case "dropout":
      return { kind: layer.kind, place, result: input[place.index], source: sourceOf(place) };
    case "conv2d":
      return explainConv(layer, weights, input, place);
    case "depthwise_conv2d":
      return explainDepthwise(layer, weights, input, place);
    case "dense":
      return explainDense(layer, weights, input, place);
    case "max_pool2d":
    case "global_max_pool2d":
      return { kind: layer.kind, ...explainLargest(layer, input, place) };
    case "average_pool2d":
    case "global_average_pool2d":
      return { kind: layer.kind, ...explainMean(layer, input, place) };
    case "batch_normalization":
      return explainNormalization(layer, weights, input, place);
    case "activation":
      return explainActivation(layer, input, place);
  }
}

/** What goes in most, strongest first: at most 12 inputs of a sum or a mean, the winner of a pooling, or the one source. */
export function strongest(explanation: Explanation): Contribution[] {
  switch (explanation.kind) {
    case "input":
      return [];
    case "flatten":
    case "dropout":
      return [weighted(explanation.source, explanation.result, 1)];
    case "max_pool2d":
    case "global_max_pool2d":
      return [weighted(explanation.winner, explanation.result, 1)];
    case "average_pool2d":
    case "global_average_pool2d":
      return [...explanation.strongest];
    case "batch_normalization":
      return [weighted(explanation.source, explanation.value, explanation.gamma / explanation.deviation)];
    case "activation":
      return [weighted(explanation.source, explanation.value, 1)];
    case "conv2d":
    case "depthwise_conv2d":
      return byStrength(explanation.products)
        .slice(0, mostStrongest)
        .map((input) => convContribution(explanation, input));
    case "dense":
      return byStrength(explanation.products)
        .slice(0, mostStrongest)
        .map((input) => denseContribution(explanation, input));
  }
}
