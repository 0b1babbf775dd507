/** The columns of the picture: which layers have one, and what a node in it stands for. Pure. */
import { inputsOf, type LayerSpec, size } from "../contract";

/** picture: the input; maps: a node is a feature map; units: a node is one neuron; classes: the last layer's units. */
export type ColumnKind = "picture" | "maps" | "units" | "classes";

export interface Column {
  readonly kind: ColumnKind;
  /** Place of its layer in the network. */
  readonly place: number;
  readonly layer: LayerSpec;
  /** Nodes of the whole layer. The flat activations have the nodes' values in turn: value i is of node i % nodes. */
  readonly nodes: number;
  /** Of one node: more than 1 × 1 for pictures and maps alone. */
  readonly rows: number;
  readonly columns: number;
  /** Indices of the columns that have what its layer reads, in the order in which it reads them; none for the picture. */
  readonly sources: readonly number[];
  /** The layers themselves: a column has the same values as those that only hand on its numbers. */
  readonly reads: readonly number[];
  /** Titles of the layers after it that hand on its numbers unchanged and have no column of their own. */
  readonly handedOn: readonly string[];
}

interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly nodes: number;
}

/** `everyLayer`: flatten and dropout, which only hand on what they get, have columns too. The last layer always has. */
export function columnsOf(layers: readonly LayerSpec[], everyLayer: boolean): Column[] {
  const columns: Column[] = [];
  const grids: Grid[] = []; // of each layer
  const at: number[] = []; // the column that has each layer's values
  for (const [place, layer] of layers.entries()) {
    const last = place === layers.length - 1;
    const reads = inputsOf(layers, place);
    const before = grids[reads[0]] ?? units(1);
    grids[place] =
      last && layer.output_shape.length === 1 ? units(size(layer.output_shape)) : gridOf(layer, before);
    const grid = grids[place];
    if (!everyLayer && !last && handsOn(layer)) {
      at[place] = at[reads[0]];
      const source = columns[at[place]];
      columns[at[place]] = { ...source, handedOn: [...source.handedOn, layer.title] };
      continue;
    }
    at[place] = columns.length;
    const sources = reads.map((read) => at[read]);
    columns.push({ kind: kindOf(layer, grid, last), place, layer, ...grid, sources, reads, handedOn: [] });
  }
  return columns;
}

function handsOn({ kind }: LayerSpec): boolean {
  return kind === "flatten" || kind === "dropout";
}

function units(nodes: number): Grid {
  return { rows: 1, columns: 1, nodes };
}

/** Flattened maps stay maps: their values are only written in a row, and the next layers may treat them one by one. */
function gridOf(layer: LayerSpec, before: Grid): Grid {
  const shape = layer.output_shape;
  if (shape.length === 3) return { rows: shape[0], columns: shape[1], nodes: shape[2] };
  if (shape.length === 2) return { rows: shape[0], columns: shape[1], nodes: 1 }; // tokens are one map
  const sameValues = ["flatten", "dropout", "activation", "batch_normalization"].includes(layer.kind);
  return sameValues && before.rows * before.columns * before.nodes === shape[0] ? before : units(shape[0]);
}

function kindOf(layer: LayerSpec, grid: Grid, last: boolean): ColumnKind {
  if (layer.kind === "input") return "picture";
  if (last) return "classes";
  return grid.rows * grid.columns > 1 ? "maps" : "units";
}
