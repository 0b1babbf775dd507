/** What Python sends to the scene: the types, and the validation that turns unknown data into them.
 *
 * The same fields are written by visualization/scene.py; the golden file tests/golden/scene.json is proved from both
 * sides. Change both and raise `schema` when a field changes its meaning.
 */
import {
  asFields,
  asInteger,
  asList,
  asName,
  asOneOf,
  asShape,
  asText,
  ContractError,
  type Fields,
} from "./checks";
import { type PadReport, parsePadReport } from "./drawing/message";
import { parseWish, type Wish } from "./scene/picks";

export const activations = ["linear", "relu", "sigmoid", "tanh", "softmax"] as const;
export type Activation = (typeof activations)[number];
export type Padding = "valid" | "same";
type Pair = readonly [number, number];
export type Shape3 = readonly [number, number, number];

interface LayerCommon {
  readonly name: string;
  /** For people: "conv 1". */
  readonly title: string;
  /** Without the batch axis, channels last: [rows, columns, channels] or [units]. */
  readonly input_shape: readonly number[];
  readonly output_shape: readonly number[];
  readonly parameters: number;
}
export interface InputLayer extends LayerCommon {
  readonly kind: "input";
}
export interface FlattenLayer extends LayerCommon {
  readonly kind: "flatten";
}
export interface Conv2dLayer extends LayerCommon {
  readonly kind: "conv2d";
  readonly kernel_size: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
  readonly activation: Activation;
}
export interface MaxPool2dLayer extends LayerCommon {
  readonly kind: "max_pool2d";
  readonly pool_size: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
}
export interface DenseLayer extends LayerCommon {
  readonly kind: "dense";
  readonly units: number;
  readonly activation: Activation;
}
export type LayerSpec = InputLayer | FlattenLayer | Conv2dLayer | MaxPool2dLayer | DenseLayer;

export interface NetworkSpec {
  readonly title: string;
  readonly layers: readonly LayerSpec[];
}
export interface SceneImage {
  /** Base64 of uint8, rows × columns × channels; the network's input is value / 255. */
  readonly pixels: string;
  readonly shape: Shape3;
  /** The true class, or null where nobody knows it. */
  readonly label: number | null;
  readonly caption: string;
}
export interface SceneData {
  readonly schema: 1;
  readonly network: NetworkSpec;
  readonly class_names: readonly string[];
  /** A safetensors file; its content never changes, a new step has a new address. */
  readonly weights_url: string;
  /** Answers posted pixels with Keras's activations for them, a safetensors file. */
  readonly trace_url: string;
  readonly run: string;
  readonly step: number;
  readonly image: SceneImage;
  readonly pad: PadReport;
  readonly wish: Wish | null;
}

const kinds = ["input", "conv2d", "max_pool2d", "flatten", "dense"] as const;
const paddings = ["valid", "same"] as const;

/** Check what the page sent. Raises ContractError with the field's path, the expectation and what came. */
export function parseSceneData(value: unknown): SceneData {
  const data = asFields(value, "scene data");
  if (data.schema !== 1) throw new ContractError("scene data schema", "1", data.schema);
  const network = parseNetwork(data.network);
  const classNames = asList(data.class_names, "class_names").map((name, index) =>
    asName(name, `class_names[${index}]`),
  );
  const classes = size(network.layers[network.layers.length - 1].output_shape);
  if (classNames.length !== classes) {
    throw new ContractError("class_names", `${classes} names, one for each output`, data.class_names);
  }
  return {
    schema: 1,
    network,
    class_names: classNames,
    weights_url: asName(data.weights_url, "weights_url"),
    trace_url: asName(data.trace_url, "trace_url"),
    run: asText(data.run, "run"),
    step: asInteger(data.step, "step"),
    image: parseImage(data.image, network.layers[0].output_shape, classes),
    pad: parsePadReport(data.pad),
    wish: parseWish(data.wish),
  };
}

export function parseNetwork(value: unknown): NetworkSpec {
  const network = asFields(value, "network");
  const list = asList(network.layers, "network.layers");
  if (list.length < 2) throw new ContractError("network.layers", "an input and at least one layer", list);
  const layers = list.map((layer, index) => parseLayer(layer, `network.layers[${index}]`));
  if (layers[0].kind !== "input") throw new ContractError("network.layers[0].kind", "input", layers[0].kind);
  const names = new Set(layers.map((layer) => layer.name));
  if (names.size !== layers.length) {
    throw new ContractError("network.layers", "names that differ", [...layers.map((layer) => layer.name)]);
  }
  for (let index = 1; index < layers.length; index++) {
    const before = layers[index - 1].output_shape;
    const { input_shape: received, kind } = layers[index];
    if (kind === "input") throw new ContractError(`network.layers[${index}].kind`, "no second input", kind);
    if (received.join() !== before.join()) {
      throw new ContractError(`network.layers[${index}].input_shape`, `[${before.join(", ")}]`, received);
    }
  }
  return { title: asText(network.title, "network.title"), layers };
}

