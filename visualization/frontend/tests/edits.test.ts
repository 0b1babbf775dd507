import { describe, expect, it } from "vitest";
import type { LayerSpec } from "../src/contract";
import { Edits, weightNames } from "../src/engine/edits";
import { Network } from "../src/engine/network";
import type { Tensors } from "../src/safetensors";
import { inputLayer, randomArray, randomNumbers, standardLayers } from "./examples";
import { randomWeights } from "./random_networks";

const spec = { title: "", layers: standardLayers() };
const snapshot = randomWeights(spec, 1);
const picture = randomArray(784, randomNumbers(2)).map(Math.abs);
const conv = spec.layers[1];

function run(tensors: Tensors): Map<string, Float32Array> {
  const network = new Network(spec, tensors);
  network.run(picture);
  return new Map(spec.layers.map(({ name }) => [name, network.activations(name).slice()]));
}

const before = run(snapshot);

describe("a muted filter", () => {
  it("is 0 everywhere, and nothing else of its layer moves", () => {
    const edits = new Edits();
    edits.mute(conv, 3);
    const after = run(edits.apply(snapshot));
    const expected = before.get("conv_1")!.map((value, index) => (index % 32 === 3 ? 0 : value));
    expect(after.get("conv_1")).toEqual(expected);
    expect(after.get("input")).toEqual(before.get("input"));
    expect(after.get("conv_2")).not.toEqual(before.get("conv_2"));
    expect([edits.count, edits.isMuted(conv, 3), edits.isMuted(conv, 4)]).toEqual([1, true, false]);
  });

  it("is bit for bit as before when it is unmuted", () => {
    const edits = new Edits();
    edits.mute(conv, 3);
    edits.unmute(conv, 3);
    expect(run(edits.apply(snapshot))).toEqual(before);
    expect(edits.count).toBe(0);
  });
});

describe("a set value", () => {
  it("moves its own map by its input alone", () => {
    const edits = new Edits();
    edits.set("conv_1/bias", 5, snapshot.get("conv_1/bias")!.values[5] + 100);
    const after = run(edits.apply(snapshot)).get("conv_1")!;
    for (const [index, value] of before.get("conv_1")!.entries()) {
      if (index % 32 !== 5) expect(after[index]).toBe(value);
      else expect(after[index]).toBeGreaterThan(80);
    }
  });

  it("stays on another snapshot, and leaves the snapshots as they are", () => {
    const edits = new Edits();
    edits.set("conv_1/kernel", 7, 0.25);
    const other = randomWeights(spec, 9);
    const copies = [snapshot, other].map((tensors) => tensors.get("conv_1/kernel")!.values.slice());
    for (const tensors of [snapshot, other]) {
      const edited = edits.apply(tensors);
      expect(edited.get("conv_1/kernel")!.values[7]).toBe(0.25);
      expect(edited.get("conv_1/bias")).toBe(tensors.get("conv_1/bias"));
      expect(edited.get("dense_1/kernel")).toBe(tensors.get("dense_1/kernel"));
    }
    expect([snapshot, other].map((tensors) => tensors.get("conv_1/kernel")!.values)).toEqual(copies);
  });

  it("is kept under a mute", () => {
    const edits = new Edits();
    edits.set("conv_1/bias", 3, 2);
    edits.mute(conv, 3);
    expect(edits.apply(snapshot).get("conv_1/bias")!.values[3]).toBe(0);
    edits.unmute(conv, 3);
    expect(edits.apply(snapshot).get("conv_1/bias")!.values[3]).toBe(2);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e6 + 1, -1e7])("is refused: %d", (value) => {
    const edits = new Edits();
    expect(() => edits.set("conv_1/bias", 3, value)).toThrow(
      `weight 3 of conv_1/bias: expected a number between −1,000,000 and 1,000,000, received ${value}.`,
    );
    expect(edits.count).toBe(0);
  });
});

