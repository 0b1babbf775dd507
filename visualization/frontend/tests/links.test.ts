/** Nodes and links: which nodes are chosen, what goes into them, where they lie, and what is said of them. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inputsOf, type LayerSpec, size } from "../src/contract";
import { Network } from "../src/engine/network";
import {
  choose,
  chooseOutputs,
  type Outputs,
  strongestOf,
  stubbornness,
  usualOutputs,
} from "../src/links/choice";
import { columnsOf } from "../src/links/columns";
import { type Order, parseLinksData } from "../src/links/contract";
import { incomingOf, isWeighed } from "../src/links/contributions";
import { type Graph, graphOf, linksAt, mostIncoming } from "../src/links/graph";
import { gathered, originOf } from "../src/links/incoming";
import {
  above,
  below,
  layOut,
  nodeAt,
  outputsIn,
  rowsIn,
  sameNode,
  stepFrom,
  widthOf,
} from "../src/links/layout";
import { csvOf, leftOutAfter, readoutOf, restInWords, tableOf } from "../src/links/wording";
import type { Tensors } from "../src/safetensors";
import { inputLayer, randomArray, randomNumbers, standardLayers } from "./examples";
import { naiveSums } from "./naive_layers";
import { randomNetwork, randomWeights } from "./random_networks";

const golden: unknown = JSON.parse(
  readFileSync(new URL("../../../tests/golden/links.json", import.meta.url), "utf-8"),
);
const classNames = [..."0123456789"];

interface Ran {
  readonly layers: readonly LayerSpec[];
  readonly weights: Tensors;
  readonly activations: (layer: string) => Float32Array;
}

function ran(layers: readonly LayerSpec[], seed: number): Ran {
  const spec = { title: "test", layers };
  const weights = randomWeights(spec, seed);
  const network = new Network(spec, weights);
  const random = randomNumbers(seed + 100);
  network.run(randomArray(size(layers[0].output_shape), random).map(Math.abs));
  return { layers, weights, activations: (layer) => network.activations(layer) };
}

/** A convolution that is added to what it reads, and a product of two layers. */
function residualLayers(): LayerSpec[] {
  const convolution = (name: string, channels: number): LayerSpec => ({
    name,
    title: name,
    input_shape: [6, 6, channels],
    output_shape: [6, 6, 3],
    parameters: 0,
    kind: "conv2d",
    kernel_size: [3, 3],
    strides: [1, 1],
    padding: "same",
    activation: "relu",
  });
  const merge = (name: string, kind: "add" | "multiply", inputs: string[]): LayerSpec => ({
    name,
    title: name,
    inputs,
    input_shape: [6, 6, 3],
    output_shape: [6, 6, 3],
    parameters: 0,
    kind,
  });
  const shapes = { input_shape: [6, 6, 3], output_shape: [3], parameters: 0 };
  return [
    inputLayer([6, 6, 1]),
    convolution("conv_1", 1),
    convolution("conv_2", 3),
    merge("add_1", "add", ["conv_2", "conv_1"]),
    merge("gate_1", "multiply", ["add_1", "conv_1"]),
    { ...shapes, name: "average", title: "average", kind: "global_average_pool2d" },
    {
      ...shapes,
      input_shape: [3],
      name: "output",
      title: "output",
      kind: "dense",
      units: 3,
      activation: "softmax",
    },
  ];
}

const standard = ran(standardLayers(), 1);
const graph = graphOf(columnsOf(standard.layers, false), standard, 8, "number", null);

