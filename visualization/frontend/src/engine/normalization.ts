import type { BatchNormalizationLayer } from "../contract";

/** The weights of batch normalization, a number a channel each. */
export interface Moments {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly moving_mean: Float32Array;
  readonly moving_variance: Float32Array;
}

/** gamma · (value − mean) / √(variance + epsilon) + beta, channel by channel, as one product and one sum.
 *
 * Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167, at inference.
 */
export class BatchNormalization {
  private readonly factor: Float64Array;
  private readonly shift: Float64Array;

  constructor(layer: BatchNormalizationLayer, moments: Moments) {
    const { gamma, beta, moving_mean, moving_variance } = moments;
    this.factor = Float64Array.from(
      gamma,
      (value, channel) => value / Math.sqrt(moving_variance[channel] + layer.epsilon),
    );
    this.shift = Float64Array.from(
      beta,
      (value, channel) => value - moving_mean[channel] * this.factor[channel],
    );
  }

  run(input: Float32Array, output: Float32Array): void {
    const { factor, shift } = this;
    const channels = factor.length;
    for (let start = 0; start < input.length; start += channels) {
      for (let channel = 0; channel < channels; channel++) {
        output[start + channel] = input[start + channel] * factor[channel] + shift[channel];
      }
    }
  }
}
