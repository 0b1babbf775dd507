/** What goes into one neuron from all the columns that its layer reads, and where that has no meaning. Pure. */
import type { LayerSpec } from "../contract";
import { explain, strongest } from "../explain/arithmetic";
import type { Column } from "./columns";
import { type Incoming, incomingOf, isWeighed } from "./contributions";
import type { Reading } from "./graph";

/** Parts go by the nodes of the columns that are read, one column after the other. */
export interface Gathered extends Incoming {
  /** Why there are no parts; null where there are. */
  readonly why: string | null;
}

/** Neuron `index` of the layer of `column`; null for the picture, which reads nothing. */
export function gathered(
  columns: readonly Column[],
  column: Column,
  { layers, weights, activations }: Reading,
  index: number,
): Gathered | null {
  const { layer, place, sources, reads } = column;
  if (sources.length === 0) return null;
  const nodes = sources.map((source) => columns[source].nodes);
  const all = nodes.reduce((sum, count) => sum + count, 0);
  const why = withoutParts(layer);
  if (why) return { parts: new Float64Array(all), bias: 0, sum: activations(layer.name)[index], why };
  if (isWeighed(layer)) {
    return { ...incomingOf(layer, weights, activations(layers[reads[0]].name), index, nodes[0]), why };
  }
  const explanation = explain({ title: "", layers }, weights, activations, { layer: place, index });
  const parts = new Float64Array(all);
  for (const { place: from, product } of strongest(explanation)) {
    const which = reads.indexOf(from.layer);
    const before = nodes.slice(0, which).reduce((sum, count) => sum + count, 0);
    parts[before + (from.index % nodes[which])] += product;
  }
  const bias =
    explanation.kind === "rescaling" ? explanation.result - parts.reduce((sum, part) => sum + part, 0) : 0;
  return { parts, bias, sum: parts.reduce((sum, part) => sum + part, bias), why };
}

function withoutParts(layer: LayerSpec): string | null {
  if (layer.kind === "multiply") {
    return "It is a product: no share of it comes from one factor alone, so no links are drawn.";
  }
  return layer.kind === "keras_layer"
    ? `Keras’s ${layer.class_name} computes it: what each input adds is not known here, so no links are drawn.`
    : null;
}

/** Whose part number `number` of a node's `parts` is. */
export function originOf(
  columns: readonly Column[],
  { sources }: Column,
  number: number,
): { readonly column: number; readonly number: number } {
  let before = 0;
  for (const column of sources) {
    const { nodes } = columns[column];
    if (number < before + nodes) return { column, number: number - before };
    before += nodes;
  }
  throw new RangeError(`part ${number} of ${before}`);
}
