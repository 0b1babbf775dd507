/** What Python sends to the scene: the types, and the validation that turns unknown data into them.
 *
 * The same fields are written by visualization/scene.py; the golden file tests/golden/scene.json is proved from both
 * sides. Change both and raise `schema` when a field changes its meaning.
 */
import { asFields, asInteger, asList, asName, asShape, asText, ContractError } from "./checks";
import { type PadReport, parsePadReport } from "./drawing/message";
import { parseLayer } from "./layer_parsing";
import { outputShape } from "./layer_shapes";
import { inputsOf, isElementwise, type LayerSpec, size } from "./layers";
import { parseWish, type Wish } from "./scene/picks";

export { slidingSteps, spanOf } from "./layer_shapes";
export * from "./layers";

export type Shape3 = readonly [number, number, number];

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
  for (let index = 1; index < layers.length; index++) checkPlace(layers, index, `network.layers[${index}]`);
  return { title: asText(network.title, "network.title"), layers };
}

/** What the layer reads must stand before it, in the number and the shapes that it takes. */
function checkPlace(layers: readonly LayerSpec[], index: number, what: string): void {
  const layer = layers[index];
  if (layer.kind === "input") throw new ContractError(`${what}.kind`, "no second input", layer.kind);
  const sources = inputsOf(layers, index);
  for (const [at, source] of sources.entries()) {
    if (source >= 0 && source < index) continue;
    throw new ContractError(`${what}.inputs[${at}]`, "the name of a layer before it", layer.inputs?.[at]);
  }
  const merges = isElementwise(layer) || layer.kind === "concatenate";
  const least = merges ? 2 : 1;
  const most = merges && layer.kind !== "subtract" ? Number.POSITIVE_INFINITY : least;
  if (sources.length < least || sources.length > most) {
    const expected = most > least ? "at least two names" : least === 2 ? "two names" : "one name";
    throw new ContractError(`${what}.inputs`, expected, layer.inputs);
  }
  const shapes = sources.map((source) => layers[source].output_shape);
  const expect = (name: "input_shape" | "output_shape", expected: readonly number[]) => {
    if (layer[name].join() === expected.join()) return;
    throw new ContractError(`${what}.${name}`, `[${expected.join(", ")}]`, layer[name]);
  };
  expect("input_shape", shapes[0]);
  expect("output_shape", outputShape(layer, shapes, what));
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
