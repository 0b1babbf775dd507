import { describe, expect, it } from "vitest";
import { decodePixels, kinds, parseNetwork, parseSceneData, slidingSteps } from "../src/contract";
import { parseFigure, parseFigureData } from "../src/figure/contract";
import { sceneData, standardLayers } from "./examples";

describe("scene data", () => {
  it("is taken as it is", () => {
    const data = parseSceneData(sceneData());
    expect(data.network.layers).toEqual(standardLayers());
  });

  const image = () => sceneData().image as Record<string, unknown>;
  const layers = () => standardLayers() as unknown as Record<string, unknown>[];
  const withLayer = (index: number, fields: object) => {
    const changed = layers().map((layer, at) => (at === index ? { ...layer, ...fields } : layer));
    return { ...sceneData(), network: { title: "", layers: changed } };
  };
  const cases: [string, unknown, string][] = [
    ["nothing", undefined, "scene data: expected an object, received nothing."],
    ["another schema", { ...sceneData(), schema: 2 }, "scene data schema: expected 1, received 2."],
    [
      "names missing",
      { ...sceneData(), class_names: ["0"] },
      "class_names: expected 10 names, one for each output",
    ],
    [
      "no address",
      { ...sceneData(), weights_url: "" },
      'weights_url: expected text that is not empty, received "".',
    ],
    [
      "a step of NaN",
      { ...sceneData(), step: Number.NaN },
      "step: expected a whole number of at least 0, received NaN.",
    ],
    [
      "a label too large",
      { ...sceneData(), image: { ...image(), label: 10 } },
      "image.label: expected below 10, received 10.",
    ],
    [
      "too few pixels",
      { ...sceneData(), image: { ...image(), pixels: btoa("abc") } },
      'image.pixels: expected 784 bytes, received "3 bytes".',
    ],
    [
      "no base64",
      { ...sceneData(), image: { ...image(), pixels: "*" } },
      'image.pixels: expected base64, received "*".',
    ],
    [
      "another image shape",
      { ...sceneData(), image: { ...image(), shape: [8, 8, 1] } },
      "image.shape: expected [28, 28, 1], received [8,8,1].",
    ],
    [
      "an unknown kind",
      withLayer(1, { kind: "lambda" }),
      `network.layers[1].kind: expected one of ${kinds.join(", ")}, received "lambda".`,
    ],
    [
      "shapes that do not chain",
      withLayer(2, { input_shape: [26, 26, 31], output_shape: [13, 13, 31] }),
      "network.layers[2].input_shape: expected [26, 26, 32], received [26,26,31].",
    ],
    [
      "a shape that the layer cannot give",
      withLayer(1, { output_shape: [28, 26, 32] }),
      "network.layers[1].output_shape: expected [26, 26, 32], received [28,26,32].",
    ],
    [
      "two layers of one name",
      withLayer(3, { name: "conv_1" }),
      "network.layers: expected names that differ",
    ],
    [
      "a layer without activation",
      withLayer(6, { activation: undefined }),
      "network.layers[6].activation: expected one of",
    ],
  ];
  it.each(cases)("refuses %s", (_, data, message) => {
    expect(() => parseSceneData(data)).toThrow(message);
  });
});

describe("one layer after a picture of 4 × 6, 3 channels", () => {
  const shape = [4, 6, 3];
  const input = {
    name: "input",
    kind: "input",
    title: "input",
    input_shape: shape,
    output_shape: shape,
    parameters: 0,
  };
  const oneLayer = (output_shape: number[], fields: object) => ({
    title: "",
    layers: [input, { ...input, name: "layer", title: "layer", output_shape, ...fields }],
  });
  const window = { strides: [2, 2], padding: "valid" };
  const depthwise = {
    kind: "depthwise_conv2d",
    kernel_size: [3, 3],
    depth_multiplier: 2,
    activation: "relu",
    ...window,
  };

  it.each([
    [[1, 2, 6], depthwise],
    [[2, 3, 3], { kind: "average_pool2d", pool_size: [2, 2], ...window }],
    [[3], { kind: "global_max_pool2d" }],
    [[3], { kind: "global_average_pool2d" }],
    [shape, { kind: "batch_normalization", epsilon: 1e-3 }],
    [shape, { kind: "dropout", rate: 0.5 }],
    [shape, { kind: "activation", activation: "gelu" }],
    [[72], { kind: "flatten" }],
  ] as [number[], object][])("to %j: %j", (output, fields) => {
    expect(parseNetwork(oneLayer(output, fields)).layers[1]).toMatchObject({
      output_shape: output,
      ...fields,
    });
  });

  it.each([
    [[1, 2, 3], depthwise, "layers[1].output_shape: expected [1, 2, 6], received [1,2,3]."],
    [
      [1, 2, 6],
      { ...depthwise, depth_multiplier: 0 },
      "depth_multiplier: expected a whole number of at least 1",
    ],
    [[6], { kind: "global_max_pool2d" }, "layers[1].output_shape: expected [3], received [6]."],
    [
      [4, 6, 1],
      { kind: "dropout", rate: 0 },
      "layers[1].output_shape: expected [4, 6, 3], received [4,6,1].",
    ],
    [shape, { kind: "dropout", rate: 1 }, "layers[1].rate: expected a number from 0 to below 1, received 1."],
    [shape, { kind: "batch_normalization", epsilon: 0 }, "epsilon: expected a number above 0, received 0."],
    [
      shape,
      { kind: "batch_normalization" },
      "layers[1].epsilon: expected a number above 0, received nothing.",
    ],
    [
      shape,
      { kind: "activation", activation: "swish" },
      "layers[1].activation: expected one of linear, relu,",
    ],
    [[10], { kind: "dense", units: 10, activation: "relu" }, "input_shape: expected one number, the inputs"],
    [[12], { kind: "flatten" }, "layers[1].output_shape: expected [72], received [12]."],
  ] as [number[], object, string][])("not to %j: %j", (output, fields, message) => {
    expect(() => parseNetwork(oneLayer(output, fields))).toThrow(message);
  });
});

it("decodes pixels", () => {
  expect([...decodePixels(btoa("\u0000\u0080\u00ff"), 3)]).toEqual([0, 128, 255]);
});

it("counts the places of a window as Keras does", () => {
  expect(slidingSteps(28, 3, 1, "valid")).toBe(26);
  expect(slidingSteps(11, 2, 2, "valid")).toBe(5);
  expect(slidingSteps(11, 2, 2, "same")).toBe(6);
});

describe("figure data", () => {
  const data = { schema: 1, name: "curve", figure: '{"data":[]}', plotly_url: "/plotly.js", height: "fill" };
  it("is taken, and refused in words", () => {
    expect(parseFigureData(data).height).toBe("fill");
    expect(parseFigureData({ ...data, height: 420 }).height).toBe(420);
    expect(() => parseFigureData({ ...data, height: "tall" })).toThrow(
      "height: expected a whole number of at least 1",
    );
    expect(() => parseFigure("{")).toThrow('figure: expected JSON, received "{".');
    expect(() => parseFigure('{"data":{}}')).toThrow("figure.data: expected a list, received an object.");
  });
});
