/** The oracle of the engine: the definitions, written as plain loops, with no thought of speed. */
import type { Conv2dLayer, MaxPool2dLayer } from "../src/contract";

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
  const top = before(height, rows, high, layer.strides[0], layer.padding);
  const left = before(width, columns, wide, layer.strides[1], layer.padding);
  const output: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let filter = 0; filter < filters; filter++) {
        let sum = bias[filter];
        for (let y = 0; y < high; y++)
          for (let x = 0; x < wide; x++)
            for (let channel = 0; channel < channels; channel++) {
              const [r, c] = [row * layer.strides[0] + y - top, column * layer.strides[1] + x - left];
              if (r < 0 || r >= height || c < 0 || c >= width) continue;
              const weight = kernel[((y * wide + x) * channels + channel) * filters + filter];
              sum += weight * input[(r * width + c) * channels + channel];
            }
        output.push(sum);
      }
  return output;
}

export function naivePooling(layer: MaxPool2dLayer, input: Float32Array): number[] {
  const [height, width, channels] = layer.input_shape;
  const [rows, columns] = layer.output_shape;
  const [high, wide] = layer.pool_size;
  const top = before(height, rows, high, layer.strides[0], layer.padding);
  const left = before(width, columns, wide, layer.strides[1], layer.padding);
  const output: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let channel = 0; channel < channels; channel++) {
        let largest = Number.NEGATIVE_INFINITY;
        for (let y = 0; y < high; y++)
          for (let x = 0; x < wide; x++) {
            const [r, c] = [row * layer.strides[0] + y - top, column * layer.strides[1] + x - left];
            if (r < 0 || r >= height || c < 0 || c >= width) continue;
            largest = Math.max(largest, input[(r * width + c) * channels + channel]);
          }
        output.push(largest);
      }
  return output;
}
