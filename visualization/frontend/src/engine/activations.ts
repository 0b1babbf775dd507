/** Keras's activation functions, in place on a buffer. */
import type { Activation } from "../contract";

export function applyActivation(values: Float32Array, activation: Activation): void {
  if (activation === "relu") relu(values);
  else if (activation === "sigmoid") each(values, (value) => 1 / (1 + Math.exp(-value)));
  else if (activation === "tanh") each(values, Math.tanh);
  else if (activation === "softmax") throw new Error("softmax needs its axis: use softmax()");
}

function relu(values: Float32Array): void {
  for (let index = 0; index < values.length; index++) if (values[index] < 0) values[index] = 0;
}

function each(values: Float32Array, compute: (value: number) => number): void {
  for (let index = 0; index < values.length; index++) values[index] = compute(values[index]);
}

/** Softmax over each group of `channels` neighbours; the maximum is taken off first so that exp stays finite. */
export function softmax(values: Float32Array, channels: number): void {
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
