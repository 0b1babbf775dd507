/** The contract with Python: pytest proves that Python writes the golden files; here, that we read them. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  activations,
  decodePixels,
  kinds,
  type NetworkSpec,
  parseNetwork,
  parseSceneData,
  size,
} from "../src/contract";
import { inputFromPixels, Network } from "../src/engine";
import { readSafetensors, type Tensors } from "../src/safetensors";

interface GoldenScene {
  readonly scene: unknown;
  readonly weights: string;
  readonly activations: Readonly<Record<string, readonly number[]>>;
}
interface GoldenNetwork {
  readonly network: { readonly title: string };
  readonly pixels: string;
  readonly weights: string;
  readonly activations: string;
}
interface GoldenLayers {
  readonly kinds: readonly string[];
  readonly activations: readonly string[];
  readonly networks: readonly GoldenNetwork[];
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../tests/golden/${name}`, import.meta.url), "utf-8"));
}

function tensors(base64: string): Tensors {
  return readSafetensors(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer);
}

/** Run the picture through, and hold every layer against what Keras made of it. */
function expectKeras(
  spec: NetworkSpec,
  weights: Tensors,
  pixels: string,
  keras: ReadonlyMap<string, ArrayLike<number>>,
): void {
  const network = new Network(spec, weights);
  network.run(inputFromPixels(decodePixels(pixels, size(spec.layers[0].output_shape))));
  expect([...keras.keys()].sort()).toEqual(spec.layers.map(({ name }) => name).sort());
  for (const [name, expected] of keras) {
    const received = network.activations(name);
    expect(received.length, name).toBe(expected.length);
    const difference = Math.max(...Array.from(expected, (value, index) => Math.abs(value - received[index])));
    expect(difference, name).toBeLessThanOrEqual(1e-5);
  }
}

it("computes Keras's activations from what Python writes", () => {
  const golden = read("scene.json") as GoldenScene;
  const scene = parseSceneData(golden.scene);
  const keras = new Map(Object.entries(golden.activations));
  expectKeras(scene.network, tensors(golden.weights), scene.image.pixels, keras);
});

describe("every layer", () => {
  const golden = read("layers.json") as GoldenLayers;

  it("is known here by the same name as in Python", () => {
    expect(kinds).toEqual(golden.kinds);
    expect(activations).toEqual(golden.activations);
  });

  it.each(golden.networks.map((each) => [each.network.title, each] as const))("%s", (_, each) => {
    const keras = [...tensors(each.activations)].map(([name, { values }]) => [name, values] as const);
    expectKeras(parseNetwork(each.network), tensors(each.weights), each.pixels, new Map(keras));
  });
});
