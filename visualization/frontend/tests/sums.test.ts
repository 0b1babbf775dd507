import { describe, expect, it } from "vitest";
import { type Conv2dLayer, type DenseLayer, type Padding, size, slidingSteps, spanOf } from "../src/contract";
import { reachOf } from "../src/engine/reach";
import { buffersOfSums, Memory, ScalarSums } from "../src/engine/sums";
import { expectClose, randomArray, randomNumbers } from "./examples";
import { naiveConvolution } from "./naive";

type Pair = [number, number];
const common = { name: "layer", title: "", parameters: 0, activation: "linear" as const };

/** The sums in WebAssembly and without, over the same input. */
function both(
  layer: Conv2dLayer | DenseLayer,
  kernel: Float32Array,
  bias: Float32Array,
  input: Float32Array,
): Float32Array[] {
  const reach = reachOf(layer);
  const outputs = size(layer.output_shape);
  const buffers = buffersOfSums(kernel.length / bias.length, bias.length, input.length, reach);
  const memory = new Memory([outputs, outputs, ...buffers]);
  const each = [
    memory.sums(kernel, bias, input.length, reach),
    new ScalarSums(kernel, bias, input.length, reach),
  ];
  return each.map((sums) => {
    const output = memory.floats(outputs);
    sums.run(input, output);
    return output;
  });
}

describe("sums with and without WebAssembly", () => {
  const cases = [1, 3, 4, 5, 16, 31, 52, 64].flatMap((outputs) =>
    (["valid", "same"] as const).map((padding) => [outputs, padding] as [number, Padding]),
  );
  it.each(cases)("convolution to %i filters, %s padding", (filters, padding) => {
    const random = randomNumbers(filters);
    const shape = [6, 7, 3];
    const window: Pair = [3, 2];
    const strides: Pair = [2, 1];
    const rows = slidingSteps(shape[0], window[0], strides[0], padding);
    const columns = slidingSteps(shape[1], window[1], strides[1], padding);
    const layer: Conv2dLayer = {
      ...{ ...common, kind: "conv2d", kernel_size: window, strides, padding },
      ...{ input_shape: shape, output_shape: [rows, columns, filters] },
    };
    const input = randomArray(size(shape), random).map((value) => Math.max(0, value));
    const kernel = randomArray(size(window) * shape[2] * filters, random);
    const bias = randomArray(filters, random);
    const expected = naiveConvolution(layer, input, kernel, bias);
    for (const output of both(layer, kernel, bias, input)) expectClose(output, expected);
  });

  it.each([
    [[2, 2], "same"],
    [[1, 3], "valid"],
    [[3, 1], "same"],
    [[4, 4], "same"],
  ] as [Pair, Padding][])("convolution with cells %j apart, %s padding", (dilation, padding) => {
    const random = randomNumbers(dilation[0]);
    const [shape, window, filters] = [[6, 7, 3], [2, 3] as Pair, 5];
    const [rows, columns] = [0, 1].map((axis) =>
      slidingSteps(shape[axis], spanOf(window[axis], dilation[axis]), 1, padding),
    );
    const layer: Conv2dLayer = {
      ...{ ...common, kind: "conv2d", kernel_size: window, strides: [1, 1], padding },
      ...{ dilation_rate: dilation, input_shape: shape, output_shape: [rows, columns, filters] },
    };
    const input = randomArray(size(shape), random).map((value) => Math.max(0, value));
    const kernel = randomArray(size(window) * shape[2] * filters, random);
    const bias = randomArray(filters, random);
    const expected = naiveConvolution(layer, input, kernel, bias);
    for (const output of both(layer, kernel, bias, input)) expectClose(output, expected);
  });

  it.each([
    [1, 1],
    [127, 10],
    [129, 33],
    [500, 7],
  ])("dense, %i inputs to %i units", (inputs, units) => {
    const random = randomNumbers(inputs);
    const layer: DenseLayer = {
      ...{ ...common, kind: "dense", units },
      ...{ input_shape: [inputs], output_shape: [units] },
    };
    const input = randomArray(inputs, random);
    const kernel = randomArray(inputs * units, random).map((weight) => weight / 8);
    const bias = randomArray(units, random);
    const expected = Array.from(bias, (start, unit) =>
      input.reduce((sum, value, index) => sum + value * kernel[index * units + unit], start),
    );
    for (const output of both(layer, kernel, bias, input)) expectClose(output, expected);
  });

  it("are the bias where every input is zero", () => {
    const layer: DenseLayer = { ...common, kind: "dense", units: 2, input_shape: [3], output_shape: [2] };
    const bias = Float32Array.of(0.5, -2);
    for (const output of both(layer, new Float32Array(6).fill(9), bias, new Float32Array(3))) {
      expect(output).toEqual(bias);
    }
  });
});
