import { describe, expect, it } from "vitest";
import {
  type AveragePool2dLayer,
  type BatchNormalizationLayer,
  type Conv2dLayer,
  type DenseLayer,
  type DepthwiseConv2dLayer,
  type LayerSpec,
  type MaxPool2dLayer,
  type Padding,
  slidingSteps,
} from "../src/contract";
import { Network } from "../src/engine/network";
import type { Tensors } from "../src/safetensors";
import { denseNetwork, expectClose, inputLayer, randomArray, randomNumbers } from "./examples";
import {
  largest,
  mean,
  naiveBatchNormalization,
  naiveConvolution,
  naiveDepthwiseConvolution,
  naivePooling,
} from "./naive";

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

    it.each([1, 3])("convolves channel by channel, %i kernels each", (each) => {
      const output = outputShape(shape, window, strides, padding, shape[2] * each);
      const layer: DepthwiseConv2dLayer = {
        ...common,
        name: "conv",
        kind: "depthwise_conv2d",
        output_shape: output,
        kernel_size: window,
        depth_multiplier: each,
        activation: "linear",
      };
      const kernel = randomArray(window[0] * window[1] * shape[2] * each, random);
      const bias = randomArray(shape[2] * each, random);
      const weights: Tensors = new Map([
        ["conv/kernel", { shape: [...window, shape[2], each], values: kernel }],
        ["conv/bias", { shape: [shape[2] * each], values: bias }],
      ]);
      const network = new Network({ title: "", layers: [inputLayer(shape), layer] }, weights);
      network.run(input);
      expectClose(network.activations("conv"), naiveDepthwiseConvolution(layer, input, kernel, bias));
    });

    it.each([
      ["max_pool2d", largest],
      ["average_pool2d", mean],
    ] as const)("%s, also where all values are negative", (kind, choose) => {
      const output = outputShape(shape, window, strides, padding, shape[2]);
      const layer: MaxPool2dLayer | AveragePool2dLayer = {
        ...common,
        name: "pool",
        kind,
        output_shape: output,
        pool_size: window,
      };
      const negative = input.map((value) => value - 2);
      const network = new Network({ title: "", layers: [inputLayer(shape), layer] }, new Map());
      network.run(negative);
      expectClose(network.activations("pool"), naivePooling(layer, negative, choose));
    });
  },
);

/** The network of one layer that keeps the name "layer". */
function networkOf(layer: LayerSpec, weights: Readonly<Record<string, Float32Array>> = {}): Network {
  const tensors = Object.entries(weights).map(
    ([name, values]) => [`layer/${name}`, { shape: [values.length], values }] as const,
  );
  return new Network({ title: "", layers: [inputLayer([...layer.input_shape]), layer] }, new Map(tensors));
}

describe("layers without a window", () => {
  const shape = [4, 5, 3];
  const random = randomNumbers(7);
  const input = randomArray(60, random);
  const common = { name: "layer", title: "", parameters: 0, input_shape: shape };

  it.each([
    ["global_max_pool2d", largest],
    ["global_average_pool2d", mean],
  ] as const)("%s", (kind, choose) => {
    const network = networkOf({ ...common, kind, output_shape: [3] });
    network.run(input);
    const maps = [0, 1, 2].map((channel) => [...input].filter((_, index) => index % 3 === channel));
    expectClose(network.probabilities, maps.map(choose));
  });

  it("batch normalization", () => {
    const layer: BatchNormalizationLayer = {
      ...common,
      kind: "batch_normalization",
      output_shape: shape,
      epsilon: 1e-3,
    };
    const moments = {
      gamma: randomArray(3, random),
      beta: randomArray(3, random),
      moving_mean: randomArray(3, random),
      moving_variance: Float32Array.of(0, 0.3, 2),
    };
    const network = networkOf(layer, moments);
    network.run(input);
    // The first channel is divided by √0.001, so that its numbers are 30 times larger.
    expectClose(network.probabilities, naiveBatchNormalization(layer, input, moments));
  });

  it("dropout lets everything through", () => {
    const network = networkOf({ ...common, kind: "dropout", output_shape: shape, rate: 0.5 });
    network.run(input);
    expect(network.probabilities).toEqual(input);
  });

  it("an activation leaves its input as it was", () => {
    const network = networkOf({ ...common, kind: "activation", output_shape: shape, activation: "relu" });
    const before = input.slice();
    network.run(input);
    expectClose(
      network.probabilities,
      before.map((value) => Math.max(value, 0)),
    );
    expect(network.activations("input")).toEqual(before);
  });

  it("softmax of a picture is over the channels of each place", () => {
    const network = networkOf({ ...common, kind: "activation", output_shape: shape, activation: "softmax" });
    network.run(input);
    for (let start = 0; start < 60; start += 3) {
      const exponentials = [...input.slice(start, start + 3)].map(Math.exp);
      const total = exponentials.reduce((sum, value) => sum + value, 0);
      expectClose(
        network.probabilities.slice(start, start + 3),
        exponentials.map((value) => value / total),
      );
    }
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
