/** The columns of the picture: which layers have one, and what a node in it stands for. Pure. */
import { type LayerSpec, size } from "../contract";

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
  let grid: Grid = { rows: 1, columns: 1, nodes: 1 };
  for (const [place, layer] of layers.entries()) {
    const last = place === layers.length - 1;
    grid = last ? units(size(layer.output_shape)) : gridOf(layer, grid);
    if (!everyLayer && !last && handsOn(layer)) {
      const before = columns.pop()!;
      columns.push({ ...before, handedOn: [...before.handedOn, layer.title] });
    } else columns.push({ kind: kindOf(layer, grid, last), place, layer, ...grid, handedOn: [] });
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
  const sameValues = ["flatten", "dropout", "activation", "batch_normalization"].includes(layer.kind);
  return sameValues && before.rows * before.columns * before.nodes === shape[0] ? before : units(shape[0]);
}

function kindOf(layer: LayerSpec, grid: Grid, last: boolean): ColumnKind {
  if (layer.kind === "input") return "picture";
  if (last) return "classes";
  return grid.rows * grid.columns > 1 ? "maps" : "units";
}
