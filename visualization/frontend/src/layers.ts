/** The layers of the contract with Python: Keras's names and fields (see model/layers.py). */

export const kinds = [
  "input",
  "conv2d",
  "depthwise_conv2d",
  "separable_conv2d",
  "dense",
  "batch_normalization",
  "max_pool2d",
  "average_pool2d",
  "global_max_pool2d",
  "global_average_pool2d",
  "flatten",
  "reshape",
  "zero_padding2d",
  "up_sampling2d",
  "rescaling",
  "dropout",
  "activation",
  "add",
  "subtract",
  "multiply",
  "average",
  "maximum",
  "minimum",
  "concatenate",
  "keras_layer",
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
  "hard_sigmoid",
  "hard_silu",
  "exponential",
  "softsign",
  "mish",
] as const;
/** Merges that compute every output from one value of each input. */
export const elementwiseKinds = ["add", "subtract", "multiply", "average", "maximum", "minimum"] as const;
export const paddings = ["valid", "same"] as const;
export type Activation = (typeof activations)[number];
export type ElementwiseKind = (typeof elementwiseKinds)[number];
export type Padding = (typeof paddings)[number];
export type Pair = readonly [number, number];

export interface LayerCommon {
  readonly name: string;
  /** For people: "conv 1". */
  readonly title: string;
  /** Names of the layers that this one reads, in order; where missing, the layer listed before it. See `inputsOf`. */
  readonly inputs?: readonly string[];
  /** Of the first input. Without the batch axis, channels last: [rows, columns, channels], [tokens, features] or [units]. */
  readonly input_shape: readonly number[];
  readonly output_shape: readonly number[];
  readonly parameters: number;
}
export interface Sliding extends LayerCommon {
  readonly strides: Pair;
  readonly padding: Padding;
}
interface Convolving extends Sliding {
  readonly kernel_size: Pair;
  /** Cells from one cell of the window to the next, down and across; missing: 1. */
  readonly dilation_rate?: Pair;
  /** Missing: true. */
  readonly use_bias?: boolean;
  readonly activation: Activation;
}
export interface InputLayer extends LayerCommon {
  readonly kind: "input";
}
export interface FlattenLayer extends LayerCommon {
  readonly kind: "flatten";
}
/** The same values in the same order, in rows, columns and channels of other lengths. */
export interface ReshapeLayer extends LayerCommon {
  readonly kind: "reshape";
}
export interface Conv2dLayer extends Convolving {
  readonly kind: "conv2d";
}
/** Output channel `channel * depth_multiplier + m` comes from that one input channel and its m-th kernel. */
export interface DepthwiseConv2dLayer extends Convolving {
  readonly kind: "depthwise_conv2d";
  readonly depth_multiplier: number;
}
/** A depthwise convolution without bias, whose channels a 1 × 1 convolution then adds up. */
export interface SeparableConv2dLayer extends Convolving {
  readonly kind: "separable_conv2d";
  readonly depth_multiplier: number;
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
  /** Whether the output is [1, 1, channels] instead of [channels]; missing: false. */
  readonly keepdims?: boolean;
}
export interface DenseLayer extends LayerCommon {
  readonly kind: "dense";
  readonly units: number;
  /** Missing: true. */
  readonly use_bias?: boolean;
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
/** value · scale + offset; a list has a number for each channel. */
export interface RescalingLayer extends LayerCommon {
  readonly kind: "rescaling";
  readonly scale: number | readonly number[];
  readonly offset: number | readonly number[];
}
export interface ZeroPadding2dLayer extends LayerCommon {
  readonly kind: "zero_padding2d";
  /** Cells of zeros: [top, bottom], [left, right]. */
  readonly padding: readonly [Pair, Pair];
}
/** Every value again and again, in `size` rows and columns. */
export interface UpSampling2dLayer extends LayerCommon {
  readonly kind: "up_sampling2d";
  readonly size: Pair;
}
/** From one value of each input; an input of [1, 1, channels] counts for every place of a larger one. */
export interface ElementwiseLayer extends LayerCommon {
  readonly kind: ElementwiseKind;
}
/** Along the last axis. */
export interface ConcatenateLayer extends LayerCommon {
  readonly kind: "concatenate";
}
/** One of Keras's own layers that the browser does not compute. */
export interface KerasLayer extends LayerCommon {
  readonly kind: "keras_layer";
  readonly class_name: string;
  /** Keras's own description of the layer, as JSON text. */
  readonly config: string;
}
export type LayerSpec =
  | InputLayer
  | FlattenLayer
  | ReshapeLayer
  | Conv2dLayer
  | DepthwiseConv2dLayer
  | SeparableConv2dLayer
  | MaxPool2dLayer
  | AveragePool2dLayer
  | GlobalPool2dLayer
  | DenseLayer
  | BatchNormalizationLayer
  | DropoutLayer
  | ActivationLayer
  | RescalingLayer
  | ZeroPadding2dLayer
  | UpSampling2dLayer
  | ElementwiseLayer
  | ConcatenateLayer
  | KerasLayer;

export function isElementwise(layer: LayerSpec): layer is ElementwiseLayer {
  return (elementwiseKinds as readonly string[]).includes(layer.kind);
}

/** Indices of the layers that the layer of this index reads, in order; none for the input. */
export function inputsOf(layers: readonly LayerSpec[], index: number): readonly number[] {
  if (index === 0) return [];
  const { inputs } = layers[index];
  return inputs ? inputs.map((name) => layers.findIndex((layer) => layer.name === name)) : [index - 1];
}

/** How many channels, features or units there are at one place: the last axis, over which weights go. */
export function lastAxis(shape: readonly number[]): number {
  return shape[shape.length - 1];
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
