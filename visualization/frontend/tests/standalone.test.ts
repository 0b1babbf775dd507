/** What a file that opens from disk carries, checked before anything is drawn; weights that need no fetching. */
import { describe, expect, it } from "vitest";
import { ContractError } from "../src/checks";
import { fileNameOf } from "../src/figure/figure";
import { WeightsSource } from "../src/scene/weights";
import { parseStandalone } from "../src/standalone/contract";
import { sceneData } from "./examples";

const image = () => sceneData().image as Record<string, unknown>;

describe("the data of a network's own file", () => {
  it("is a scene and the pictures to choose from", () => {
    const other = { ...image(), caption: "another", label: 3 };
    const { scene, pictures } = parseStandalone({ scene: sceneData(), pictures: [image(), other] });
    expect(scene.image.caption).toBe(pictures[0].caption);
    expect(pictures[1]).toMatchObject({ caption: "another", label: 3 });
  });

  it.each([
    ["no data", null, "standalone data: expected an object"],
    ["no picture", { scene: sceneData(), pictures: [] }, "pictures: expected at least one"],
    ["no list", { scene: sceneData(), pictures: {} }, "pictures: expected a list"],
    ["a broken scene", { scene: { ...sceneData(), schema: 2 }, pictures: [image()] }, "scene data schema"],
    [
      "a picture of another size",
      { scene: sceneData(), pictures: [image(), { ...image(), pixels: btoa("abc") }] },
      "image.pixels: expected 784 bytes",
    ],
  ])("is refused with %s", (_, data, message) => {
    expect(() => parseStandalone(data)).toThrow(ContractError);
    expect(() => parseStandalone(data)).toThrow(message);
  });
});

it("weights that are held are there at once, and nothing is fetched", () => {
  const source = new WeightsSource(() => {
    throw new Error("no network is asked");
  });
  const tensors = new Map([["output/bias", { shape: [1], values: Float32Array.of(2) }]]);
  source.hold("embedded", tensors);
  expect(source.ready("embedded")).toBe(tensors);
});

it("a figure's picture is named after the figure", () => {
  expect(fileNameOf("curve_loss")).toBe("strata-curve-loss");
  expect(fileNameOf("CNN 32-64: what it makes of ../sample 7")).toBe(
    "strata-cnn-32-64-what-it-makes-of-sample-7",
  );
  expect(fileNameOf("…")).toBe("strata");
});
