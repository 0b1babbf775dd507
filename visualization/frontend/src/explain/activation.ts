/** Activations of one neuron. Pure. */
import type { Activation } from "../contract";
import { applyActivation } from "../engine/activations";
import type { Softmax } from "./explanation";

/** The softmax over all logits of one place; the largest is taken off first so that exp stays finite. */
export function softmaxOf(logits: Float64Array, own: number): Softmax {
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const total = exponentials.reduce((sum, exponential) => sum + exponential, 0);
  return { logits, largest, exponentials, total, own };
}

export function shareOf({ exponentials, total, own }: Softmax): number {
  return exponentials[own] / total;
}

/** The engine's own activation function, for one value; softmax takes all of a place's. */
export function activate(value: number, activation: Exclude<Activation, "softmax">): number {
  const buffer = Float32Array.of(value);
  applyActivation(buffer, activation, 1);
  return buffer[0];
}