describe("the contract with Python", () => {
  it("reads what Python writes", () => {
    const { settings, scene } = parseLinksData(golden);
    expect(settings).toEqual({ most: 4, order: "activity", palette: "sign", every_layer: true });
    expect(golden).toMatchObject({ scene, settings }); // Python says more of a layer than is needed here
  });

  it.each([
    [{ schema: 2 }, "links data schema: expected 1, received 2."],
    [{ scene: null }, "scene data: expected an object, received null."],
    [{ settings: { most: 3 } }, "settings.most: expected a whole number of at least 4, received 3."],
    [{ settings: { most: 17, every_layer: true } }, "settings.most: expected at most 16, received 17."],
    [{ settings: { most: 8 } }, "settings.every_layer: expected true or false, received nothing."],
    [
      { settings: { most: 8, every_layer: true, order: "size" } },
      'settings.order: expected one of number, activity, received "size".',
    ],
  ])("refuses %j", (change, message) => {
    expect(() => parseLinksData({ ...(golden as object), ...change })).toThrow(message);
  });
});

describe("columns", () => {
  it("leave out what only hands on, and name it where it was", () => {
    const columns = columnsOf(standard.layers, false);
    expect(columns.map(({ layer }) => layer.name)).toEqual([
      "input",
      "conv_1",
      "pool_1",
      "conv_2",
      "pool_2",
      "dense_1",
      "output",
    ]);
    expect(columns[4].handedOn).toEqual(["flatten"]);
    expect(columns.map(({ kind }) => kind).join(" ")).toBe("picture maps maps maps maps units classes");
  });

  it("keep flattened maps maps", () => {
    const flatten = columnsOf(standard.layers, true)[5];
    expect(flatten).toMatchObject({ kind: "maps", nodes: 64, rows: 5, columns: 5 });
  });
});

describe("the choice of nodes", () => {
  it("is by the strongest neuron of each, whatever its sign", () => {
    // Two positions of three nodes.
    expect([...strongestOf(Float32Array.of(1, -2, 0, -3, 1, 0), 3)]).toEqual([3, 1, 2]);
    expect(choose(Float32Array.of(0.1, 3, 2, 0, 2), 3, "number", null)).toEqual([1, 2, 4]);
    expect(choose(Float32Array.of(2, 3, 2, 5), 3, "activity", null)).toEqual([3, 1, 0]);
  });

  it("keeps still while drawing until another is clearly stronger", () => {
    const little = Float32Array.of(1, 1, 0.99 * stubbornness);
    expect(choose(little, 2, "number", [0, 1])).toEqual([0, 1]);
    expect(choose(little, 2, "number", null)).toEqual([0, 2]);
    expect(choose(Float32Array.of(1, 1.01, 1.3), 2, "number", [0, 1])).toEqual([1, 2]);
  });

  it("lets those that stay keep their places in the order of activity", () => {
    expect(choose(Float32Array.of(1, 2, 9, 8), 3, "activity", [1, 0, 2])).toEqual([1, 3, 2]);
    expect(choose(Float32Array.of(1, 2, 9, 8), 2, "activity", [1, 0, 2])).toEqual([3, 2]);
    expect(choose(Float32Array.of(1, 2, 9, 8), 4, "activity", [1, 2]).slice(0, 2)).toEqual([1, 2]);
  });
});

