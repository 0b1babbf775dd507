/** The card's arithmetic: its parts make what the engine draws and what the definitions give. */
import { describe, expect, it } from "vitest";
import { type LayerSpec, type NetworkSpec, size } from "../src/contract";
import { Network } from "../src/engine/network";
import { explain, strongest } from "../src/explain/arithmetic";
import type { Explanation, Weighted } from "../src/explain/explanation";
import type { Tensors } from "../src/safetensors";
import { inputLayer, randomArray, randomNumbers } from "./examples";
import { naiveLayer, randomNetwork, randomWeights } from "./random_networks";

const close = 1e-6;
const seeds = Array.from({ length: 30 }, (_, index) => index + 1);

function expectClose(received: number, expected: number): void {
  expect(Math.abs(received - expected)).toBeLessThanOrEqual(close * Math.max(1, Math.abs(expected)));
}

const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0);

function checkSums(explanation: Explanation & Weighted, naive: readonly number[]): void {
  const { inputs, weights, products, productSum, bias, sum, place } = explanation;
  for (let index = 0; index < products.length; index++) {
    expect(products[index]).toBe(inputs[index] * weights[index]);
  }
  expectClose(total(products), productSum);
  expectClose(productSum + bias, sum);
  expectClose(sum, naive[place.index]);
  if (explanation.kind === "conv2d") expectClose(total(explanation.channelSums), productSum);
  if (explanation.kind === "dense") {
    const { positive, negative, rest } = explanation;
    const listed = [...positive, ...negative];
    expectClose(total(listed.map(({ product }) => product)) + rest.sum, productSum);
    expect(listed.length + rest.count).toBe(inputs.length);
    for (const { product } of positive) expect(product).toBeGreaterThan(0);
    for (const { product } of negative) expect(product).toBeLessThan(0);
  }
}

function activated(sum: number, explanation: Weighted): number {
  switch (explanation.activation) {
    case "linear":
      return sum;
    case "relu":
      return Math.max(0, sum);
    case "sigmoid":
      return 1 / (1 + Math.exp(-sum));
    case "tanh":
      return Math.tanh(sum);
    case "softmax": {
      const { logits, largest, exponentials, total: all, own } = explanation.softmax!;
      expectClose(logits[own], sum);
      expect(largest).toBe(Math.max(...logits));
      expectClose(total(exponentials), all);
      return Math.exp(sum - largest) / total(logits.map((logit) => Math.exp(logit - largest)));
    }
  }
}

describe.each(seeds)("random network %i", (seed) => {
  const spec = randomNetwork(seed);
  const weights = randomWeights(spec, seed + 1000);
  const network = new Network(spec, weights);
  network.run(randomArray(size(spec.layers[0].output_shape), randomNumbers(seed)).map(Math.abs));
  const activations = (layer: string) => network.activations(layer);

  it("explains every neuron's value", () => {
    for (const [layer, { name }] of spec.layers.entries()) {
      const drawn = activations(name);
      const input = activations(spec.layers[Math.max(0, layer - 1)].name);
      const naive = naiveLayer(spec.layers[layer], weights, input);
      for (let index = 0; index < drawn.length; index++) {
        const explanation = explain(spec, weights, activations, { layer, index });
        expectClose(explanation.result, drawn[index]);
        if (explanation.kind === "conv2d" || explanation.kind === "dense") {
          checkSums(explanation, naive);
          expectClose(activated(explanation.sum, explanation), drawn[index]);
        } else if (explanation.kind === "max_pool2d") {
          expectClose(explanation.values[explanation.winningCell], naive[index]);
          expect(input[explanation.winner.index]).toBe(drawn[index]);
        }
      }
    }
  });

  it("names what goes in most by place, value and product", () => {
    for (const [layer, { output_shape }] of spec.layers.entries()) {
      for (let index = 0; index < size(output_shape); index += 2) {
        const explanation = explain(spec, weights, activations, { layer, index });
        const inputs = strongest(explanation);
        expect(inputs.length).toBeLessThanOrEqual(12);
        for (const { place, value, weight, product } of inputs) {
          expect(place.layer).toBe(layer - 1);
          expect(value).toBe(activations(spec.layers[layer - 1].name)[place.index]);
          expect(product).toBe(value * weight);
        }
        const sizes = inputs.map(({ product }) => Math.abs(product));
        expect(sizes).toEqual([...sizes].sort((one, other) => other - one));
        if (explanation.kind !== "conv2d" && explanation.kind !== "dense") continue;
        const all = [...explanation.products].map(Math.abs).sort((one, other) => other - one);
        expect(sizes).toEqual(all.slice(0, 12).filter((product) => product > 0));
      }
    }
  });
});

