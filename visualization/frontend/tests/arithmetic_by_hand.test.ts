/** The card's arithmetic for small layers whose numbers can be followed on paper. */
import { expect, it } from "vitest";
import type { LayerSpec, NetworkSpec } from "../src/contract";
import { Network } from "../src/engine/network";
import { explain, strongest } from "../src/explain/arithmetic";
import type { Explanation } from "../src/explain/explanation";
import type { Tensors } from "../src/safetensors";
import { inputLayer } from "./examples";

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
  expect(explanation.patch).toEqual({ row: 1, column: 1, rows: 2, columns: 2, steps: [1, 1] });
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

it("sees one channel with a depthwise kernel, by hand", () => {
  const layer: LayerSpec = {
    name: "depthwise",
    title: "",
    kind: "depthwise_conv2d",
    parameters: 0,
    input_shape: [1, 2, 2],
    output_shape: [1, 1, 4],
    kernel_size: [1, 2],
    strides: [1, 1],
    padding: "valid",
    depth_multiplier: 2,
    activation: "linear",
  };
  const weights: Tensors = new Map([
    // [cell, channel, kernel]: the fourth output has the weights 5 and 13, of channel 1.
    ["depthwise/kernel", { shape: [1, 2, 2, 2], values: Float32Array.of(1, 2, 3, 5, 7, 9, 11, 13) }],
    ["depthwise/bias", { shape: [4], values: Float32Array.of(0, 0, 0, 100) }],
  ]);
  const explanation = single(layer, weights, [1, 10, 2, 20], 3);
  if (explanation.kind !== "depthwise_conv2d") throw new Error(explanation.kind);
  expect([...explanation.inputs]).toEqual([10, 20]);
  expect([...explanation.weights]).toEqual([5, 13]);
  expect([...explanation.channelSums]).toEqual([310]);
  expect(explanation).toMatchObject({ firstChannel: 1, productSum: 310, bias: 100, result: 410 });
  expect(strongest(explanation)[0]).toEqual({
    place: { layer: 0, index: 3 },
    value: 20,
    weight: 13,
    product: 260,
  });
});

it("does not count the padding in a mean", () => {
  const layer: LayerSpec = {
    name: "pool",
    title: "",
    kind: "average_pool2d",
    parameters: 0,
    input_shape: [1, 3, 1],
    output_shape: [1, 2, 1],
    pool_size: [2, 2],
    strides: [2, 2],
    padding: "same",
  };
  expect(single(layer, new Map(), [1, -4, 5], 0)).toMatchObject({ sum: -3, count: 2, result: -1.5 });
  expect(single(layer, new Map(), [1, -4, 5], 1)).toMatchObject({ sum: 5, count: 1, result: 5 });
});

it("tells the pixel that an input is", () => {
  const layer: LayerSpec = { ...inputLayer([2]), kind: "flatten", name: "flatten" };
  const spec = { title: "", layers: [inputLayer([2]), layer] };
  const input = Float32Array.of(1, 128 / 255);
  const explanation = explain(spec, new Map(), () => input, { layer: 0, index: 1 });
  expect(explanation).toMatchObject({ kind: "input", pixel: 128 });
  expect(strongest(explanation)).toEqual([]);
});
