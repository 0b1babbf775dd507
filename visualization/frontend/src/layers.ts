/** The layers of the contract with Python: Keras's names and fields (see model/layers.py), and their validation. */
import { asFields, asInteger, asName, asOneOf, asShape, ContractError, type Fields } from "./checks";

export const kinds = [
  "input",
  "conv2d",
  "depthwise_conv2d",
  "dense",
  "batch_normalization",
  "max_pool2d",
  "average_pool2d",
  "global_max_pool2d",
  "global_average_pool2d",
  "flatten",
  "dropout",
  "activation",
] as const;
export const activations = [
  "linear",
  "relu",
  "sigmoid",
  "tanh",
  "softmax",
  "elu",
  "selu",
  "gelu",
  "silu",
  "leaky_relu",
  "softplus",
  "relu6",
] as const;
export type Activation = (typeof activations)[number];
const paddings = ["valid", "same"] as const;
export type Padding = (typeof paddings)[number];
type Pair = readonly [number, number];

interface LayerCommon {
  readonly name: string;
  /** For people: "conv 1". */
  readonly title: string;
  /** Names of the layers that this one reads, in order; where missing, the layer listed before it. See `inputsOf`. */
  readonly inputs?: readonly string[];
  /** Without the batch axis, channels last: [rows, columns, channels] or [units]. */
  readonly input_shape: readonly number[];
  readonly output_shape: readonly number[];
  readonly parameters: number;
}
interface Sliding extends LayerCommon {
  readonly strides: Pair;
  readonly padding: Padding;
}
export interface InputLayer extends LayerCommon {
  readonly kind: "input";
}
export interface FlattenLayer extends LayerCommon {
  readonly kind: "flatten";
}
export interface Conv2dLayer extends Sliding {
  readonly kind: "conv2d";
  readonly kernel_size: Pair;
  readonly activation: Activation;
}
/** Output channel `channel * depth_multiplier + m` comes from that one input channel and its m-th kernel. */
export interface DepthwiseConv2dLayer extends Sliding {
  readonly kind: "depthwise_conv2d";
  readonly kernel_size: Pair;
  readonly depth_multiplier: number;
  readonly activation: Activation;
}
export interface MaxPool2dLayer extends Sliding {
  readonly kind: "max_pool2d";
  readonly pool_size: Pair;
}
/** Cells of padding are not counted in the mean. */
export interface AveragePool2dLayer extends Sliding {
  readonly kind: "average_pool2d";
  readonly pool_size: Pair;
}
export interface GlobalPool2dLayer extends LayerCommon {
  readonly kind: "global_max_pool2d" | "global_average_pool2d";
}
export interface DenseLayer extends LayerCommon {
  readonly kind: "dense";
  readonly units: number;
  readonly activation: Activation;
}
/** Over the last axis; `epsilon` is added to the moving variance. */
export interface BatchNormalizationLayer extends LayerCommon {
  readonly kind: "batch_normalization";
  readonly epsilon: number;
}
/** Nothing outside training: every value passes. */
export interface DropoutLayer extends LayerCommon {
  readonly kind: "dropout";
  readonly rate: number;
}
export interface ActivationLayer extends LayerCommon {
  readonly kind: "activation";
  readonly activation: Activation;
}
export type LayerSpec =
  | InputLayer
  | FlattenLayer
  | Conv2dLayer
  | DepthwiseConv2dLayer
  | MaxPool2dLayer
  | AveragePool2dLayer
  | GlobalPool2dLayer
  | DenseLayer
  | BatchNormalizationLayer
  | DropoutLayer
  | ActivationLayer;

/** Check one layer. Raises ContractError with the field's path, the expectation and what came. */
export function parseLayer(value: unknown, what: string): LayerSpec {
  const fields = asFields(value, what);
  const common = {
    name: asName(fields.name, `${what}.name`),
    title: asName(fields.title, `${what}.title`),
    input_shape: asShape(fields.input_shape, `${what}.input_shape`, null),
    output_shape: asShape(fields.output_shape, `${what}.output_shape`, null),
    parameters: asInteger(fields.parameters, `${what}.parameters`),
  };
  const layer = withFields(common, fields, what);
  const expected = outputShape(layer, what);
  if (layer.output_shape.join() !== expected.join()) {
    throw new ContractError(`${what}.output_shape`, `[${expected.join(", ")}]`, layer.output_shape);
  }
  return layer;
}