describe("contributions", () => {
  it.each([...Array(48).keys()])("and bias are what the definition gives, network %i", (seed) => {
    const { layers } = randomNetwork(seed);
    const { weights, activations } = ran(layers, seed);
    const columns = columnsOf(layers, true);
    for (let place = 1; place < layers.length; place++) {
      const inputs = inputsOf(layers, place).map((read) => activations(layers[read].name));
      const sums = naiveSums(layers[place], weights, inputs);
      for (let index = 0; index < sums.length; index += Math.max(1, Math.floor(sums.length / 7))) {
        const incoming = gathered(columns, columns[place], { layers, weights, activations }, index)!;
        expect(incoming.sum).toBeCloseTo(sums[index], 4);
        expect(incoming.why !== null).toBe(layers[place].kind === "multiply");
        if (incoming.why !== null) continue;
        expect(incoming.parts.reduce((sum, part) => sum + part, incoming.bias)).toBeCloseTo(sums[index], 4);
      }
    }
  });

  it("of one map are what is left of a sum when all other maps are dark", () => {
    const { layers, weights, activations } = standard;
    const [conv, dense] = [layers[3], layers[6]];
    for (const [layer, before, nodes, index, kept] of [
      [conv, "pool_1", 32, 64 * 37 + 5, 3],
      [dense, "flatten", 64, 17, 60],
    ] as const) {
      const input = activations(before);
      const dark = input.map((value, at) => (at % nodes === kept ? value : 0));
      const alone =
        naiveSums(layer, weights, [dark])[index] -
        weights.get(`${layer.name}/bias`)!.values[index % size(layer.output_shape.slice(-1))];
      if (!isWeighed(layer)) throw new Error(`${layer.kind} is weighed`);
      expect(incomingOf(layer, weights, input, index, nodes).parts[kept]).toBeCloseTo(alone, 4);
    }
  });

  it("pass through pooling by the map they are of", () => {
    for (const { number, incoming, value } of graph.columns[2].shown) {
      expect(incoming!.parts[number]).toBe(value);
      expect(incoming!.parts.filter((part) => part !== 0).length).toBeLessThanOrEqual(1);
    }
  });
});

describe("the graph", () => {
  it("has few links into each node, the strongest, between shown nodes", () => {
    for (const [column, { shown }] of graph.columns.entries()) {
      if (column === 0) continue;
      const sources = graph.columns[column - 1].shown;
      for (const [to, { incoming }] of shown.entries()) {
        const drawn = graph.links.filter((link) => link.column === column && link.to === to);
        const sizes = sources.map(({ number }) => Math.abs(incoming!.parts[number])).filter(Boolean);
        const expected = sizes.sort((a, b) => b - a).slice(0, mostIncoming);
        expect(drawn.map(({ contribution }) => Math.abs(contribution))).toEqual(expected);
      }
    }
    expect(graph.columns.map(({ rest }) => rest)).toEqual([0, 24, 24, 56, 56, 120, 0]);
    expect(graph.columns[6].shown.map(({ number }) => number)).toEqual([...classNames.keys()]);
  });

  it("shows of one node what goes in and all that goes out", () => {
    const links = linksAt(graph, { column: 5, row: 2 });
    expect(links.filter(({ column }) => column === 5).every(({ to }) => to === 2)).toBe(true);
    const out = links.filter(({ column }) => column === 6);
    const { number } = graph.columns[5].shown[2];
    expect(out.length).toBe(graph.columns[6].shown.filter(({ incoming }) => incoming!.parts[number]).length);
    expect(out.every(({ from }) => from === 2)).toBe(true);
  });
});

describe("the graph of a network that is one", () => {
  const layers = residualLayers();
  const reading = ran(layers, 7);
  const columns = columnsOf(layers, false);
  const made = graphOf(columns, reading, 8, "number", null);
  const names = made.columns.map(({ layer }) => layer.name);

  it("has a column for each layer in their order, and knows what each reads", () => {
    expect(names).toEqual(["input", "conv_1", "conv_2", "add_1", "gate_1", "average", "output"]);
    const read = made.columns.map(({ sources }) => sources.map((source) => names[source]));
    expect(read).toEqual([
      [],
      ["input"],
      ["conv_1"],
      ["conv_2", "conv_1"],
      ["add_1", "conv_1"],
      ["gate_1"],
      ["average"],
    ]);
  });

  it("links a sum to both layers that it adds, with their own values", () => {
    const column = names.indexOf("add_1");
    for (const { number, index, incoming } of made.columns[column].shown) {
      const { parts } = incoming!;
      expect(parts[number]).toBe(reading.activations("conv_2")[index]);
      expect(parts[made.columns[2].nodes + number]).toBe(reading.activations("conv_1")[index]);
      expect(originOf(columns, columns[column], made.columns[2].nodes + number)).toEqual({
        column: 1,
        number,
      });
    }
    const drawn = made.links.filter((link) => link.column === column);
    expect(new Set(drawn.map(({ source }) => names[source]))).toEqual(new Set(["conv_2", "conv_1"]));
    expect(linksAt(made, { column: 1, row: 0 }).map((link) => names[link.column])).toContain("add_1");
  });

  it("draws nothing into a product, and says why", () => {
    const column = names.indexOf("gate_1");
    expect(made.links.filter((link) => link.column === column)).toEqual([]);
    expect(readoutOf(made, { column, row: 0 }, classNames)).toContain("It is a product");
    expect(csvOf(made)).not.toContain("NaN");
    expect(tableOf(made, classNames).every((row) => row.length === 4)).toBe(true);
  });
});

