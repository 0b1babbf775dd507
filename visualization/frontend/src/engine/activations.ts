/** Keras's activation functions with Keras's defaults, in place on a buffer. */
import type { Activation } from "../contract";

/** `channels` is the length of the last axis, over which softmax is taken. */
export function applyActivation(values: Float32Array, activation: Activation, channels: number): void {
  if (activation === "relu") relu(values);
  else if (activation === "softmax") softmax(values, channels);
  else if (activation !== "linear") each(values, functions[activation]);
}

// Klambauer et al. 2017, https://arxiv.org/abs/1706.02515: with these, values keep mean 0 and variance 1.
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

const functions: Readonly<
  Record<Exclude<Activation, "linear" | "relu" | "softmax">, (value: number) => number>
> = {
  sigmoid,
  tanh: Math.tanh,
  elu: (value) => (value > 0 ? value : Math.expm1(value)),
  selu: (value) => seluScale * (value > 0 ? value : seluAlpha * Math.expm1(value)),
  gelu: (value) => (value / 2) * (1 + errorFunction(value / Math.SQRT2)),
  silu: (value) => value * sigmoid(value),
  leaky_relu: (value) => (value > 0 ? value : 0.2 * value),
  softplus,
  relu6,
  hard_sigmoid: hardSigmoid,
  hard_silu: (value) => value * hardSigmoid(value),
  exponential: Math.exp,
  softsign: (value) => value / (1 + Math.abs(value)),
  // Misra 2019, https://arxiv.org/abs/1908.08681
  mish: (value) => value * Math.tanh(softplus(value)),
};

function relu(values: Float32Array): void {
  for (let index = 0; index < values.length; index++) if (values[index] < 0) values[index] = 0;
}

function each(values: Float32Array, compute: (value: number) => number): void {
  for (let index = 0; index < values.length; index++) values[index] = compute(values[index]);
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/** ln(1 + e^x), written so that the exponential never overflows. */
function softplus(value: number): number {
  return Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
}

function relu6(value: number): number {
  return Math.min(Math.max(value, 0), 6);
}

function hardSigmoid(value: number): number {
  return relu6(value + 3) / 6;
}

/** erf to 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26. */
function errorFunction(value: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(value));
  const polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(value) * (1 - polynomial * Math.exp(-value * value));
}

/** Softmax over each group of `channels` neighbours; the maximum is taken off first so that exp stays finite. */
function softmax(values: Float32Array, channels: number): void {
  for (let start = 0; start < values.length; start += channels) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let index = start; index < start + channels; index++) largest = Math.max(largest, values[index]);
    let sum = 0;
    for (let index = start; index < start + channels; index++) sum += Math.exp(values[index] - largest);
    for (let index = start; index < start + channels; index++) {
      values[index] = Math.exp(values[index] - largest) / sum;
    }
  }
}
