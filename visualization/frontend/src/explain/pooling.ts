/** How a pooled value is computed: the largest of a window, or the mean of it. Pure. */
import { byStrength, mostStrongest, weighted } from "./contributions";
import type { AverageExplanation, PoolExplanation } from "./explanation";
import { type Covered, channelOf, coveredBy, indexUnder, type WindowLayer } from "./patch";
import { type Place, positionOf } from "./place";
import type { Source } from "./sources";

interface Pooled extends Covered {
  readonly channel: number;
}

/** The largest value under the window, the first of equals; padding never wins. */
export function explainLargest(
  layer: WindowLayer,
  source: Source,
  place: Place,
): Omit<PoolExplanation, "kind"> {
  const { patch, values, padded, channel } = pooled(layer, source, place);
  let winningCell = -1;
  for (let cell = 0; cell < values.length; cell++) {
    if (!padded[cell] && (winningCell < 0 || values[cell] > values[winningCell])) winningCell = cell;
  }
  const index = indexUnder(patch, layer.input_shape, winningCell, channel);
  const winner = { layer: source.layer, index };
  return {
    place,
    from: source.layer,
    result: values[winningCell],
    patch,
    padded,
    values,
    winningCell,
    winner,
  };
}

/** The mean of the values under the window; padding is not counted. */
export function explainMean(
  layer: WindowLayer,
  source: Source,
  place: Place,
): Omit<AverageExplanation, "kind"> {
  const { patch, values, padded, channel } = pooled(layer, source, place);
  const sum = values.reduce((total, value) => total + value, 0);
  const count = padded.reduce((total, cell) => total + 1 - cell, 0);
  const strongest = byStrength(values)
    .slice(0, mostStrongest)
    .map((cell) => {
      const index = indexUnder(patch, layer.input_shape, cell, channel);
      return weighted({ layer: source.layer, index }, values[cell], 1 / count);
    });
  return { place, from: source.layer, result: sum / count, patch, padded, values, sum, count, strongest };
}

/** The values of the output's own channel. */
function pooled(layer: WindowLayer, source: Source, place: Place): Pooled {
  const covered = coveredBy(layer, source.values, place);
  const { channel } = positionOf(layer.output_shape, place.index);
  return { ...covered, values: channelOf(covered, channel), channel };
}
