/** What the contract takes and refuses of networks that branch. */
import { describe, expect, it } from "vitest";
import { inputsOf, type LayerSpec, type NetworkSpec, parseNetwork } from "../src/contract";
import { inputLayer, layerBehind as layer } from "./examples";

describe("the contract", () => {
  const picture = [4, 6, 2];
  const add = { kind: "add", input_shape: picture, output_shape: picture };
  const spec = (...layers: LayerSpec[]) => ({ title: "", layers: [inputLayer(picture), ...layers] });
  const passed = layer("passed", ["input"], { ...add, kind: "dropout", rate: 0.5 });

  it("takes layers in any order that reads backwards", () => {
    const { layers } = parseNetwork(spec(passed, layer("sum", ["passed", "input"], add)));
    expect(layers.map((_, index) => inputsOf(layers, index))).toEqual([[], [0], [1, 0]]);
  });

  it("takes a layer without inputs as reading the one before it", () => {
    const { inputs: _, ...bare } = passed;
    const { layers } = parseNetwork(spec(bare as LayerSpec));
    expect(inputsOf(layers, 1)).toEqual([0]);
  });

  const cases: [string, NetworkSpec, string][] = [
    [
      "a layer that is not there",
      spec(layer("sum", ["input", "nobody"], add)),
      'network.layers[1].inputs[1]: expected the name of a layer before it, received "nobody".',
    ],
    [
      "a layer that stands later",
      spec(layer("sum", ["input", "passed"], add), passed),
      'network.layers[1].inputs[1]: expected the name of a layer before it, received "passed".',
    ],
    [
      "a merge of one",
      spec(layer("sum", ["input"], add)),
      'network.layers[1].inputs: expected at least two names, received ["input"].',
    ],
    [
      "a difference of three",
      spec(layer("less", ["input", "input", "input"], { ...add, kind: "subtract" })),
      "network.layers[1].inputs: expected two names",
    ],
    [
      "two inputs for a layer that reads one",
      spec({ ...passed, inputs: ["input", "input"] }),
      "network.layers[1].inputs: expected one name",
    ],
    [
      "shapes that do not go together",
      spec(
        layer("flat", ["input"], { kind: "flatten", input_shape: picture, output_shape: [48] }),
        layer("sum", ["input", "flat"], add),
      ),
      "network.layers[2].inputs[1]: expected the shape [4, 6, 2] or [1, 1, 2], received [48].",
    ],
    [
      "channels that cannot be joined",
      spec(
        layer("flat", ["input"], { kind: "flatten", input_shape: picture, output_shape: [48] }),
        layer("both", ["input", "flat"], {
          kind: "concatenate",
          input_shape: picture,
          output_shape: [4, 6, 3],
        }),
      ),
      "network.layers[2].inputs[1]: expected the shape [4, 6, channels], received [48].",
    ],
    [
      "a reshape to more values",
      spec(layer("other", ["input"], { kind: "reshape", input_shape: picture, output_shape: [7, 7] })),
      "network.layers[1].output_shape: expected 48 values in all, received [7,7].",
    ],
    [
      "a border of less than nothing",
      spec(
        layer("border", ["input"], {
          ...add,
          kind: "zero_padding2d",
          padding: [
            [0, 0],
            [0, -1],
          ],
        }),
      ),
      "network.layers[1].padding[1][1]: expected a whole number of at least 0, received -1.",
    ],
    [
      "a scale for another number of channels",
      spec(layer("scaled", ["input"], { ...add, kind: "rescaling", scale: [1, 2, 3], offset: 0 })),
      "network.layers[1].scale: expected 2 numbers, received [1,2,3].",
    ],
    [
      "a number that is none",
      spec(layer("scaled", ["input"], { ...add, kind: "rescaling", scale: 1, offset: Number.NaN })),
      "network.layers[1].offset: expected a number, received NaN.",
    ],
  ];
  it.each(cases)("refuses %s", (_, network, message) => {
    expect(() => parseNetwork(network)).toThrow(message);
  });
});
