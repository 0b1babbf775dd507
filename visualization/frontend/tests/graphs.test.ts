/** Graphs: what merges compute, by hand; their cards; edits and fields along branches. */
import { describe, expect, it } from "vitest";
import { equationOf } from "../src/card/merge_part";
import { channelName, placeWords } from "../src/card/wording";
import { inputsOf, type LayerSpec, type NetworkSpec, parseNetwork } from "../src/contract";
import { Edits } from "../src/engine/edits";
import { Network } from "../src/engine/network";
import { explain, strongest } from "../src/explain/arithmetic";
import type { MergeExplanation } from "../src/explain/explanation";
import { reach, receptiveField } from "../src/explain/fields";
import { indexOf, originOf } from "../src/explain/place";
import type { Tensors } from "../src/safetensors";
import { expectClose, inputLayer, layerBehind as layer, randomArray, randomNumbers } from "./examples";
import { naiveLayer } from "./naive_layers";
import { randomNetwork, randomWeights } from "./random_networks";

const maps = [2, 1, 2];
const cell = [1, 1, 2];
/** Two places of two maps, and the largest of each map: a = [1, −2, 3, 4], b = [3, 4]. */
function merged(kind: string, inputs: string[], output = maps): Network {
  const first = inputs[0] === "b" ? cell : maps;
  const layers = [
    { ...inputLayer(maps), name: "a" },
    layer("b", ["a"], {
      kind: "global_max_pool2d",
      keepdims: true,
      input_shape: maps,
      output_shape: cell,
    }),
    layer("c", inputs, { kind, input_shape: first, output_shape: output }),
  ];
  const network = new Network(parseNetwork({ title: "", layers }), new Map());
  network.run(Float32Array.of(1, -2, 3, 4));
  return network;
}

describe("a merge", () => {
  it.each([
    ["add", ["a", "b"], [4, 2, 6, 8]],
    ["add", ["b", "a", "a"], [5, 0, 9, 12]],
    ["subtract", ["a", "b"], [-2, -6, 0, 0]],
    ["subtract", ["b", "a"], [2, 6, 0, 0]],
    ["multiply", ["b", "a"], [3, -8, 9, 16]],
    ["average", ["a", "b", "b"], [7 / 3, 2, 3, 4]],
    ["maximum", ["b", "a"], [3, 4, 3, 4]],
    ["minimum", ["a", "b"], [1, -2, 3, 4]],
  ])("%s of %j", (kind, inputs, expected) => {
    expectClose(merged(kind, inputs).activations("c"), expected);
  });

  it("concatenate puts the channels of each place behind each other", () => {
    expectClose(merged("concatenate", ["a", "a"], [2, 1, 4]).activations("c"), [1, -2, 1, -2, 3, 4, 3, 4]);
  });

  it("leaves what it reads as it was, for the scene draws that too", () => {
    const network = merged("subtract", ["b", "a"]);
    expect([...network.activations("a")]).toEqual([1, -2, 3, 4]);
    expect([...network.activations("b")]).toEqual([3, 4]);
  });
});

/** Every layer's values by the definitions. */
function naiveRun({ layers }: NetworkSpec, weights: Tensors, input: Float32Array): Map<string, Float32Array> {
  const values = [input];
  for (let index = 1; index < layers.length; index++) {
    const reads = inputsOf(layers, index).map((source) => values[source]);
    values.push(Float32Array.from(naiveLayer(layers[index], weights, reads)));
  }
  return new Map(layers.map(({ name }, index) => [name, values[index]]));
}

/** Each within a hundred-thousandth of its size, where that is above 1: an exponential makes large values. */
function expectNear(received: Float32Array, expected: Float32Array): void {
  const sizes = expected.map((value) => Math.max(1, Math.abs(value)));
  expectClose(
    received.map((value, index) => value / sizes[index]),
    expected.map((value, index) => value / sizes[index]),
  );
}

describe("an edit in a graph", () => {
  const seeds = Array.from({ length: 12 }, (_, index) => 3 * index + 2);
  it.each(seeds)("moves everything that depends on it and nothing else, network %i", (seed) => {
    const spec = randomNetwork(seed);
    const snapshot = randomWeights(spec, seed);
    const input = randomArray(
      spec.layers[0].output_shape.reduce((a, b) => a * b),
      randomNumbers(seed),
    );
    const edited = spec.layers.findIndex(({ kind }) => /conv2d|batch/.test(kind));
    const edits = new Edits();
    edits.mute(spec.layers[edited], 0);
    const weights = edits.apply(snapshot);
    const network = new Network(spec, weights);
    network.run(input);
    const [before, after] = [naiveRun(spec, snapshot, input), naiveRun(spec, weights, input)];
    const touched = reach(spec.layers, { layer: edited, index: 0 });
    for (const [index, { name }] of spec.layers.entries()) {
      expectNear(network.activations(name), after.get(name)!);
      const mayMove = index === edited || touched.get(index)?.includes(1);
      if (!mayMove) expectNear(network.activations(name), before.get(name)!);
    }
  });

  it("mutes one map of a separable convolution: its own weights, not the kernels that all share", () => {
    const separable = layer("separable", ["input"], {
      kind: "separable_conv2d",
      ...{
        kernel_size: [2, 2],
        strides: [1, 1],
        padding: "valid",
        depth_multiplier: 2,
        activation: "linear",
      },
      ...{ input_shape: [3, 3, 2], output_shape: [2, 2, 3] },
    });
    const spec = {
      title: "",
      layers: [inputLayer([3, 3, 2]), { ...separable, use_bias: true } as LayerSpec],
    };
    const snapshot = randomWeights(spec, 5);
    const run = (tensors: Tensors) => {
      const network = new Network(spec, tensors);
      network.run(randomArray(18, randomNumbers(6)));
      return network.activations("separable").slice();
    };
    const edits = new Edits();
    edits.mute(spec.layers[1], 1);
    const tensors = edits.apply(snapshot);
    expect(run(tensors)).toEqual(run(snapshot).map((value, index) => (index % 3 === 1 ? 0 : value)));
    expect(tensors.get("separable/depthwise_kernel")).toBe(snapshot.get("separable/depthwise_kernel"));
  });
});

