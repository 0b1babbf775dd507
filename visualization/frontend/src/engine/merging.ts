/** Merges: several inputs to one output, element by element or one channel after the other. */
import { type ElementwiseKind, lastAxis } from "../contract";

type Combine = (one: number, other: number) => number;

const combinations: Readonly<Record<ElementwiseKind, Combine>> = {
  add: (one, other) => one + other,
  subtract: (one, other) => one - other,
  multiply: (one, other) => one * other,
  average: (one, other) => one + other, // divided at the end
  maximum: Math.max,
  minimum: Math.min,
};

/** The inputs one by one, in the output's own buffer, as Keras does it. An input with fewer values than the output has
 * one for each channel, which counts at every place. */
export class Elementwise {
  private readonly combine: Combine;

  constructor(private readonly kind: ElementwiseKind) {
    this.combine = combinations[kind];
  }

  run(inputs: readonly Float32Array[], output: Float32Array): void {
    const { combine } = this;
    const [first, ...others] = inputs;
    for (let start = 0; start < output.length; start += first.length) output.set(first, start);
    for (const other of others) {
      const channels = other.length;
      if (channels === output.length) {
        for (let index = 0; index < channels; index++) output[index] = combine(output[index], other[index]);
        continue;
      }
      for (let start = 0; start < output.length; start += channels) {
        for (let channel = 0; channel < channels; channel++) {
          output[start + channel] = combine(output[start + channel], other[channel]);
        }
      }
    }
    if (this.kind !== "average") return;
    for (let index = 0; index < output.length; index++) output[index] /= inputs.length;
  }
}

/** At each place the channels of the first input, then those of the next. */
export class Concatenation {
  private readonly channels: readonly number[];

  constructor(shapes: readonly (readonly number[])[]) {
    this.channels = shapes.map(lastAxis);
  }

  run(inputs: readonly Float32Array[], output: Float32Array): void {
    const all = this.channels.reduce((sum, channels) => sum + channels, 0);
    let offset = 0;
    for (const [which, channels] of this.channels.entries()) {
      const input = inputs[which];
      for (let from = 0, to = offset; from < input.length; from += channels, to += all) {
        for (let channel = 0; channel < channels; channel++) output[to + channel] = input[from + channel];
      }
      offset += channels;
    }
  }
}
