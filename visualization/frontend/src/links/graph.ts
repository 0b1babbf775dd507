/** What is to be drawn: the shown nodes of each column, and the contributions between them. Pure. */
import { inputsOf, type LayerSpec } from "../contract";
import type { Tensors } from "../safetensors";
import { choose, strongestOf } from "./choice";
import type { Column } from "./columns";
import type { Order } from "./contract";
import { type Incoming, incomingOf } from "./contributions";

/** Links into a node that are drawn: more would be a hairball. */
export const mostIncoming = 6;

export interface GraphNode {
  /** Its number in the layer: of the map, the unit, the class. */
  readonly number: number;
  /** Place of its strongest neuron in the layer's flat activations; a unit is one neuron. */
  readonly index: number;
  /** The activation of that neuron. */
  readonly value: number;
  /** What goes into that neuron from all nodes of the column before, shown or not; null for the picture. */
  readonly incoming: Incoming | null;
}
export interface GraphColumn extends Column {
  readonly shown: readonly GraphNode[];
  /** Nodes that are not shown. */
  readonly rest: number;
  readonly activations: Float32Array;
  /** The largest activation of the layer by size, never 0: what full colour stands for. */
  readonly high: number;
  /** Some activation is negative. */
  readonly signed: boolean;
  /** The largest contribution by size between the shown nodes, never 0: what the widest link stands for. */
  readonly widest: number;
}
/** Between the shown nodes at `from` in the column before and `to` in `column`. */
export interface Link {
  readonly column: number;
  readonly from: number;
  readonly to: number;
  readonly contribution: number;
}
/** A shown node: which column, and which of its shown nodes. */
export interface Place {
  readonly column: number;
  readonly row: number;
}
export interface Graph {
  readonly columns: readonly GraphColumn[];
  /** The strongest into each node, at most `mostIncoming`. */
  readonly links: readonly Link[];
}
export interface Reading {
  readonly layers: readonly LayerSpec[];
  readonly weights: Tensors;
  readonly activations: (layer: string) => Float32Array;
}

/** `before`: the graph until now, where nodes should stay calm; null where the choice should be exact. */
export function graphOf(
  columns: readonly Column[],
  { layers, weights, activations }: Reading,
  most: number,
  order: Order,
  before: Graph | null,
): Graph {
  const made: GraphColumn[] = [];
  for (const [place, column] of columns.entries()) {
    const values = activations(column.layer.name);
    const strongest = strongestOf(values, column.nodes);
    const strengths = Float32Array.from(strongest, (index) => Math.abs(values[index]));
    const kept = before?.columns[place]?.shown.map(({ number }) => number) ?? null;
    const all = column.kind === "picture" || column.kind === "classes";
    const numbers = all ? [...strengths.keys()] : choose(strengths, most, order, kept);
    const source = made[place - 1];
    const shown = numbers.map((number): GraphNode => {
      const index = strongest[number];
      const input = source && activations(layers[column.place - 1].name);
      // What is read from elsewhere, or from several layers, has no links from the column before.
      const follows = inputsOf(layers, column.place).join() === String(column.place - 1);
      const incoming =
        source && follows ? incomingOf(column.layer, weights, input, index, source.nodes) : null;
      return { number, index, value: values[index], incoming };
    });
    made.push({
      ...column,
      shown,
      rest: column.nodes - shown.length,
      activations: values,
      high: strengths.reduce((most, strength) => Math.max(most, strength), 0) || 1,
      signed: values.some((value) => value < 0),
      widest: source ? widestOf(source, shown) : 1,
    });
  }
  return { columns: made, links: made.flatMap((_, column) => linksInto(made, column)) };
}

function widestOf(source: GraphColumn, shown: readonly GraphNode[]): number {
  let widest = 0;
  for (const { incoming } of shown) {
    for (const { number } of source.shown) widest = Math.max(widest, Math.abs(incoming?.parts[number] ?? 0));
  }
  return widest || 1;
}

function linksInto(columns: readonly GraphColumn[], column: number): Link[] {
  if (column === 0) return [];
  return columns[column].shown.flatMap((_, to) => linksTo(columns, column, to).slice(0, mostIncoming));
}

/** All links into one shown node that are not 0, the strongest first. */
function linksTo(columns: readonly GraphColumn[], column: number, to: number): Link[] {
  const { incoming } = columns[column].shown[to];
  if (!incoming) return [];
  return columns[column - 1].shown
    .map(({ number }, from): Link => ({ column, from, to, contribution: incoming.parts[number] }))
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}

/** The links of one node alone: the strongest into it, and all that go out to shown nodes. */
export function linksAt({ columns }: Graph, { column, row }: Place): Link[] {
  const into = linksTo(columns, column, row).slice(0, mostIncoming);
  const next = columns[column + 1];
  const out = next ? next.shown.flatMap((_, to) => linksTo(columns, column + 1, to)) : [];
  return [...into, ...out.filter(({ from }) => from === row)];
}

/** What goes into a node, from the largest by size, over all nodes of the column before; zeros left out. */
export function strongestInto(node: GraphNode, count: number): { number: number; contribution: number }[] {
  const parts = node.incoming?.parts ?? new Float64Array();
  return [...parts.keys()]
    .filter((number) => parts[number] !== 0)
    .sort((a, b) => Math.abs(parts[b]) - Math.abs(parts[a]) || a - b)
    .slice(0, count)
    .map((number) => ({ number, contribution: parts[number] }));
}
