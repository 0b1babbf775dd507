/** The picture of the links in words: titles, a node's readout, the table and the CSV of what is shown. Pure. */
import { activationNames } from "../card/wording";
import { positionOf } from "../explain/place";
import { othersInWords } from "../scene/ranking";
import { colours, decimal, neuronInWords, percent } from "../scene/words";
import type { Column } from "./columns";
import { type Graph, type GraphColumn, type GraphNode, type Place, strongestInto } from "./graph";
import { originOf } from "./incoming";

const listed = 4; // strongest contributions in a readout: what a line holds

/** "+0.84", "−0.31". */
export function signed(value: number): string {
  return value < 0 ? decimal(value) : `+${decimal(value)}`;
}

/** "32 maps", "128 units", "28 × 28 pixels". */
export function countInWords({ kind, nodes, rows, columns }: Column): string {
  if (kind === "picture") return `${rows} × ${columns} pixels`;
  const what = kind === "maps" ? "map" : kind === "classes" ? "class" : "unit";
  const plural = what === "class" ? "classes" : `${what}s`;
  return `${nodes.toLocaleString("en")} ${nodes === 1 ? what : plural}`;
}

/** "map 17", "unit 3", "class “7”", "the picture". */
export function nodeName(column: Column, number: number, classNames: readonly string[]): string {
  switch (column.kind) {
    case "picture":
      if (column.nodes === 1) return "the picture";
      return column.nodes === 3 ? colours[number] : `channel ${number}`;
    case "maps":
      return `map ${number}`;
    case "units":
      return `unit ${number}`;
    case "classes":
      return `class “${classNames[number]}”`;
  }
}

/** Under a node: its number and its value. */
export function labelOf(column: Column, node: GraphNode): string {
  if (column.kind === "picture") return nodeName(column, node.number, []);
  return `${node.number} · ${decimal(node.value)}`;
}

/** Whether the layer's values are shares that add up to 1. */
export function isShares({ layer }: Column): boolean {
  return "activation" in layer && layer.activation === "softmax";
}

export function valueInWords(column: Column, value: number): string {
  return isShares(column) ? percent(value) : decimal(value);
}

/** Of those that are not shown: "24 more", "and 90 others: 3.1 %"; nothing where all are. */
export function restInWords({ kind, rest, shown, activations, nodes }: GraphColumn): string {
  if (rest === 0) return "";
  const told = shown.map(({ number }) => number);
  if (kind === "classes" && activations.length === nodes) return othersInWords(activations, told);
  return `${rest.toLocaleString("en")} more`;
}

/** After the last node of a column, for who walks there: those that have none. */
export function leftOutAfter({ columns }: Graph, { column, row }: Place): string {
  const rest = restInWords(columns[column]);
  return rest && row === columns[column].shown.length - 1 ? ` Not drawn: ${rest.replace(/^and /, "")}.` : "";
}

/** What a node is, its value, and what went into it. */
export function readoutOf(graph: Graph, { column, row }: Place, classNames: readonly string[]): string {
  const own = graph.columns[column];
  const node = own.shown[row];
  const place = positionOf(own.layer.output_shape, node.index);
  const neuron = { wall: own.place, index: node.index, ...place };
  // Counted as the scene does it; a share of a softmax is a percentage everywhere else on the page.
  const what = neuronInWords(own.layer, neuron, node.value, own.kind === "classes" ? classNames : []);
  const said = isShares(own) ? `${what} (${percent(node.value)})` : what;
  const head = own.kind === "maps" ? `${said}, the strongest of its ${own.rows} × ${own.columns}` : said;
  return `${head}. ${originInWords(graph, { column, row }, classNames)}`.trim();
}

function originInWords(graph: Graph, { column, row }: Place, classNames: readonly string[]): string {
  const own = graph.columns[column];
  const { incoming, value } = own.shown[row];
  if (!incoming) return "";
  if (incoming.why) return incoming.why;
  const each = strongestInto(own.shown[row], listed).map(
    ({ number, contribution }) => `${partName(graph, own, number, classNames)} ${signed(contribution)}`,
  );
  const all = incoming.sum - incoming.bias;
  const before = `${beforeActivation(own)} ${decimal(incoming.sum)} = ${signed(all)} from ${titlesOf(graph, own)} and bias ${signed(incoming.bias)}`;
  if (each.length === 0) return `${before}: nothing came in.`;
  const passed = incoming.bias === 0 && each.length === 1 && Math.abs(all - value) < 1e-6 * Math.abs(all);
  if (passed) return `It comes from ${each[0]}.`;
  return `${before}. Strongest: ${each.join(", ")}.`;
}

/** "conv 2 and pool 1": what the layer reads. */
function titlesOf(graph: Graph, { sources }: Column): string {
  return [...new Set(sources)].map((source) => graph.columns[source].layer.title).join(" and ");
}

/** "map 3"; of several layers that are read, "conv 2’s map 3". */
function partName(graph: Graph, own: Column, number: number, classNames: readonly string[]): string {
  const origin = originOf(graph.columns, own, number);
  const source = graph.columns[origin.column];
  const name = nodeName(source, origin.number, classNames);
  return own.sources.length > 1 ? `${source.layer.title}’s ${name}` : name;
}

function beforeActivation({ layer }: Column): string {
  const activation = "activation" in layer ? layer.activation : "linear";
  return activation === "linear" ? "It is" : `Before ${activationNames[activation]} it is`;
}

/** A row for each shown node: layer, node, value, and the strongest of what goes into it. Under those of a layer, a row
 * says what is left out. */
export function tableOf(graph: Graph, classNames: readonly string[]): string[][] {
  return graph.columns.flatMap((column) => [
    ...column.shown.map((node) => [
      column.layer.title,
      nodeName(column, node.number, classNames),
      valueInWords(column, node.value),
      strongestInto(node, 3)
        .map(({ number, contribution }) => {
          return `${partName(graph, column, number, classNames)} ${signed(contribution)}`;
        })
        .join(", "),
    ]),
    ...(column.rest > 0 ? [[column.layer.title, ...leftOut(column)]] : []),
  ]);
}

/** What is left out of a column as cells: node, value, contributions. */
function leftOut(column: GraphColumn): string[] {
  const [words, share = ""] = restInWords(column).split(": ");
  return [words, share, ""];
}

/** All that is drawn, with every digit: a line for each node and for each link. */
export function csvOf(graph: Graph): string {
  const lines = ["kind,layer,unit,row,column,activation,from_layer,from_unit,contribution"];
  for (const column of graph.columns) lines.push(...column.shown.map((node) => nodeLine(column, node)));
  for (const { column, source: before, from, to, contribution } of graph.links) {
    const [own, source] = [graph.columns[column], graph.columns[before]];
    const [target, start] = [own.shown[to], source.shown[from]];
    const begin = nodeLine(own, target).replace(/^node/, "link");
    lines.push(`${begin.replace(/,,,$/, "")},${quoted(source.layer.name)},${start.number},${contribution}`);
  }
  return `${lines.join("\n")}\n`;
}

function nodeLine(column: GraphColumn, node: GraphNode): string {
  const { row, column: across } = positionOf(column.layer.output_shape, node.index);
  const place = column.layer.output_shape.length === 3 ? `${row},${across}` : ",";
  return `node,${quoted(column.layer.name)},${node.number},${place},${node.value},,,`;
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
