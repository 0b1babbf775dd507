/** The oracle of the engine: the definitions, written as plain loops, with no thought of speed. */
import type {
  AveragePool2dLayer,
  BatchNormalizationLayer,
  Conv2dLayer,
  DepthwiseConv2dLayer,
  MaxPool2dLayer,
  SeparableConv2dLayer,
} from "../src/contract";

/** Cells of padding before the first, by TensorFlow's rule for "same". */
function before(input: number, output: number, window: number, stride: number, padding: string): number {
  return padding === "same" ? Math.floor(Math.max((output - 1) * stride + window - input, 0) / 2) : 0;
}

export function naiveConvolution(
  layer: Conv2dLayer,
  input: Float32Array,
  kernel: Float32Array,
  bias: Float32Array,
) {
  const [height, width, channels] = layer.input_shape;
  const [rows, columns, filters] = layer.output_shape;
  const [high, wide] = layer.kernel_size;
  const [down, across] = layer.dilation_rate ?? [1, 1];
  const top = before(height, rows, (high - 1) * down + 1, layer.strides[0], layer.padding);
  const left = before(width, columns, (wide - 1) * across + 1, layer.strides[1], layer.padding);
  const output: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let filter = 0; filter < filters; filter++) {
        let sum = bias[filter];
        for (let y = 0; y < high; y++)
          for (let x = 0; x < wide; x++)
            for (let channel = 0; channel < channels; channel++) {
              const r = row * layer.strides[0] + y * down - top;
              const c = column * layer.strides[1] + x * across - left;
              if (r < 0 || r >= height || c < 0 || c >= width) continue;
              const weight = kernel[((y * wide + x) * channels + channel) * filters + filter];
              sum += weight * input[(r * width + c) * channels + channel];
            }
        output.push(sum);
      }
  return output;
}

/** A depthwise step without bias, then for each filter one weight a channel of it. */
export function naiveSeparableConvolution(
  layer: SeparableConv2dLayer,
  input: Float32Array,
  depthwise: Float32Array,
  pointwise: Float32Array,
  bias: Float32Array,
): number[] {
  const channels = layer.input_shape[2] * layer.depth_multiplier;
  const between = naiveDepthwiseConvolution(layer, input, depthwise, new Float32Array(channels));
  const filters = layer.output_shape[2];
  return Array.from({ length: (between.length / channels) * filters }, (_, index) => {
    let sum = bias[index % filters];
    for (let channel = 0; channel < channels; channel++) {
      const value = between[Math.floor(index / filters) * channels + channel];
      sum += value * pointwise[channel * filters + (index % filters)];
    }
    return sum;
  });
}

export function naiveDepthwiseConvolution(
  layer: DepthwiseConv2dLayer | SeparableConv2dLayer,
  input: Float32Array,
  kernel: Float32Array,
  bias: Float32Array,
) {
  const [height, width, channels] = layer.input_shape;
  const [rows, columns] = layer.output_shape;
  const [high, wide] = layer.kernel_size;
  const each = layer.depth_multiplier;
  const [down, across] = layer.dilation_rate ?? [1, 1];
  const top = before(height, rows, (high - 1) * down + 1, layer.strides[0], layer.padding);
  const left = before(width, columns, (wide - 1) * across + 1, layer.strides[1], layer.padding);
  const output: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let channel = 0; channel < channels; channel++)
        for (let m = 0; m < each; m++) {
          let sum = bias[channel * each + m];
          for (let y = 0; y < high; y++)
            for (let x = 0; x < wide; x++) {
              const r = row * layer.strides[0] + y * down - top;
              const c = column * layer.strides[1] + x * across - left;
              if (r < 0 || r >= height || c < 0 || c >= width) continue;
              const weight = kernel[((y * wide + x) * channels + channel) * each + m];
              sum += weight * input[(r * width + c) * channels + channel];
            }
          output.push(sum);
        }
  return output;
}

/** `choose` gets the values of one window, those of the padding left out. */
export function naivePooling(
  layer: MaxPool2dLayer | AveragePool2dLayer,
  input: Float32Array,
  choose: (values: number[]) => number,
): number[] {
  const [height, width, channels] = layer.input_shape;
  const [rows, columns] = layer.output_shape;
  const [high, wide] = layer.pool_size;
  const top = before(height, rows, high, layer.strides[0], layer.padding);
  const left = before(width, columns, wide, layer.strides[1], layer.padding);
  const output: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let channel = 0; channel < channels; channel++) {
        const values: number[] = [];
        for (let y = 0; y < high; y++)
          for (let x = 0; x < wide; x++) {
            const [r, c] = [row * layer.strides[0] + y - top, column * layer.strides[1] + x - left];
            if (r < 0 || r >= height || c < 0 || c >= width) continue;
            values.push(input[(r * width + c) * channels + channel]);
          }
        output.push(choose(values));
      }
  return output;
}

export function largest(values: number[]): number {
  return Math.max(...values);
}

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function naiveBatchNormalization(
  layer: BatchNormalizationLayer,
  input: Float32Array,
  moments: Readonly<Record<"gamma" | "beta" | "moving_mean" | "moving_variance", Float32Array>>,
): number[] {
  const channels = moments.gamma.length;
  return Array.from(input, (value, index) => {
    const channel = index % channels;
    const deviation = Math.sqrt(moments.moving_variance[channel] + layer.epsilon);
    const normal = (value - moments.moving_mean[channel]) / deviation;
    return normal * moments.gamma[channel] + moments.beta[channel];
  });
}

/** The integral of the normal distribution up to `value`, by the series of erf, to double precision for |value| < 4. */
export function normalShareBelow(value: number): number {
  const x = value / Math.SQRT2;
  let power = x; // (−1)^n · x^(2n + 1) / n!
  let sum = x;
  for (let n = 1; n < 80; n++) {
    power *= (-x * x) / n;
    sum += power / (2 * n + 1);
  }
  return 0.5 + sum / Math.sqrt(Math.PI);
}