function withFields(common: LayerCommon, fields: Fields, what: string): LayerSpec {
  const kind = asOneOf(fields.kind, kinds, `${what}.kind`);
  const activation = () => asOneOf(fields.activation, activations, `${what}.activation`);
  const sliding = () => ({
    strides: pair(fields.strides, `${what}.strides`),
    padding: asOneOf(fields.padding, paddings, `${what}.padding`),
  });
  switch (kind) {
    case "conv2d": {
      const kernel_size = pair(fields.kernel_size, `${what}.kernel_size`);
      return { ...common, kind, kernel_size, ...sliding(), activation: activation() };
    }
    case "depthwise_conv2d": {
      const kernel_size = pair(fields.kernel_size, `${what}.kernel_size`);
      const depth_multiplier = asInteger(fields.depth_multiplier, `${what}.depth_multiplier`, 1);
      return { ...common, kind, kernel_size, ...sliding(), depth_multiplier, activation: activation() };
    }
    case "max_pool2d":
    case "average_pool2d":
      return { ...common, kind, pool_size: pair(fields.pool_size, `${what}.pool_size`), ...sliding() };
    case "dense":
      return {
        ...common,
        kind,
        units: asInteger(fields.units, `${what}.units`, 1),
        activation: activation(),
      };
    case "batch_normalization":
      return { ...common, kind, epsilon: positive(fields.epsilon, `${what}.epsilon`) };
    case "dropout":
      return { ...common, kind, rate: share(fields.rate, `${what}.rate`) };
    case "activation":
      return { ...common, kind, activation: activation() };
    default:
      return { ...common, kind };
  }
}

/** The shape that its fields give must be the shape that Keras reported. */
function outputShape(layer: LayerSpec, what: string): readonly number[] {
  switch (layer.kind) {
    case "flatten":
      return [size(layer.input_shape)];
    case "dense":
      if (layer.input_shape.length !== 1) {
        throw new ContractError(`${what}.input_shape`, "one number, the inputs", layer.input_shape);
      }
      return [layer.units];
    case "global_max_pool2d":
    case "global_average_pool2d":
      return asShape(layer.input_shape, `${what}.input_shape`, 3).slice(2);
    case "max_pool2d":
    case "average_pool2d":
      return slidingShape(layer, layer.pool_size, what);
    case "conv2d": {
      // How many filters there are is in the output shape alone.
      const filters = asShape(layer.output_shape, `${what}.output_shape`, 3)[2];
      return [...slidingShape(layer, layer.kernel_size, what).slice(0, 2), filters];
    }
    case "depthwise_conv2d": {
      const [rows, columns, channels] = slidingShape(layer, layer.kernel_size, what);
      return [rows, columns, channels * layer.depth_multiplier];
    }
    default:
      return layer.input_shape;
  }
}

function slidingShape(layer: Sliding, window: Pair, what: string): [number, number, number] {
  const [height, width, channels] = asShape(layer.input_shape, `${what}.input_shape`, 3);
  const rows = slidingSteps(height, window[0], layer.strides[0], layer.padding);
  const columns = slidingSteps(width, window[1], layer.strides[1], layer.padding);
  return [rows, columns, channels];
}

/** How many places a window of `window` cells has on `length` cells (Keras's rule for both paddings). */
export function slidingSteps(length: number, window: number, stride: number, padding: Padding): number {
  return padding === "same" ? Math.ceil(length / stride) : Math.ceil((length - window + 1) / stride);
}

/** Indices of the layers that the layer of this index reads, in order; none for the input. */
export function inputsOf(layers: readonly LayerSpec[], index: number): readonly number[] {
  if (index === 0) return [];
  const { inputs } = layers[index];
  return inputs ? inputs.map((name) => layers.findIndex((layer) => layer.name === name)) : [index - 1];
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function pair(value: unknown, what: string): Pair {
  const [first, second] = asShape(value, what, 2);
  return [first, second];
}

function positive(value: unknown, what: string): number {
  if (typeof value !== "number" || !(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new ContractError(what, "a number above 0", value);
  }
  return value;
}

function share(value: unknown, what: string): number {
  if (typeof value !== "number" || !(value >= 0 && value < 1)) {
    throw new ContractError(what, "a number from 0 to below 1", value);
  }
  return value;
}
