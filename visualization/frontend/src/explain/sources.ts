/** Which value of an input an output takes, for the layers whose outputs see at most one value of each input. Pure. */
import { type LayerSpec, lastAxis, size } from "../contract";
import type { Place } from "./place";

/** What a layer reads: the index of the layer that gave it, and that layer's flat values. */
export interface Source {
  readonly layer: number;
  readonly values: Float32Array;
}

export type Shapes = readonly (readonly number[])[];

/** The layers that weigh or compare many values of an input for one output; all others are `sourceIndex`'s. */
export type GatheringLayer = Extract<
  LayerSpec,
  { strides: unknown } | { kind: "dense" | "keras_layer" | "global_max_pool2d" | "global_average_pool2d" }
>;

export function gathers(layer: LayerSpec): layer is GatheringLayer {
  return "strides" in layer || /^(dense|keras_layer|global_.*)$/.test(layer.kind);
}

/** From an index of the layer's flat output to the one in input number `which`; −1 where it takes nothing from there.
 *
 * `shapes` are those of the inputs.
 */
export function sourceIndex(
  layer: Exclude<LayerSpec, GatheringLayer>,
  shapes: Shapes,
  which = 0,
): (output: number) => number {
  switch (layer.kind) {
    case "concatenate":
      return joined(shapes, which);
    case "zero_padding2d": {
      const [height, width, channels] = shapes[0];
      const [[top], [left]] = layer.padding;
      const across = layer.output_shape[1];
      return (output) => {
        const place = Math.floor(output / channels);
        const [row, column] = [Math.floor(place / across) - top, (place % across) - left];
        const inside = row >= 0 && row < height && column >= 0 && column < width;
        return inside ? (row * width + column) * channels + (output % channels) : -1;
      };
    }
    case "up_sampling2d": {
      const [, width, channels] = shapes[0];
      const [, across] = layer.output_shape;
      return (output) => {
        const place = Math.floor(output / channels);
        const row = Math.floor(Math.floor(place / across) / layer.size[0]);
        const column = Math.floor((place % across) / layer.size[1]);
        return (row * width + column) * channels + (output % channels);
      };
    }
    default: {
      // A merge's input of [1, 1, channels] counts at every place; everywhere else places are the same.
      const length = size(shapes[which]);
      return (output) => output % length;
    }
  }
}

function joined(shapes: Shapes, which: number): (output: number) => number {
  const channels = shapes.map(lastAxis);
  const before = (end: number) => channels.slice(0, end).reduce((sum, count) => sum + count, 0);
  const [first, own, all] = [before(which), channels[which], before(channels.length)];
  return (output) => {
    const channel = (output % all) - first;
    return channel >= 0 && channel < own ? Math.floor(output / all) * own + channel : -1;
  };
}

/** A value of an input, and where it is. */
export interface Taken {
  readonly place: Place;
  readonly value: number;
}

/** What the output at `index` takes of each input that it takes anything of. */
export function takenBy(
  layer: Exclude<LayerSpec, GatheringLayer>,
  sources: readonly Source[],
  shapes: Shapes,
  index: number,
): Taken[] {
  return sources.flatMap((source, which) => {
    const from = sourceIndex(layer, shapes, which)(index);
    return from < 0 ? [] : [{ place: { layer: source.layer, index: from }, value: source.values[from] }];
  });
}
