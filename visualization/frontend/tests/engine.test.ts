import { describe, expect, it } from "vitest";
import {
  type Conv2dLayer,
  type DenseLayer,
  type MaxPool2dLayer,
  type Padding,
  slidingSteps,
} from "../src/contract";
import { Network } from "../src/engine/network";
import type { Tensors } from "../src/safetensors";
import { inputLayer, randomArray, randomNumbers } from "./examples";
import { naiveConvolution, naivePooling } from "./naive";

const close = 1e-5;

function expectClose(received: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(received.length).toBe(expected.length);
  for (let index = 0; index < expected.length; index++) {
    expect(Math.abs(received[index] - expected[index])).toBeLessThan(close);
  }
}

type Pair = [number, number];
const windows: [number[], Pair, Pair, Padding, number][] = [
  // input shape, window, strides, padding, filters
  [[7, 5, 1], [3, 3], [1, 1], "valid", 4],
  [[7, 5, 2], [3, 3], [1, 1], "same", 9],
  [[8, 9, 3], [2, 4], [2, 3], "same", 17],
  [[8, 9, 3], [5, 1], [3, 2], "valid", 8],
  [[6, 6, 2], [4, 4], [2, 2], "same", 3],
  [[3, 3, 2], [5, 5], [1, 1], "same", 1],
];

function outputShape(
  input: number[],
  window: Pair,
  strides: Pair,
  padding: Padding,
  channels: number,
): number[] {
  const steps = ([0, 1] as const).map((axis) =>
    slidingSteps(input[axis], window[axis], strides[axis], padding),
  );
  return [...steps, channels];
}

describe.each(windows)(
  "%j, window %j, strides %j, %s padding, %i filters",
  (shape, window, strides, padding, filters) => {
    const random = randomNumbers(shape[0] * 100 + filters);
    // Half of the values are zero, as after a ReLU.
    const input = randomArray(shape[0] * shape[1] * shape[2], random).map((value) => Math.max(0, value));
    const common = { title: "", parameters: 0, input_shape: shape, strides, padding };

    it("convolves", () => {
      const output = outputShape(shape, window, strides, padding, filters);
      const layer: Conv2dLayer = {
        ...common,
        name: "conv",
        kind: "conv2d",
        output_shape: output,
        kernel_size: window,
        activation: "linear",
      };
      const kernel = randomArray(window[0] * window[1] * shape[2] * filters, random);
      const bias = randomArray(filters, random);
      const weights: Tensors = new Map([
        ["conv/kernel", { shape: [...window, shape[2], filters], values: kernel }],
        ["conv/bias", { shape: [filters], values: bias }],
      ]);
      const network = new Network({ title: "", layers: [inputLayer(shape), layer] }, weights);
      network.run(input);
      expectClose(network.activations("conv"), naiveConvolution(layer, input, kernel, bias));
    });

    it("pools, also where all values are negative", () => {
      const output = outputShape(shape, window, strides, padding, shape[2]);
      const layer: MaxPool2dLayer = {
        ...common,
        name: "pool",
        kind: "max_pool2d",
        output_shape: output,
        pool_size: window,
      };
      const negative = input.map((value) => value - 2);
      const network = new Network({ title: "", layers: [inputLayer(shape), layer] }, new Map());
      network.run(negative);
      expectClose(network.activations("pool"), naivePooling(layer, negative));
    });
  },
);

function denseNetwork(activation: DenseLayer["activation"], kernel: number[], bias: number[]): Network {
  const units = bias.length;
  const inputs = kernel.length / units;
  const layer: DenseLayer = {
    name: "dense",
    title: "",
    kind: "dense",
    parameters: 0,
    input_shape: [inputs],
    output_shape: [units],
    units,
    activation,
  };
  return new Network(
    { title: "", layers: [inputLayer([inputs]), layer] },
    new Map([
      ["dense/kernel", { shape: [inputs, units], values: Float32Array.from(kernel) }],
      ["dense/bias", { shape: [units], values: Float32Array.from(bias) }],
    ]),
  );
}

describe("dense layers and activations, by hand", () => {
  // Two inputs (1, 2), three units: 1·1 + 2·4 + 0.5, 1·2 − 2·5 + 0, 1·3 + 2·0 − 3.
  const kernel = [1, 2, 3, 4, -5, 0];
  const bias = [0.5, 0, -3];
  const sums = [9.5, -8, 0];
  const total = Math.exp(9.5) + Math.exp(-8) + 1;
  it.each([
    ["linear", sums],
    ["relu", [9.5, 0, 0]],
    ["sigmoid", sums.map((sum) => 1 / (1 + Math.exp(-sum)))],
    ["tanh", sums.map(Math.tanh)],
    ["softmax", sums.map((sum) => Math.exp(sum) / total)],
  ] as const)("%s", (activation, expected) => {
    const network = denseNetwork(activation, kernel, bias);
    network.run(Float32Array.of(1, 2));
    expectClose(network.probabilities, expected);
  });

  it("softmax of huge logits stays finite", () => {
    const network = denseNetwork("softmax", [1000, 0], [0, 0]);
    network.run(Float32Array.of(1));
    expect([...network.probabilities]).toEqual([1, 0]);
  });
});

describe("what does not fit is refused in words", () => {
  it("weights", () => {
    const layers = [inputLayer([2]), { ...dense(), units: 3 }];
    expect(() => new Network({ title: "", layers }, new Map())).toThrow(
      "weight dense/kernel: expected a tensor of shape [2, 3], received nothing.",
    );
    const wrong = new Map([["dense/kernel", { shape: [3, 2], values: new Float32Array(6) }]]);
    expect(() => new Network({ title: "", layers }, wrong)).toThrow(
      "expected a tensor of shape [2, 3], received [3,2].",
    );
  });

  it("pictures and layers", () => {
    const network = denseNetwork("linear", [1, 1], [0]);
    expect(() => network.run(new Float32Array(3))).toThrow("network input: expected 2 values, received 3.");
    expect(() => network.activations("conv")).toThrow(
      'layer: expected one of input, dense, received "conv".',
    );
  });
});

function dense(): DenseLayer {
  return {
    name: "dense",
    title: "",
    kind: "dense",
    parameters: 0,
    input_shape: [2],
    output_shape: [3],
    units: 3,
    activation: "linear",
  };
}
