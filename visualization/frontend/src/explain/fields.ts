/** What a neuron depends on and what depends on it: exact, from the shapes alone. Pure.
 *
 * A mask over the flat activations is carried from layer to layer, along every wire: where branches meet, their masks are
 * united. What a window sees is in window_fields.ts.
 */
import { inputsOf, type LayerSpec, lastAxis, size } from "../contract";
import type { Place } from "./place";
import { gathers, type Shapes, sourceIndex } from "./sources";
import { markWindowSources, markWindowTargets } from "./window_fields";

/** All that the neuron is computed from: for each layer before its own a mask over the flat activations.
 *
 * Keys are indices of layers, from the one before the neuron's down to 0, the input; a mask holds 1 where the neuron
 * depends on that activation through the structure of the network, whatever the weights are. A layer that only Keras
 * knows is taken to read everything.
 */
export function receptiveField(layers: readonly LayerSpec[], place: Place): Map<number, Uint8Array> {
  const masks = emptyMasks(layers.slice(0, place.layer + 1));
  masks[place.layer][place.index] = 1;
  for (let index = place.layer; index > 0; index--) {
    const layer = layers[index];
    if (!masks[index].includes(1)) continue;
    const outputs = mixesChannels(layer) ? spread(masks[index], lastAxis(layer.output_shape)) : masks[index];
    const sources = inputsOf(layers, index);
    const shapes = sources.map((source) => layers[source].output_shape);
    for (const [which, source] of sources.entries()) {
      markSources(layer, shapes, which, outputs, masks[source]);
    }
  }
  const before = Array.from({ length: place.layer }, (_, at) => place.layer - 1 - at);
  return new Map(before.map((index) => [index, masks[index]]));
}

/** All that the neuron or pixel has a part in: masks as `receptiveField` gives them, of all layers after its own. */
export function reach(layers: readonly LayerSpec[], place: Place): Map<number, Uint8Array> {
  const masks = emptyMasks(layers);
  masks[place.layer][place.index] = 1;
  for (let index = place.layer + 1; index < layers.length; index++) {
    const layer = layers[index];
    const sources = inputsOf(layers, index);
    const shapes = sources.map((source) => layers[source].output_shape);
    for (const [which, source] of sources.entries()) {
      if (masks[source].includes(1)) markTargets(layer, shapes, which, masks[source], masks[index]);
    }
    if (mixesChannels(layer)) masks[index] = spread(masks[index], lastAxis(layer.output_shape));
  }
  return new Map([...masks.entries()].slice(place.layer + 1));
}

/** Mark what of input number `which` a layer needs for these outputs. */
function markSources(
  layer: LayerSpec,
  shapes: Shapes,
  which: number,
  outputs: Uint8Array,
  inputs: Uint8Array,
): void {
  if (!gathers(layer)) {
    const from = sourceIndex(layer, shapes, which);
    for (let output = 0; output < outputs.length; output++) {
      const input = outputs[output] ? from(output) : -1;
      if (input >= 0) inputs[input] = 1;
    }
  } else if (layer.kind === "dense" || layer.kind === "keras_layer") inputs.fill(1);
  else markWindowSources(layer, outputs, inputs);
}

/** Mark which outputs of a layer need any of these values of input number `which`, of which there is one. */
function markTargets(
  layer: LayerSpec,
  shapes: Shapes,
  which: number,
  inputs: Uint8Array,
  outputs: Uint8Array,
): void {
  if (!gathers(layer)) {
    const from = sourceIndex(layer, shapes, which);
    for (let output = 0; output < outputs.length; output++) {
      const input = from(output);
      if (input >= 0 && inputs[input]) outputs[output] = 1;
    }
  } else if (layer.kind === "dense" || layer.kind === "keras_layer") outputs.fill(1);
  else markWindowTargets(layer, inputs, outputs);
}

/** Softmax makes every output of a place depend on all others there. */
function mixesChannels(layer: LayerSpec): boolean {
  return "activation" in layer && layer.activation === "softmax";
}

/** All channels of every place of which one is marked. */
function spread(mask: Uint8Array, channels: number): Uint8Array {
  const all = mask.slice();
  for (let start = 0; start < all.length; start += channels) {
    if (all.subarray(start, start + channels).includes(1)) all.fill(1, start, start + channels);
  }
  return all;
}

function emptyMasks(layers: readonly LayerSpec[]): Uint8Array[] {
  return layers.map(({ output_shape }) => new Uint8Array(size(output_shape)));
}