describe("the layout", () => {
  it.each([
    [900, 620],
    [360, 345],
    [1500, 1100],
  ])("keeps all nodes apart and inside %i × %i", (available, height) => {
    const width = widthOf(graph.columns.length, available);
    const layout = layOut(graph.columns, width, height);
    for (const { nodes } of layout.columns) {
      for (const [row, box] of nodes.entries()) {
        expect(box.y - box.height / 2).toBeGreaterThanOrEqual(above - 1);
        expect(box.y + box.height / 2).toBeLessThanOrEqual(height - below + 1);
        expect(box.x - box.width / 2).toBeGreaterThan(0);
        expect(box.x + box.width / 2).toBeLessThan(width);
        if (row > 0)
          expect(box.y - nodes[row - 1].y).toBeGreaterThan((box.height + nodes[row - 1].height) / 2);
      }
    }
    const lefts = layout.columns.map(({ nodes }) => nodes[0].x - nodes[0].width / 2);
    const rights = layout.columns.map(({ nodes }) => nodes[0].x + nodes[0].width / 2);
    for (let column = 1; column < lefts.length; column++)
      expect(lefts[column]).toBeGreaterThan(rights[column - 1] + 10);
  });

  it("finds each node where it lies, and nothing between", () => {
    const layout = layOut(graph.columns, 900, 620);
    for (const [column, { nodes }] of layout.columns.entries()) {
      for (const [row, { x, y }] of nodes.entries()) expect(nodeAt(layout, x, y)).toEqual({ column, row });
    }
    const between = (layout.columns[1].x + layout.columns[2].x) / 2;
    expect(nodeAt(layout, between, 300)).toBeNull();
  });

  it("walks from node to node and stays at the edges", () => {
    const layout = layOut(graph.columns, 900, 620);
    expect(stepFrom(layout, { column: 0, row: 0 }, "left")).toEqual({ column: 0, row: 0 });
    expect(stepFrom(layout, { column: 1, row: 7 }, "down")).toEqual({ column: 1, row: 7 });
    expect(stepFrom(layout, { column: 1, row: 3 }, "right")).toEqual({ column: 2, row: 3 });
    expect(stepFrom(layout, { column: 1, row: 3 }, "first")).toEqual({ column: 1, row: 0 });
    expect(stepFrom(layout, { column: 6, row: 0 }, "last")).toEqual({ column: 6, row: 9 });
  });

  it("fits a phone where columns may stand close, scrolls where even that is too narrow", () => {
    const columns = graph.columns.length;
    expect(widthOf(columns, 360)).toBe(360);
    expect(layOut(graph.columns, 360, 345).tight).toBe(true);
    expect(layOut(graph.columns, 900, 345).tight).toBe(false);
    expect(widthOf(columns, 300)).toBeGreaterThan(500);
    expect(widthOf(30, 900)).toBeGreaterThan(2000);
  });

  it("leaves the classes as much room as their names take", () => {
    const right = (answer: number) => {
      const width = widthOf(graph.columns.length, 900, answer);
      const { columns } = layOut(graph.columns, width, 620, { answer });
      return width - columns[columns.length - 1].x;
    };
    expect(right(104)).toBeGreaterThanOrEqual(104);
    expect(right(190)).toBeGreaterThanOrEqual(190);
  });

  it("shows fewer nodes where there is little room", () => {
    expect(rowsIn(above + below + 24 * 5 + 1)).toBe(5);
    expect(rowsIn(10)).toBe(1);
  });

  it("knows a node again in another graph", () => {
    const other = graphOf(columnsOf(standard.layers, true), standard, 4, "activity", null);
    const place = sameNode({ column: 5, row: 0 }, graph, other);
    const { number } = graph.columns[5].shown[0];
    if (place) expect(other.columns[place.column].shown[place.row].number).toBe(number);
    else expect(other.columns[6].shown.map((node) => node.number)).not.toContain(number);
    expect(sameNode({ column: 6, row: 3 }, graph, other)).toEqual({ column: 7, row: 3 });
  });
});

