/** Small networks and weights for the tests. */
import { expect } from "vitest";
import type { DenseLayer, LayerSpec, Padding } from "../src/contract";
import { Network } from "../src/engine/network";

/** Reproducible numbers in −1 … 1 (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

export function randomArray(length: number, random: () => number): Float32Array {
  return Float32Array.from({ length }, random);
}

/** The standard network: 28 × 28, conv 32, pool, conv 64, pool, flatten, dense 128, output 10. */
export function standardLayers(): LayerSpec[] {
  return [
    inputLayer([28, 28, 1]),
    conv("conv_1", [28, 28, 1], [26, 26, 32]),
    pool("pool_1", [26, 26, 32], [13, 13, 32]),
    conv("conv_2", [13, 13, 32], [11, 11, 64]),
    pool("pool_2", [11, 11, 64], [5, 5, 64]),
    { ...common("flatten", [5, 5, 64], [1600]), kind: "flatten" },
    { ...common("dense_1", [1600], [128]), kind: "dense", units: 128, activation: "relu" },
    { ...common("output", [128], [10]), kind: "dense", units: 10, activation: "softmax" },
  ];
}

export function inputLayer(shape: number[]): LayerSpec {
  return { ...common("input", shape, shape), kind: "input" };
}

/** A layer behind others; its shapes and kind are in `fields`. */
export function layerBehind(name: string, inputs: string[], fields: object): LayerSpec {
  return { name, title: name.replace("_", " "), parameters: 0, inputs, ...fields } as unknown as LayerSpec;
}

function common(name: string, input: number[], output: number[]) {
  return { name, title: name.replace("_", " "), input_shape: input, output_shape: output, parameters: 0 };
}

function conv(name: string, input: number[], output: number[]): LayerSpec {
  return {
    ...common(name, input, output),
    kind: "conv2d",
    kernel_size: [3, 3],
    strides: [1, 1],
    padding: "valid",
    activation: "relu",
  };
}

function pool(name: string, input: number[], output: number[]): LayerSpec {
  const padding: Padding = "valid";
  return { ...common(name, input, output), kind: "max_pool2d", pool_size: [2, 2], strides: [2, 2], padding };
}

/** One dense layer on its own; `kernel` is [inputs, units], flat. */
export function denseNetwork(
  activation: DenseLayer["activation"],
  kernel: number[],
  bias: number[],
): Network {
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

/** Every value within 1e-5. */
export function expectClose(received: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(received.length).toBe(expected.length);
  for (let index = 0; index < expected.length; index++) {
    expect(Math.abs(received[index] - expected[index])).toBeLessThan(1e-5);
  }
}

/** Scene data as Python would send it, for the network of these layers. */
export function sceneData(layers: LayerSpec[] = standardLayers()): Record<string, unknown> {
  const [rows, columns, channels] = layers[0].output_shape;
  return {
    schema: 1,
    network: { title: "test", layers },
    class_names: Array.from({ length: layers[layers.length - 1].output_shape[0] }, (_, index) =>
      String(index),
    ),
    weights_url: "/weights/1",
    trace_url: "/trace/1",
    run: "run",
    step: 1,
    image: {
      pixels: btoa("\u0080".repeat(rows * columns * channels)),
      shape: [rows, columns, channels],
      label: 3,
      caption: "test image 0",
    },
    pad: { taken: null, shown: false },
  };
}

export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A safetensors file. */
export function safetensorsFile(tensors: Readonly<Record<string, StoredTensor>>): ArrayBuffer {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [end, end + bytes.length] };
    end += bytes.length;
  }
  return withHeader(
    JSON.stringify(header),
    Object.values(tensors).flatMap(({ bytes }) => [...bytes]),
  );
}

export function withHeader(
  header: string,
  data: readonly number[] = [],
  claimed = header.length,
): ArrayBuffer {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(claimed), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file.buffer;
}

export function f32(values: readonly number[], shape: readonly number[]): StoredTensor {
  return { dtype: "F32", shape, bytes: new Uint8Array(Float32Array.from(values).buffer) };
}
