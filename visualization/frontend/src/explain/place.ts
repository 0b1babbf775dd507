/** Where a neuron is in a network. Pure. */
import { inputsOf, type LayerSpec, type Shape3, size } from "../contract";

/** One neuron: a layer, and a place in that layer's flat activations, channels last. */
export interface Place {
  /** Index in the network's layers, which is also the index of its wall. */
  readonly layer: number;
  readonly index: number;
}

/** A neuron's place in its layer; units without a place in the picture have row and column 0 and are channels. */
export interface Position {
  readonly row: number;
  readonly column: number;
  readonly channel: number;
}

/** [rows, columns, channels]; a layer of units is one pixel with as many channels, tokens are the rows of one map. */
export function asImageShape(shape: readonly number[]): Shape3 {
  if (shape.length === 3) return [shape[0], shape[1], shape[2]];
  return shape.length === 2 ? [shape[0], shape[1], 1] : [1, 1, size(shape)];
}

export function positionOf(shape: readonly number[], index: number): Position {
  const [, columns, channels] = asImageShape(shape);
  const pixel = Math.floor(index / channels);
  return { row: Math.floor(pixel / columns), column: pixel % columns, channel: index % channels };
}

export function indexOf(shape: readonly number[], { row, column, channel }: Position): number {
  const [, columns, channels] = asImageShape(shape);
  return (row * columns + column) * channels + channel;
}

export function samePlace(one: Place, other: Place): boolean {
  return one.layer === other.layer && one.index === other.index;
}

/** The neuron whose value this one is: some layers hand on the values that they read, in the same order. */
export function originOf(layers: readonly LayerSpec[], place: Place): Place {
  let { layer } = place;
  while (["flatten", "reshape", "dropout"].includes(layers[layer].kind)) [layer] = inputsOf(layers, layer);
  return { layer, index: place.index };
}