function single(layer: LayerSpec, weights: Tensors, input: readonly number[], index: number): Explanation {
  const spec: NetworkSpec = { title: "", layers: [inputLayer([...layer.input_shape]), layer] };
  const network = new Network(spec, weights);
  network.run(Float32Array.from(input));
  return explain(spec, weights, (name) => network.activations(name), { layer: 1, index });
}

it("explains a convolution at a border, by hand", () => {
  const layer: LayerSpec = {
    name: "conv",
    title: "",
    kind: "conv2d",
    parameters: 0,
    input_shape: [2, 2, 1],
    output_shape: [2, 2, 1],
    kernel_size: [2, 2],
    strides: [1, 1],
    padding: "same",
    activation: "relu",
  };
  const weights: Tensors = new Map([
    ["conv/kernel", { shape: [2, 2, 1, 1], values: Float32Array.of(2, 3, 5, 7) }],
    ["conv/bias", { shape: [1], values: Float32Array.of(-1) }],
  ]);
  // The lower right output: one pixel, the rest of its patch is padding.
  const explanation = single(layer, weights, [1, 1, 1, 0.5], 3);
  if (explanation.kind !== "conv2d") throw new Error(explanation.kind);
  expect(explanation.patch).toEqual({ row: 1, column: 1, rows: 2, columns: 2 });
  expect([...explanation.padded]).toEqual([0, 1, 1, 1]);
  expect([...explanation.inputs]).toEqual([0.5, 0, 0, 0]);
  expect([...explanation.products]).toEqual([1, 0, 0, 0]);
  expect(explanation).toMatchObject({ productSum: 1, bias: -1, sum: 0, result: 0 });
  expect(strongest(explanation)).toEqual([
    { place: { layer: 0, index: 3 }, value: 0.5, weight: 2, product: 1 },
  ]);
});

it("gives a pool's prize to the first of equals, and never to the padding", () => {
  const layer: LayerSpec = {
    name: "pool",
    title: "",
    kind: "max_pool2d",
    parameters: 0,
    input_shape: [1, 3, 1],
    output_shape: [1, 2, 1],
    pool_size: [2, 2],
    strides: [2, 2],
    padding: "same",
  };
  const first = single(layer, new Map(), [-1, -1, -2], 0);
  expect(first).toMatchObject({ result: -1, winningCell: 0, winner: { layer: 0, index: 0 } });
  const second = single(layer, new Map(), [-1, -1, -2], 1);
  expect(second).toMatchObject({ result: -2, winningCell: 0, winner: { layer: 0, index: 2 } });
});

it("tells the pixel that an input is", () => {
  const layer: LayerSpec = { ...inputLayer([2]), kind: "flatten", name: "flatten" };
  const spec = { title: "", layers: [inputLayer([2]), layer] };
  const input = Float32Array.of(1, 128 / 255);
  const explanation = explain(spec, new Map(), () => input, { layer: 0, index: 1 });
  expect(explanation).toMatchObject({ kind: "input", pixel: 128 });
  expect(strongest(explanation)).toEqual([]);
});
