/** How one neuron's value is computed, with the network's own numbers. Pure.
 *
 * Sums are taken in double precision, as the engine takes them; what is shown agrees with what is drawn to 1e-6.
 */
import { type InputLayer, inputsOf, type LayerSpec, type NetworkSpec } from "../contract";
import type { Tensors } from "../safetensors";
import { byStrength, mostStrongest, weighted } from "./contributions";
import type { Contribution, Explanation } from "./explanation";
import { explainMerge } from "./merging";
import type { Place } from "./place";
import { explainActivation, explainNormalization, explainRescaling } from "./place_by_place";
import { explainLargest, explainMean } from "./pooling";
import { explainSeparable, separableContributions } from "./separable";
import { type GatheringLayer, gathers, type Source, type Taken, takenBy } from "./sources";
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
  const reads = inputsOf(spec.layers, place.layer);
  const sources = reads.map((index) => ({ layer: index, values: activations(spec.layers[index].name) }));
  if (!gathers(layer)) {
    const shapes = reads.map((index) => spec.layers[index].output_shape);
    return explainTaken(layer, weights, sources[0], takenBy(layer, sources, shapes, place.index), place);
  }
  const [source] = sources;
  switch (layer.kind) {
    case "conv2d":
      return explainConv(layer, weights, source, place);
    case "depthwise_conv2d":
      return explainDepthwise(layer, weights, source, place);
    case "separable_conv2d":
      return explainSeparable(layer, weights, source, place);
    case "dense":
      return explainDense(layer, weights, source, place);
    case "max_pool2d":
    case "global_max_pool2d":
      return { kind: layer.kind, ...explainLargest(layer, source, place) };
    case "average_pool2d":
    case "global_average_pool2d":
      return { kind: layer.kind, ...explainMean(layer, source, place) };
    case "keras_layer": {
      const { kind, class_name: className, config } = layer;
      return { kind, place, result: activations(layer.name)[place.index], className, config, reads };
    }
  }
}

/** A neuron that sees at most one value of each input: `taken`. */
function explainTaken(
  layer: Exclude<LayerSpec, GatheringLayer | InputLayer>,
  weights: Tensors,
  source: Source,
  taken: readonly Taken[],
  place: Place,
): Explanation {
  switch (layer.kind) {
    case "flatten":
    case "reshape":
    case "dropout":
    case "concatenate":
    case "up_sampling2d":
      return { kind: layer.kind, place, result: taken[0].value, source: taken[0].place };
    case "zero_padding2d":
      return { kind: layer.kind, place, result: taken[0]?.value ?? 0, source: taken[0]?.place ?? null };
    case "batch_normalization":
      return explainNormalization(layer, weights, source, place);
    case "activation":
      return explainActivation(layer, source, place);
    case "rescaling":
      return explainRescaling(layer, source, place);
    default:
      return explainMerge(layer.kind, taken, place);
  }
}

/** What goes in most, strongest first: at most 12 inputs of a sum, a mean or a merge, the winner of a pooling, or the one
 * source. */
export function strongest(explanation: Explanation): Contribution[] {
  switch (explanation.kind) {
    case "input":
    case "keras_layer":
      return [];
    case "zero_padding2d":
      return explanation.source ? [weighted(explanation.source, explanation.result, 1)] : [];
    case "flatten":
    case "reshape":
    case "dropout":
    case "concatenate":
    case "up_sampling2d":
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
    case "rescaling":
      return [weighted(explanation.source, explanation.value, explanation.scale)];
    case "add":
    case "subtract":
    case "multiply":
    case "average":
    case "maximum":
    case "minimum": {
      const { parts } = explanation;
      return byStrength(parts.map(({ product }) => product))
        .slice(0, mostStrongest)
        .map((part) => parts[part]);
    }
    case "separable_conv2d":
      return separableContributions(explanation);
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