describe("words", () => {
  const byHand: Graph = graphOf(
    columnsOf(handLayers(), false),
    {
      layers: handLayers(),
      weights: new Map([
        ["output/kernel", { shape: [2, 2], values: Float32Array.of(2, -1, -4, 0.5) }],
        ["output/bias", { shape: [2], values: Float32Array.of(0.25, 0) }],
      ]),
      activations: (name) => (name === "output" ? Float32Array.of(-0.75, -0.25) : Float32Array.of(0.5, 0.5)),
    },
    8,
    "number",
    null,
  );

  it("say what a node is and what went into it", () => {
    expect(readoutOf(byHand, { column: 1, row: 0 }, ["a", "b"])).toBe(
      "output, “a”: −0.750. It is −0.750 = −1.00 from input and bias +0.250. Strongest: the picture −1.00.",
    );
  });

  it("are a table and a CSV of what is shown", () => {
    expect(tableOf(byHand, ["a", "b"])).toEqual([
      ["input", "the picture", "0.500", ""],
      ["output", "class “a”", "−0.750", "the picture −1.00"],
      ["output", "class “b”", "−0.250", "the picture −0.250"],
    ]);
    expect(csvOf(byHand).split("\n")).toEqual([
      "kind,layer,unit,row,column,activation,from_layer,from_unit,contribution",
      "node,input,0,0,0,0.5,,,",
      "node,output,0,,,-0.75,,,",
      "node,output,1,,,-0.25,,,",
      "link,output,0,,,-0.75,input,0,-1",
      "link,output,1,,,-0.25,input,0,-0.25",
      "",
    ]);
  });
});

