/** What a layer does that moves values or merges them, in a sentence or two. Pure. */
import type { ElementwiseKind, LayerSpec, RescalingLayer, ZeroPadding2dLayer } from "../contract";

const merged: Readonly<Record<ElementwiseKind, string>> = {
  add: "are added up",
  subtract: "are subtracted, the second from the first",
  multiply: "are multiplied",
  average: "are averaged",
  maximum: "are compared: the largest goes on",
  minimum: "are compared: the smallest goes on",
};

/** `reads` are the layers that this one reads. */
export function aboutMoves(layer: LayerSpec, reads: readonly LayerSpec[]): string {
  const [before] = reads;
  const all = listed(reads.map(({ title }) => title));
  switch (layer.kind) {
    case "reshape":
      return (
        `The values of ${before.title} in the same order, counted as ${layer.output_shape.join(" × ")} instead of ` +
        `${layer.input_shape.join(" × ")}. Nothing is computed.`
      );
    case "zero_padding2d":
      return aboutPadding(layer, before);
    case "up_sampling2d":
      return (
        `Every value of ${before.title} fills ${layer.size[0]} × ${layer.size[1]} cells: maps of ` +
        `${cells(layer.input_shape)} become maps of ${cells(layer.output_shape)}.`
      );
    case "rescaling":
      return aboutRescaling(layer, before);
    case "add":
    case "subtract":
    case "multiply":
    case "average":
    case "maximum":
    case "minimum": {
      const alone = reads.filter(({ output_shape }) => output_shape.join() !== layer.output_shape.join());
      const each = alone.length
        ? ` ${listed(alone.map(({ title }) => title))} has one value for each map, which counts at every place.`
        : "";
      return `The values of ${all} at the same place ${merged[layer.kind]}.${each}`;
    }
    case "concatenate": {
      const what = ["units", "features", "maps"][layer.output_shape.length - 1];
      return `The ${what} of ${all} side by side, one layer after the other. Nothing is computed.`;
    }
    case "keras_layer":
      return `A layer of Keras’s own, ${layer.class_name}. Keras computes it from ${before.title}; the page shows what comes out.`;
    default:
      throw new Error(`A layer of kind ${layer.kind} neither moves values nor merges them.`);
  }
}

function aboutPadding({ padding }: ZeroPadding2dLayer, before: LayerSpec): string {
  const [[top, bottom], [left, right]] = padding;
  return (
    `The maps of ${before.title} with a border of zeros around them: ${top} rows above, ${bottom} below, ` +
    `${left} columns on the left, ${right} on the right.`
  );
}

function aboutRescaling({ scale, offset }: RescalingLayer, before: LayerSpec): string {
  const [factor, shift] = [scale, offset].map((numbers) =>
    typeof numbers === "number" ? String(numbers).replace("-", "−") : "a number of its map’s own",
  );
  return `Every value of ${before.title} times ${factor}, plus ${shift}. These numbers are set, not learned.`;
}

function cells([rows, columns]: readonly number[]): string {
  return `${rows} × ${columns}`;
}

/** "a", "a and b", "a, b and c". */
function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}