function parseLayer(value: unknown, what: string): LayerSpec {
  const fields = asFields(value, what);
  const common = {
    name: asName(fields.name, `${what}.name`),
    title: asName(fields.title, `${what}.title`),
    input_shape: asShape(fields.input_shape, `${what}.input_shape`, null),
    output_shape: asShape(fields.output_shape, `${what}.output_shape`, null),
    parameters: asInteger(fields.parameters, `${what}.parameters`),
  };
  const kind = asOneOf(fields.kind, kinds, `${what}.kind`);
  if (kind === "conv2d") return checkImageShapes(parseConv2d(fields, common, what), what);
  if (kind === "max_pool2d") return checkImageShapes(parseMaxPool2d(fields, common, what), what);
  if (kind === "dense") return parseDense(fields, common, what);
  const layer = { ...common, kind };
  if (kind === "flatten" || kind === "input") {
    const expected = size(common.input_shape);
    if (size(common.output_shape) !== expected) {
      throw new ContractError(`${what}.output_shape`, `${expected} values`, common.output_shape);
    }
  }
  return layer;
}

function parseConv2d(fields: Fields, common: LayerCommon, what: string): Conv2dLayer {
  return {
    ...common,
    kind: "conv2d",
    kernel_size: pair(fields.kernel_size, `${what}.kernel_size`),
    strides: pair(fields.strides, `${what}.strides`),
    padding: asOneOf(fields.padding, paddings, `${what}.padding`),
    activation: asOneOf(fields.activation, activations, `${what}.activation`),
  };
}

function parseMaxPool2d(fields: Fields, common: LayerCommon, what: string): MaxPool2dLayer {
  return {
    ...common,
    kind: "max_pool2d",
    pool_size: pair(fields.pool_size, `${what}.pool_size`),
    strides: pair(fields.strides, `${what}.strides`),
    padding: asOneOf(fields.padding, paddings, `${what}.padding`),
  };
}

function parseDense(fields: Fields, common: LayerCommon, what: string): DenseLayer {
  const units = asInteger(fields.units, `${what}.units`, 1);
  if (common.input_shape.length !== 1) {
    throw new ContractError(`${what}.input_shape`, "one number, the inputs", common.input_shape);
  }
  if (common.output_shape.join() !== String(units)) {
    throw new ContractError(`${what}.output_shape`, `[${units}]`, common.output_shape);
  }
  const activation = asOneOf(fields.activation, activations, `${what}.activation`);
  return { ...common, kind: "dense", units, activation };
}

/** The shape that window, strides and padding give must be the shape that Keras reported. */
function checkImageShapes<Layer extends Conv2dLayer | MaxPool2dLayer>(layer: Layer, what: string): Layer {
  const input = asShape(layer.input_shape, `${what}.input_shape`, 3);
  const output = asShape(layer.output_shape, `${what}.output_shape`, 3);
  const window = layer.kind === "conv2d" ? layer.kernel_size : layer.pool_size;
  for (const axis of [0, 1] as const) {
    const expected = slidingSteps(input[axis], window[axis], layer.strides[axis], layer.padding);
    if (output[axis] !== expected)
      throw new ContractError(`${what}.output_shape[${axis}]`, `${expected}`, output[axis]);
  }
  if (layer.kind === "max_pool2d" && output[2] !== input[2]) {
    throw new ContractError(`${what}.output_shape[2]`, `${input[2]}`, output[2]);
  }
  return layer;
}

/** How many places a window of `window` cells has on `length` cells (Keras's rule for both paddings). */
export function slidingSteps(length: number, window: number, stride: number, padding: Padding): number {
  return padding === "same" ? Math.ceil(length / stride) : Math.ceil((length - window + 1) / stride);
}

function parseImage(value: unknown, expected: readonly number[], classes: number): SceneImage {
  const fields = asFields(value, "image");
  const shape = asShape(fields.shape, "image.shape", 3);
  if (shape.join() !== expected.join())
    throw new ContractError("image.shape", `[${expected.join(", ")}]`, shape);
  const label =
    fields.label === null || fields.label === undefined ? null : asInteger(fields.label, "image.label");
  if (label !== null && label >= classes) throw new ContractError("image.label", `below ${classes}`, label);
  const pixels = asText(fields.pixels, "image.pixels");
  decodePixels(pixels, size(shape));
  return {
    pixels,
    shape: [shape[0], shape[1], shape[2]],
    label,
    caption: asText(fields.caption, "image.caption"),
  };
}

/** Base64 of `length` bytes to those bytes. */
export function decodePixels(text: string, length: number): Uint8Array {
  let bytes: string;
  try {
    bytes = atob(text);
  } catch {
    throw new ContractError("image.pixels", "base64", text);
  }
  if (bytes.length !== length)
    throw new ContractError("image.pixels", `${length} bytes`, `${bytes.length} bytes`);
  return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function pair(value: unknown, what: string): Pair {
  const [first, second] = asShape(value, what, 2);
  return [first, second];
}
