/** How one neuron's value came to be, layer kind by layer kind: the parts that `explain` finds and the card shows. */
import type { Activation, ElementwiseKind, Shape3 } from "../contract";
import type { Patch } from "./patch";
import type { Place } from "./place";

/** One input of a sum: where it comes from, and value · weight = product. */
export interface Contribution {
  readonly place: Place;
  readonly value: number;
  readonly weight: number;
  readonly product: number;
}

/** exponentials[i] = e^(logits[i] − largest); the probability is exponentials[own] / total. */
export interface Softmax {
  readonly logits: Float64Array;
  readonly largest: number;
  readonly exponentials: Float64Array;
  readonly total: number;
  /** Which of the logits is this neuron's. */
  readonly own: number;
}

interface Common {
  readonly place: Place;
  readonly result: number;
}

/** Σ products + bias = sum; the activation makes the result of it. */
export interface Weighted extends Common {
  /** Index of the layer that is read. */
  readonly from: number;
  /** What goes in, in the order of the kernel: [rows, columns, channels] of the patch, or [inputs]. Padding is 0. */
  readonly inputs: Float32Array;
  readonly weights: Float32Array;
  readonly products: Float64Array;
  readonly productSum: number;
  /** 0 where the layer has none. */
  readonly bias: number;
  readonly biased: boolean;
  readonly sum: number;
  readonly activation: Activation;
  /** Null unless the activation is softmax. */
  readonly softmax: Softmax | null;
}

export interface InputExplanation extends Common {
  readonly kind: "input";
  readonly pixel: number; // 0 … 255
}
/** The value of another neuron, as it is. */
export interface PassedExplanation extends Common {
  readonly kind: "flatten" | "reshape" | "dropout" | "concatenate" | "up_sampling2d";
  readonly source: Place;
}
/** The value of another neuron, or a 0 of the border. */
export interface PaddingExplanation extends Common {
  readonly kind: "zero_padding2d";
  readonly source: Place | null;
}
/** value · scale + offset = result. */
export interface RescalingExplanation extends Common {
  readonly kind: "rescaling";
  readonly source: Place;
  readonly value: number;
  readonly scale: number;
  readonly offset: number;
}
/** One value of each input, joined. */
export interface MergeExplanation extends Common {
  readonly kind: ElementwiseKind;
  /** In the order of the inputs; the products of a sum, a difference or a mean add up to the result. In a product each
   * has the others as its weight; of a maximum or minimum only the winner has one. */
  readonly parts: readonly Contribution[];
  /** Which part is the largest or the smallest, the first of equals; null for the other kinds. */
  readonly winner: number | null;
}
/** Computed by a layer of Keras's own: there are no parts. */
export interface KerasExplanation extends Common {
  readonly kind: "keras_layer";
  readonly className: string;
  /** JSON text. */
  readonly config: string;
  /** Indices of the layers that it reads. */
  readonly reads: readonly number[];
}
export interface ConvExplanation extends Weighted {
  readonly kind: "conv2d" | "depthwise_conv2d";
  readonly patch: Patch;
  readonly inputShape: Shape3;
  /** 1 for the cells [rows, columns] of the patch that lie outside the input. */
  readonly padded: Uint8Array;
  /** The first of the input channels that are summed: 0, or the only one that a depthwise kernel sees. */
  readonly firstChannel: number;
  /** The sum of the products of each of these input channels. */
  readonly channelSums: Float64Array;
}
/** First each channel's own sum over the window, then `inputs` (those sums) times the weights of the 1 × 1 kernel. */
export interface SeparableExplanation extends Weighted {
  readonly kind: "separable_conv2d";
  readonly patch: Patch;
  readonly inputShape: Shape3;
  readonly padded: Uint8Array;
  readonly firstChannel: 0;
  /** [rows, columns, channels] of the patch. */
  readonly covered: Float32Array;
  /** [rows, columns, channels, multiplier], flat: sum number `channel * multiplier + m` is of the m-th kernel. */
  readonly depthwise: Float32Array;
}
interface Pooled extends Common {
  /** Index of the layer that is read. */
  readonly from: number;
  readonly patch: Patch;
  readonly padded: Uint8Array;
  /** [rows, columns] of the patch, of the neuron's own channel; 0 in the padding. */
  readonly values: Float32Array;
}
export interface PoolExplanation extends Pooled {
  readonly kind: "max_pool2d" | "global_max_pool2d";
  /** Of the cells of the patch, the first that is the largest; padding never wins. */
  readonly winningCell: number;
  readonly winner: Place;
}
/** sum / count = result. */
export interface AverageExplanation extends Pooled {
  readonly kind: "average_pool2d" | "global_average_pool2d";
  readonly sum: number;
  /** How many values there are; padding is not counted. */
  readonly count: number;
  /** The largest values by size, strongest first, at most twelve; each has the weight 1 / count. */
  readonly strongest: readonly Contribution[];
}
/** (value − mean) / deviation = normal; normal · gamma + beta = result. */
export interface NormalizationExplanation extends Common {
  readonly kind: "batch_normalization";
  readonly source: Place;
  readonly value: number;
  /** Of the channel, kept up by the training. */
  readonly mean: number;
  readonly variance: number;
  readonly epsilon: number;
  /** √(variance + epsilon) */
  readonly deviation: number;
  readonly normal: number;
  readonly gamma: number;
  readonly beta: number;
}
export interface ActivationExplanation extends Common {
  readonly kind: "activation";
  readonly source: Place;
  /** What goes into the activation. */
  readonly value: number;
  readonly activation: Activation;
  /** Over the channels at this place; null unless the activation is softmax. */
  readonly softmax: Softmax | null;
}
export interface DenseExplanation extends Weighted {
  readonly kind: "dense";
  /** The strongest of each sign, strongest first; at most five of each. */
  readonly positive: readonly Contribution[];
  readonly negative: readonly Contribution[];
}
export type Explanation =
  | InputExplanation
  | PassedExplanation
  | PaddingExplanation
  | RescalingExplanation
  | MergeExplanation
  | KerasExplanation
  | ConvExplanation
  | SeparableExplanation
  | PoolExplanation
  | AverageExplanation
  | DenseExplanation
  | NormalizationExplanation
  | ActivationExplanation;
