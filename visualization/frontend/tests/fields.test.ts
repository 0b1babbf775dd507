/** Receptive fields and reach; the oracle is NaN, put into one neuron of the definitions' plain loops. */
import { describe, expect, it } from "vitest";
import { inputsOf, type LayerSpec, size } from "../src/contract";
import { reach, receptiveField } from "../src/explain/fields";
import { patchOf, type WindowLayer } from "../src/explain/patch";
import { indexOf, originOf, positionOf } from "../src/explain/place";
import { standardLayers } from "./examples";
import { naiveLayer } from "./naive_layers";
import { randomNetwork, randomWeights } from "./random_networks";

const seeds = Array.from({ length: 40 }, (_, index) => index + 1);

/** For each later layer, which of its neurons a NaN in this one arrives at. */
function arrivals(layers: readonly LayerSpec[], layer: number, index: number): Map<number, Uint8Array> {
  const weights = randomWeights({ title: "", layers }, 1);
  const values = layers.slice(0, layer + 1).map(({ output_shape }) => new Float32Array(size(output_shape)));
  values[layer][index] = Number.NaN;
  const masks = new Map<number, Uint8Array>();
  for (let later = layer + 1; later < layers.length; later++) {
    const inputs = inputsOf(layers, later).map((source) => values[source]);
    values.push(Float32Array.from(naiveLayer(layers[later], weights, inputs)));
    masks.set(
      later,
      Uint8Array.from(values[later], (value) => Number(Number.isNaN(value))),
    );
  }
  return masks;
}

/** At most `most` indices of the layer's values, spread over all of them. */
function sampled({ output_shape }: LayerSpec, most: number): number[] {
  const count = size(output_shape);
  const all = Array.from({ length: Math.min(count, most) }, (_, at) => at);
  return all.map((at) => Math.floor((at * count) / all.length));
}

describe.each(seeds)("random network %i", (seed) => {
  const { layers } = randomNetwork(seed);

  it("reaches what a NaN arrives at", () => {
    for (let layer = 0; layer < layers.length; layer++) {
      for (const index of sampled(layers[layer], 8)) {
        expect(reach(layers, { layer, index })).toEqual(arrivals(layers, layer, index));
      }
    }
  });

  it("depends on exactly what reaches it", () => {
    const sources = layers.flatMap((from, layer) => sampled(from, 14).map((index) => ({ layer, index })));
    const reached = sources.map((source) => reach(layers, source));
    for (let layer = 0; layer < layers.length; layer++) {
      for (const index of sampled(layers[layer], 10)) {
        const field = receptiveField(layers, { layer, index });
        expect([...field.keys()]).toEqual(Array.from({ length: layer }, (_, at) => layer - 1 - at));
        for (const [at, source] of sources.entries()) {
          if (source.layer >= layer) continue;
          expect(field.get(source.layer)![source.index]).toBe(reached[at].get(layer)![index]);
        }
      }
    }
  });
});

it("knows the fields of the standard network", () => {
  const layers = standardLayers();
  const place = { layer: 4, index: indexOf([5, 5, 64], { row: 4, column: 0, channel: 7 }) };
  const field = receptiveField(layers, place);
  const ones = (layer: number) => field.get(layer)!.reduce((sum, value) => sum + value, 0);
  expect([3, 2, 1, 0].map(ones)).toEqual([4, 4 * 4 * 32, 8 * 8 * 32, 10 * 10]);
  expect(field.get(0)![16 * 28]).toBe(1); // rows 16 to 25, columns 0 to 9
  expect(field.get(0)![15 * 28]).toBe(0);
  expect(field.get(0)![25 * 28 + 9]).toBe(1);
  expect(field.get(0)![26 * 28]).toBe(0);
  // Only one position of conv 1 sees the lower right pixel.
  expect(
    reach(layers, { layer: 0, index: 783 })
      .get(1)!
      .reduce((sum, value) => sum + value, 0),
  ).toBe(32);
});

it("begins a patch in the padding", () => {
  const layer: WindowLayer = {
    name: "pool",
    title: "",
    kind: "max_pool2d",
    parameters: 0,
    input_shape: [7, 5, 2],
    output_shape: [4, 3, 2],
    pool_size: [3, 2],
    strides: [2, 2],
    padding: "same",
  };
  expect(patchOf(layer, 0, 0)).toEqual({ row: -1, column: 0, rows: 3, columns: 2, steps: [1, 1] });
  expect(patchOf(layer, 3, 2)).toEqual({ row: 5, column: 4, rows: 3, columns: 2, steps: [1, 1] });
});

it("sees the whole map under a global pool", () => {
  const layer: WindowLayer = {
    name: "pool",
    title: "",
    kind: "global_average_pool2d",
    parameters: 0,
    input_shape: [7, 5, 2],
    output_shape: [2],
  };
  expect(patchOf(layer, 0, 0)).toEqual({ row: 0, column: 0, rows: 7, columns: 5, steps: [1, 1] });
});

it("places neurons, and follows a value that is only handed on to its origin", () => {
  expect(positionOf([5, 4, 3], 37)).toEqual({ row: 3, column: 0, channel: 1 });
  expect(indexOf([5, 4, 3], { row: 3, column: 0, channel: 1 })).toBe(37);
  expect(positionOf([128], 5)).toEqual({ row: 0, column: 0, channel: 5 });
  expect(originOf(standardLayers(), { layer: 5, index: 99 })).toEqual({ layer: 4, index: 99 });
  expect(originOf(standardLayers(), { layer: 6, index: 99 })).toEqual({ layer: 6, index: 99 });
  const layers = standardLayers();
  layers.splice(6, 0, { ...layers[5], input_shape: [1600], name: "dropout", kind: "dropout", rate: 0.5 });
  expect(originOf(layers, { layer: 6, index: 99 })).toEqual({ layer: 4, index: 99 });
});