describe("fields along branches", () => {
  const shape = [9, 9, 1];
  const conv = (name: string, from: string, dilation: number) =>
    layer(name, [from], {
      kind: "conv2d",
      ...{ kernel_size: [3, 3], strides: [1, 1], padding: "same", dilation_rate: [dilation, dilation] },
      ...{ activation: "linear", input_shape: shape, output_shape: shape },
    });
  const layers = [
    inputLayer(shape),
    conv("far", "input", 3),
    conv("near", "input", 1),
    layer("sum", ["far", "near"], { kind: "add", input_shape: shape, output_shape: shape }),
  ];
  const marked = (mask: Uint8Array) => [...mask.keys()].filter((index) => mask[index]);
  const at = (row: number, column: number) => indexOf(shape, { row, column, channel: 0 });

  it("are the union of both, with the holes of the dilated window", () => {
    const field = receptiveField(layers, { layer: 3, index: at(4, 4) });
    const far = [1, 4, 7].flatMap((row) => [1, 4, 7].map((column) => at(row, column)));
    const near = [3, 4, 5].flatMap((row) => [3, 4, 5].map((column) => at(row, column)));
    expect(marked(field.get(0)!)).toEqual([...new Set([...far, ...near])].sort((a, b) => a - b));
    expect(marked(field.get(1)!)).toEqual([at(4, 4)]);
    expect(marked(field.get(2)!)).toEqual([at(4, 4)]);
  });

  it("are cut off at the border", () => {
    const field = receptiveField(layers, { layer: 3, index: at(0, 0) });
    expect(marked(field.get(0)!)).toEqual(
      [
        [0, 0],
        [0, 1],
        [0, 3],
        [1, 0],
        [1, 1],
        [3, 0],
        [3, 3],
      ].map(([r, c]) => at(r, c)),
    );
  });

  it("leave a branch dark that the neuron is not computed from", () => {
    expect(marked(receptiveField(layers, { layer: 2, index: 0 }).get(1)!)).toEqual([]);
    expect(marked(reach(layers, { layer: 1, index: 0 }).get(2)!)).toEqual([]);
  });
});

describe("the card of a merge", () => {
  const explained = (kind: string, inputs: string[], index: number) => {
    const network = merged(kind, inputs);
    const layers = [
      { ...inputLayer(maps), name: "a" },
      layer("b", ["a"], { kind: "global_max_pool2d", input_shape: maps, output_shape: cell }),
      layer("c", inputs, { kind, input_shape: maps, output_shape: maps }),
    ];
    const place = { layer: 2, index };
    return explain(
      { title: "", layers },
      new Map(),
      (name) => network.activations(name),
      place,
    ) as MergeExplanation;
  };

  it("names both places, the one value of a map too", () => {
    const { parts } = explained("add", ["a", "b"], 3);
    expect(parts.map(({ place }) => place)).toEqual([
      { layer: 0, index: 3 },
      { layer: 1, index: 1 },
    ]);
  });

  it.each([
    ["add", "−2.000 + 4.000 = 2.000"],
    ["subtract", "−2.000 − 4.000 = −6.000"],
    ["multiply", "−2.000 × 4.000 = −8.000"],
    ["average", "(−2.000 + 4.000) ÷ 2 = 1.000"],
    ["maximum", "max(−2.000, 4.000) = 4.000"],
    ["minimum", "min(−2.000, 4.000) = −2.000"],
  ])("writes %s as %s", (kind, text) => {
    expect(equationOf(explained(kind, ["a", "b"], 1))).toBe(text);
  });

  it("says that a sum is only nearly what rounding shows", () => {
    const parts = [1.00005, 1.00005].map((value) => ({
      place: { layer: 0, index: 0 },
      value,
      weight: 1,
      product: value,
    }));
    const common = { place: { layer: 1, index: 0 }, winner: null };
    expect(equationOf({ ...common, kind: "add", parts, result: 2.00094 })).toBe("1.000 + 1.000 ≈ 2.001");
  });

  it("beams come from the winner alone, and with their sign in a difference", () => {
    expect(strongest(explained("maximum", ["a", "b"], 1))).toEqual([
      { place: { layer: 1, index: 1 }, value: 4, weight: 1, product: 4 },
    ]);
    expect(strongest(explained("subtract", ["a", "b"], 1)).map(({ product }) => product)).toEqual([-4, -2]);
  });
});

it("tokens have places of their own, and a reshape's values their origin", () => {
  const layers = [
    inputLayer([2, 2, 3]),
    layer("tokens", ["input"], { kind: "reshape", input_shape: [2, 2, 3], output_shape: [4, 3] }),
  ];
  expect(placeWords({ title: "", layers }, { layer: 1, index: 7 }, [])).toEqual(["token 2", "feature 1"]);
  expect(channelName(layers[1], 2)).toBe("feature 2");
  expect(originOf(layers, { layer: 1, index: 7 })).toEqual({ layer: 0, index: 7 });
});
