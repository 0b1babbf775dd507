/** What is to be drawn: the shown nodes of each column, and the contributions between them. Pure. */
import type { LayerSpec } from "../contract";
import type { Tensors } from "../safetensors";
import { choose, chooseOutputs, strongestOf, usualOutputs } from "./choice";
import type { Column } from "./columns";
import type { Order } from "./contract";
import { type Gathered, gathered } from "./incoming";

/** Links into a node that are drawn: more would be a hairball. */
export const mostIncoming = 6;

export interface GraphNode {
  /** Its number in the layer: of the map, the unit, the class. */
  readonly number: number;
  /** Place of its strongest neuron in the layer's flat activations; a unit is one neuron. */
  readonly index: number;
  /** The activation of that neuron. */
  readonly value: number;
  /** What goes into that neuron from all nodes of the columns that are read, shown or not; null for the picture. */
  readonly incoming: Gathered | null;
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
/** Between the shown nodes at `from` in the column `source` and `to` in `column`. */
export interface Link {
  readonly column: number;
  readonly source: number;
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

/** `before`: the graph until now, where nodes should stay calm; null where the choice should be exact. `outputs`: how
 * many of the last layer have room. */
export function graphOf(
  columns: readonly Column[],
  reading: Reading,
  most: number,
  order: Order,
  before: Graph | null,
  outputs = usualOutputs,
): Graph {
  const made: GraphColumn[] = [];
  for (const [place, column] of columns.entries()) {
    const values = reading.activations(column.layer.name);
    const strongest = strongestOf(values, column.nodes);
    const strengths = Float32Array.from(strongest, (index) => Math.abs(values[index]));
    const kept = before?.columns[place]?.shown.map(({ number }) => number) ?? null;
    const numbers =
      column.kind === "picture"
        ? [...strengths.keys()]
        : column.kind === "classes"
          ? chooseOutputs(
              Float32Array.from(strongest, (index) => values[index]),
              outputs,
              order,
            )
          : choose(strengths, most, order, kept);
    const shown = numbers.map((number): GraphNode => {
      const index = strongest[number];
      return { number, index, value: values[index], incoming: gathered(columns, column, reading, index) };
    });
    made.push({
      ...column,
      shown,
      rest: column.nodes - shown.length,
      activations: values,
      high: strengths.reduce((most, strength) => Math.max(most, strength), 0) || 1,
      signed: values.some((value) => value < 0),
      widest: widestOf(made, column, shown),
    });
  }
  return { columns: made, links: made.flatMap((_, column) => linksInto(made, column)) };
}

function widestOf(made: readonly GraphColumn[], column: Column, shown: readonly GraphNode[]): number {
  let widest = 0;
  for (const { incoming } of shown) {
    for (const { part } of partsShown(made, column))
      widest = Math.max(widest, Math.abs(incoming!.parts[part]));
  }
  return widest || 1;
}

/** The shown nodes that a column reads, and which of its nodes' parts is theirs. */
function partsShown(
  columns: readonly GraphColumn[],
  { sources }: Column,
): { readonly source: number; readonly from: number; readonly part: number }[] {
  let before = 0;
  return sources.flatMap((source) => {
    const { shown, nodes } = columns[source];
    const own = shown.map(({ number }, from) => ({ source, from, part: before + number }));
    before += nodes;
    return own;
  });
}

function linksInto(columns: readonly GraphColumn[], column: number): Link[] {
  if (column === 0) return [];
  return columns[column].shown.flatMap((_, to) => linksTo(columns, column, to).slice(0, mostIncoming));
}

/** All links into one shown node that are not 0, the strongest first. */
function linksTo(columns: readonly GraphColumn[], column: number, to: number): Link[] {
  const { incoming } = columns[column].shown[to];
  if (!incoming) return [];
  return partsShown(columns, columns[column])
    .map(({ source, from, part }): Link => ({ column, source, from, to, contribution: incoming.parts[part] }))
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}

/** The links of one node alone: the strongest into it, and all that go out to shown nodes. */
export function linksAt({ columns }: Graph, { column, row }: Place): Link[] {
  const into = linksTo(columns, column, row).slice(0, mostIncoming);
  const readers = [...columns.keys()].filter((other) => columns[other].sources.includes(column));
  const out = readers.flatMap((reader) =>
    columns[reader].shown.flatMap((_, to) => linksTo(columns, reader, to)),
  );
  return [...into, ...out.filter(({ source, from }) => source === column && from === row)];
}

/** What goes into a node, from the largest by size, over all nodes of the columns that are read; zeros left
 * out. `number` is that of a part: see `originOf`. */
export function strongestInto(node: GraphNode, count: number): { number: number; contribution: number }[] {
  const parts = node.incoming?.parts ?? new Float64Array();
  return [...parts.keys()]
    .filter((number) => parts[number] !== 0)
    .sort((a, b) => Math.abs(parts[b]) - Math.abs(parts[a]) || a - b)
    .slice(0, count)
    .map((number) => ({ number, contribution: parts[number] }));
}
