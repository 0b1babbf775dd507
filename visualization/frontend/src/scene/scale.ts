/** What the palette's ends mean: the largest value of a map, of a layer, or of the network. Pure. */
import type { LayerSpec } from "../contract";

export type Extent = "map" | "layer" | "network";

export interface Range {
  readonly low: number;
  readonly high: number;
  /** Some value of the layer is negative: the range is symmetric about zero. */
  readonly signed: boolean;
  /** What `high` is the largest value of; a layer without maps has no "map", the input and shares no "network". */
  readonly kind: Extent;
}

export interface Scale {
  readonly kind: Extent;
  readonly signed: boolean;
  /** Largest absolute value for each channel; one for all where the kind is not "map". Never zero. */
  readonly highs: Float32Array;
}

/** A scale for each layer, from its activations (flat, channels last).
 *
 * The input's pixels and the shares of a softmax always lie between 0 and 1 whatever the rest does: they neither set
 * nor follow the network's scale, but keep one of their own layer.
 */
export function scalesOf(
  layers: readonly LayerSpec[],
  activations: readonly Float32Array[],
  extent: Extent,
): Scale[] {
  const kinds = layers.map((layer) => kindFor(layer, extent));
  const extremes = activations.map(extremesOf);
  const largest = extremes.map(({ least, most }) => Math.max(most, -least));
  const shared = Math.max(0, ...largest.filter((_, index) => kinds[index] === "network"));
  return layers.map((layer, index) => {
    const kind = kinds[index];
    const values = activations[index];
    const signed = extremes[index].least < 0;
    if (kind === "map") return { kind, signed, highs: largestByChannel(values, layer.output_shape[2]) };
    return { kind, signed, highs: Float32Array.of((kind === "network" ? shared : largest[index]) || 1) };
  });
}

function kindFor(layer: LayerSpec, extent: Extent): Extent {
  if (extent === "map") return layer.output_shape.length === 3 ? "map" : "layer";
  const shares = layer.kind === "dense" && layer.activation === "softmax";
  return layer.kind === "input" || shares ? "layer" : extent;
}

/** The range of one channel, or of the layer's strongest. */
export function rangeIn({ kind, signed, highs }: Scale, channel: number | null): Range {
  const high = channel !== null && kind === "map" ? highs[channel] : Math.max(...highs);
  return { low: signed ? -high : 0, high, signed, kind };
}

/** Activations over their range, −1 … 1, written to `strengths`. */
export function writeStrengths(values: Float32Array, { highs }: Scale, strengths: Float32Array): void {
  const count = highs.length;
  if (count === 1) {
    const [high] = highs;
    for (let index = 0; index < values.length; index++) strengths[index] = values[index] / high;
    return;
  }
  // Channels last: each cell has a value for each map.
  for (let cell = 0; cell < values.length; cell += count) {
    for (let map = 0; map < count; map++) strengths[cell + map] = values[cell + map] / highs[map];
  }
}

/** Added to the strength of a neuron that is the maximum of its range; strengths alone never exceed 1. */
export const maximumMark = 4;

/** Places in the flat activations of each range's largest positive value. */
export function maximaOf(
  layers: readonly LayerSpec[],
  activations: readonly Float32Array[],
  scales: readonly Scale[],
): number[][] {
  const maxima = activations.map((values, layer) => {
    const best = Array.from(scales[layer].highs, () => -1);
    for (let index = 0; index < values.length; index++) {
      const range = index % best.length;
      if (values[index] > (best[range] < 0 ? 0 : values[best[range]])) best[range] = index;
    }
    return best.filter((index) => index >= 0);
  });
  const top = (layer: number) => (maxima[layer].length ? activations[layer][maxima[layer][0]] : 0);
  const shared = layers.map((_, layer) => layer).filter((layer) => scales[layer].kind === "network");
  const most = Math.max(0, ...shared.map(top));
  return maxima.map((places, layer) => (scales[layer].kind === "network" && top(layer) < most ? [] : places));
}

/** Least and most, zero included: plain comparisons, since this runs for every neuron while the pen moves. */
function extremesOf(values: Float32Array): { least: number; most: number } {
  let [least, most] = [0, 0];
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value < least) least = value;
    else if (value > most) most = value;
  }
  return { least, most };
}

function largestByChannel(values: Float32Array, channels: number): Float32Array {
  const highs = new Float32Array(channels);
  for (let cell = 0; cell < values.length; cell += channels) {
    for (let map = 0; map < channels; map++) {
      const strength = Math.abs(values[cell + map]);
      if (strength > highs[map]) highs[map] = strength;
    }
  }
  return highs.map((high) => high || 1); // a map of zeros still needs a scale
}
