/** The comparison with Keras, on the golden file, which holds what Keras really computed. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseSceneData } from "../src/contract";
import { readSafetensors } from "../src/safetensors";
import { checkAgainstKeras } from "../src/scene/keras_check";
import { f32, safetensorsFile } from "./examples";

const golden = JSON.parse(readFileSync(new URL("../../../tests/golden/scene.json", import.meta.url), "utf8"));
const data = parseSceneData(golden.scene);
const weights = readSafetensors(
  Uint8Array.from(atob(golden.weights), (character) => character.charCodeAt(0)).buffer,
);

/** A server that answers with these activations, by layer. */
function serverWith(activations: Record<string, number[]>) {
  const tensors = Object.fromEntries(
    Object.entries(activations).map(([name, values]) => [name, f32(values, [values.length])]),
  );
  return async () => new Response(safetensorsFile(tensors));
}

describe("the check against Keras", () => {
  it("finds the browser's activations to be Keras's", async () => {
    const { largest, values } = await checkAgainstKeras(data, weights, serverWith(golden.activations));
    expect(largest).toBeLessThan(1e-5);
    const count = Object.values<number[]>(golden.activations).reduce((sum, { length }) => sum + length, 0);
    expect(values).toBe(count);
  });

  it("tells the largest difference and where it is", async () => {
    const name = data.network.layers[1].name;
    const wrong = { ...golden.activations, [name]: golden.activations[name].map((x: number) => x + 0.5) };
    const found = await checkAgainstKeras(data, weights, serverWith(wrong));
    expect(found.largest).toBeCloseTo(0.5, 4);
    expect(found.layer).toBe(data.network.layers[1].title);
  });

  it("never passes over a NaN", async () => {
    const name = data.network.layers[1].name;
    const broken = { ...golden.activations, [name]: golden.activations[name].with(0, Number.NaN) };
    expect((await checkAgainstKeras(data, weights, serverWith(broken))).largest).toBeNaN();
  });

  it("says in the server's words why there is no answer", async () => {
    const busy = async () => new Response(JSON.stringify({ detail: "Keras is starting." }), { status: 503 });
    await expect(checkAgainstKeras(data, weights, busy)).rejects.toThrow("Keras is starting.");
    const gone = async () => new Response("", { status: 502, statusText: "Bad Gateway" });
    await expect(checkAgainstKeras(data, weights, gone)).rejects.toThrow(
      "the server answers 502 Bad Gateway",
    );
  });

  it("refuses activations of another network", async () => {
    const few = { ...golden.activations, output: [1] };
    await expect(checkAgainstKeras(data, weights, serverWith(few))).rejects.toThrow(/expected \d+ values/);
  });
});
