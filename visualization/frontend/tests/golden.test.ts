/** The contract with Python: tests/golden/scene.json is proved by pytest to be what Python writes; here, what we read. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { decodePixels, parseSceneData, size } from "../src/contract";
import { inputFromPixels, Network } from "../src/engine";
import { readSafetensors } from "../src/safetensors";

interface Golden {
  readonly scene: unknown;
  readonly weights: string;
  readonly activations: Readonly<Record<string, readonly number[]>>;
}

it("computes Keras's activations from what Python writes", () => {
  const path = new URL("../../../tests/golden/scene.json", import.meta.url);
  const golden = JSON.parse(readFileSync(path, "utf-8")) as Golden;
  const scene = parseSceneData(golden.scene);
  const bytes = Uint8Array.from(atob(golden.weights), (character) => character.charCodeAt(0));
  const network = new Network(scene.network, readSafetensors(bytes.buffer));
  network.run(inputFromPixels(decodePixels(scene.image.pixels, size(scene.image.shape))));
  expect(Object.keys(golden.activations)).toEqual(scene.network.layers.map(({ name }) => name));
  for (const { name } of scene.network.layers) {
    const expected = golden.activations[name];
    const received = network.activations(name);
    expect(received.length, name).toBe(expected.length);
    const difference = Math.max(...expected.map((value, index) => Math.abs(value - received[index])));
    expect(difference, name).toBeLessThanOrEqual(1e-5);
  }
});
