import { lastAxis, type RescalingLayer } from "../contract";

/** The layer's number for a channel: of a list its own, else the one for all. */
export function ofChannel(numbers: number | readonly number[], channel: number): number {
  return typeof numbers === "number" ? numbers : numbers[channel];
}

/** value · scale + offset, each rounded to float32 as in Keras: with a scale of 255 the rounding would show. */
export class Rescaling {
  private readonly scale: Float32Array;
  private readonly offset: Float32Array;

  constructor({ input_shape, scale, offset }: RescalingLayer) {
    const length = lastAxis(input_shape);
    this.scale = Float32Array.from({ length }, (_, channel) => ofChannel(scale, channel));
    this.offset = Float32Array.from({ length }, (_, channel) => ofChannel(offset, channel));
  }

  run(input: Float32Array, output: Float32Array): void {
    const { scale, offset } = this;
    for (let start = 0; start < input.length; start += scale.length) {
      for (let channel = 0; channel < scale.length; channel++) {
        output[start + channel] = Math.fround(input[start + channel] * scale[channel]) + offset[channel];
      }
    }
  }
}
