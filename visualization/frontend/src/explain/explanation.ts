/** How one neuron's value came to be, layer kind by layer kind: the parts that `explain` finds and the card shows. */
import type { Activation, Shape3 } from "../contract";
import type { Patch } from "./fields";
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
  /** What goes in, in the order of the kernel: [rows, columns, channels] of the patch, or [inputs]. Padding is 0. */
  readonly inputs: Float32Array;
  readonly weights: Float32Array;
  readonly products: Float64Array;
  readonly productSum: number;
  readonly bias: number;
  readonly sum: number;
  readonly activation: Activation;
  /** Null unless the activation is softmax. */
  readonly softmax: Softmax | null;
}

export interface InputExplanation extends Common {
  readonly kind: "input";
  readonly pixel: number; // 0 … 255
}
export interface FlattenExplanation extends Common {
  readonly kind: "flatten";
  readonly source: Place;
}
export interface ConvExplanation extends Weighted {
  readonly kind: "conv2d";
  readonly patch: Patch;
  readonly inputShape: Shape3;
  /** 1 for the cells [rows, columns] of the patch that lie outside the input. */
  readonly padded: Uint8Array;
  /** The sum of the products of each input channel. */
  readonly channelSums: Float64Array;
}
export interface PoolExplanation extends Common {
  readonly kind: "max_pool2d";
  readonly patch: Patch;
  readonly padded: Uint8Array;
  /** [rows, columns] of the patch; 0 in the padding, which never wins. */
  readonly values: Float32Array;
  /** Of the cells of the patch, the first that is the largest. */
  readonly winningCell: number;
  readonly winner: Place;
}
export interface DenseExplanation extends Weighted {
  readonly kind: "dense";
  /** The strongest of each sign, strongest first; at most five of each. */
  readonly positive: readonly Contribution[];
  readonly negative: readonly Contribution[];
  /** All inputs that are in neither list. */
  readonly rest: { readonly count: number; readonly sum: number };
}
export type Explanation =
  | InputExplanation
  | FlattenExplanation
  | ConvExplanation
  | PoolExplanation
  | DenseExplanation;