describe("restoring", () => {
  function edited(): Edits {
    const edits = new Edits();
    edits.make({ kind: "set", tensor: "conv_1/kernel", index: 32 + 3, value: 1 });
    edits.make({ kind: "set", tensor: "conv_1/bias", index: 3, value: 1 });
    edits.make({ kind: "set", tensor: "conv_1/bias", index: 4, value: 1 });
    edits.make({ kind: "mute", layer: conv, channel: 3, muted: true });
    return edits;
  }

  it("takes back one value", () => {
    const edits = edited();
    edits.restore({ kind: "value", tensor: "conv_1/bias", index: 3 });
    expect(edits.isEdited("conv_1/bias", 3)).toBe(false);
    expect(edits.isEdited("conv_1/kernel", 35)).toBe(true);
    expect(edits.count).toBe(3);
  });

  it("takes back one filter", () => {
    const edits = edited();
    edits.restore({ kind: "filter", layer: conv, channel: 3 });
    expect([edits.isFilterEdited(conv, 3), edits.isFilterEdited(conv, 4)]).toEqual([false, true]);
    expect(edits.count).toBe(1);
    const network = run(edits.apply(snapshot)).get("conv_1")!;
    for (const [index, value] of before.get("conv_1")!.entries()) {
      if (index % 32 !== 4) expect(network[index]).toBe(value);
    }
  });

  it("takes back everything, bit for bit", () => {
    const edits = edited();
    expect(run(edits.apply(snapshot))).not.toEqual(before);
    edits.restore({ kind: "all" });
    expect(run(edits.apply(snapshot))).toEqual(before);
    expect(edits.count).toBe(0);
  });
});

describe("layers with weights of another form", () => {
  const common = { parameters: 0, title: "", input_shape: [4, 4, 2] };
  const depthwise: LayerSpec = {
    ...common,
    name: "depthwise",
    kind: "depthwise_conv2d",
    output_shape: [3, 3, 6],
    kernel_size: [2, 2],
    strides: [1, 1],
    padding: "valid",
    depth_multiplier: 3,
    activation: "linear",
  };
  const norm: LayerSpec = {
    ...common,
    name: "norm",
    kind: "batch_normalization",
    input_shape: [3, 3, 6],
    output_shape: [3, 3, 6],
    epsilon: 1e-3,
  };
  const odd = { title: "", layers: [inputLayer([4, 4, 2]), depthwise, norm] };
  const weights = randomWeights(odd, 4);
  const input = randomArray(32, randomNumbers(5));
  const outputs = (tensors: Tensors, layer: string) => {
    const network = new Network(odd, tensors);
    network.run(input);
    return network.activations(layer).slice();
  };

  it.each([depthwise, norm])("$kind: one channel is muted, the others stay", (layer) => {
    const edits = new Edits();
    edits.mute(layer, 4);
    const before = outputs(weights, layer.name);
    const expected = before.map((value, index) => (index % 6 === 4 ? 0 : value));
    expect(outputs(edits.apply(weights), layer.name)).toEqual(expected);
    edits.unmute(layer, 4);
    expect(outputs(edits.apply(weights), layer.name)).toEqual(before);
  });

  it.each([
    ["depthwise/kernel", 6 + 4, depthwise],
    ["depthwise/bias", 4, depthwise],
    ["norm/gamma", 4, norm],
    ["norm/beta", 4, norm],
  ] as const)("%s: a value belongs to its own channel", (tensor, index, layer) => {
    const edits = new Edits();
    edits.set(tensor, index, 3);
    const before = outputs(weights, layer.name);
    const moved = outputs(edits.apply(weights), layer.name).map((value, at) => Number(value !== before[at]));
    expect(moved.every((changed, at) => changed === Number(at % 6 === 4))).toBe(true);
    expect([3, 4, 5].map((channel) => edits.isFilterEdited(layer, channel))).toEqual([false, true, false]);
    edits.restore({ kind: "filter", layer, channel: 3 });
    expect(edits.count).toBe(1);
    edits.restore({ kind: "filter", layer, channel: 4 });
    expect(edits.count).toBe(0);
  });

  it("knows which layers have weights", () => {
    const names = [...odd.layers, ...spec.layers.slice(1, 3)].map(weightNames);
    expect(names).toEqual([[], ["kernel", "bias"], ["gamma", "beta"], ["kernel", "bias"], []]);
  });
});

it("refuses another network's edits in words", () => {
  const edits = new Edits();
  edits.set("conv_9/bias", 0, 1);
  expect(() => edits.apply(new Map([["a", { shape: [1], values: new Float32Array(1) }]]))).toThrow(
    "edited weight conv_9/bias: expected one of a, received nothing.",
  );
  edits.clear();
  edits.set("conv_1/bias", 32, 1);
  expect(() => edits.apply(snapshot)).toThrow("edited index in conv_1/bias: expected below 32, received 32.");
  expect(() => edits.set("conv_1/bias", -1, 1)).toThrow(
    "index in conv_1/bias: expected a whole number of at least 0, received -1.",
  );
});