describe("many outputs", () => {
  const hundred = ran(outputLayers(100), 7);
  const columns = columnsOf(hundred.layers, false);
  const shares = hundred.activations("output");
  const ranked = [...shares.keys()].sort((a, b) => shares[b] - shares[a]);
  const names = Array.from({ length: 100 }, (_, at) => `kind ${at}`);
  const made = (order: Order, outputs?: Outputs) => graphOf(columns, hundred, 8, order, null, outputs);
  const numbersOf = ({ columns }: Graph) => columns[1].shown.map(({ number }) => number);

  it("are the likeliest ten, the answer among them, in the order that is asked for", () => {
    expect(numbersOf(made("activity"))).toEqual(ranked.slice(0, usualOutputs.some));
    expect(numbersOf(made("number"))).toEqual(ranked.slice(0, usualOutputs.some).sort((a, b) => a - b));
    expect(made("number").columns[1].rest).toBe(90);
  });

  it("are all shown up to a dozen", () => {
    const twelve = Float32Array.from({ length: usualOutputs.all }, (_, at) => -at);
    expect(chooseOutputs(twelve, usualOutputs, "activity")).toEqual([...twelve.keys()]);
    expect(chooseOutputs(Float32Array.of(...twelve, 1), usualOutputs, "activity")).toEqual([
      12, 0, 1, 2, 3, 4, 5, 6, 7, 8,
    ]);
  });

  it("are likely by their value, not by its size: scores may be negative", () => {
    const scores = Float32Array.from({ length: 30 }, (_, at) => at - 25);
    expect(chooseOutputs(scores, usualOutputs, "activity")).toEqual([29, 28, 27, 26, 25, 24, 23, 22, 21, 20]);
  });

  it("are as many as have a line in a low window, and never none", () => {
    expect(chooseOutputs(Float32Array.of(1, 4, 3, 2, 0), { all: 4, some: 3 }, "number")).toEqual([1, 2, 3]);
    expect(numbersOf(made("activity", outputsIn(above + below + 4 * 14, 900)))).toEqual(ranked.slice(0, 4));
    expect(outputsIn(above + below + 11 * 10, 900)).toEqual({ all: 11, some: 7 });
    expect(outputsIn(10)).toEqual({ all: 1, some: 1 });
    expect(outputsIn(2000)).toEqual(usualOutputs);
  });

  it.each([
    [1100, 700],
    [700, 560],
    [360, 345],
    [360, 210],
  ])("lie a line apart at %i × %i, with what is said of the others under them", (width, height) => {
    const { columns } = made("number", outputsIn(height, width));
    const { nodes, restY } = layOut(columns, width, height).columns[1];
    expect(nodes.length).toBe(columns[1].shown.length);
    for (let row = 1; row < nodes.length; row++)
      expect(nodes[row].y - nodes[row - 1].y).toBeGreaterThanOrEqual(14);
    expect(restY - nodes[nodes.length - 1].y).toBeGreaterThanOrEqual(14);
    expect(restY).toBeLessThan(height - 40); // the legend's two lines
  });

  it("that are not shown are told with the sum of their shares, in the table and to who walks past the last", () => {
    const graph = made("activity");
    const others = ranked.slice(usualOutputs.some).reduce((sum, at) => sum + shares[at], 0);
    const share = `${(100 * others).toFixed(1)} %`;
    expect(restInWords(graph.columns[1])).toBe(`and 90 others: ${share}`);
    const rows = tableOf(graph, names).filter(([layer]) => layer === "output");
    expect(rows.length).toBe(usualOutputs.some + 1);
    expect(rows[0][1]).toBe(`class “kind ${ranked[0]}”`);
    expect(rows[usualOutputs.some]).toEqual(["output", "and 90 others", share, ""]);
    expect(leftOutAfter(graph, { column: 1, row: 9 })).toBe(` Not drawn: 90 others: ${share}.`);
    expect(leftOutAfter(graph, { column: 1, row: 8 })).toBe("");
    expect(leftOutAfter(graph, { column: 0, row: 0 })).toBe("");
  });

  it("leave the words of other columns as they are", () => {
    expect(restInWords(graph.columns[1])).toBe("24 more");
    expect(tableOf(graph, classNames)[9]).toEqual([graph.columns[1].layer.title, "24 more", "", ""]);
    expect(restInWords(graph.columns[6])).toBe("");
  });
});

/** Nine pixels and so many outputs that are shares. */
function outputLayers(units: number): LayerSpec[] {
  const flatten = { name: "flatten", title: "flatten", input_shape: [3, 3, 1], output_shape: [9] };
  const output = { name: "output", title: "output", input_shape: [9], output_shape: [units] };
  return [
    inputLayer([3, 3, 1]),
    { ...flatten, kind: "flatten", parameters: 0 },
    { ...output, kind: "dense", units, activation: "softmax", parameters: 0 },
  ];
}

/** Two pixels, flattened, and two linear outputs. */
function handLayers(): LayerSpec[] {
  const common = { parameters: 0 };
  return [
    {
      ...common,
      kind: "input",
      name: "input",
      title: "input",
      input_shape: [1, 2, 1],
      output_shape: [1, 2, 1],
    },
    {
      ...common,
      kind: "flatten",
      name: "flatten",
      title: "flatten",
      input_shape: [1, 2, 1],
      output_shape: [2],
    },
    {
      ...common,
      kind: "dense",
      name: "output",
      title: "output",
      input_shape: [2],
      output_shape: [2],
      units: 2,
      activation: "linear",
    },
  ];
}
