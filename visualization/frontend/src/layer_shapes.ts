/** The shape that a layer's fields make of its inputs' shapes; it must be the one that Keras reported. */
import { asShape, ContractError } from "./checks";
import { type LayerSpec, type Padding, type Pair, type Sliding, size } from "./layers";

type Shape = readonly number[];

/** `inputs` has the shape of each layer that is read. Raises ContractError where the layer cannot take them. */
export function outputShape(layer: LayerSpec, inputs: readonly Shape[], what: string): Shape {
  const picture = () => asShape(layer.input_shape, `${what}.input_shape`, 3);
  switch (layer.kind) {
    case "flatten":
      return [size(layer.input_shape)];
    case "dense":
      if (layer.input_shape.length !== 1) {
        throw new ContractError(`${what}.input_shape`, "one number, the inputs", layer.input_shape);
      }
      return [layer.units];
    case "global_max_pool2d":
    case "global_average_pool2d":
      return [...(layer.keepdims ? [1, 1] : []), picture()[2]];
    case "max_pool2d":
    case "average_pool2d":
      return slidingShape(layer, layer.pool_size, [1, 1], what);
    case "conv2d":
    case "separable_conv2d": {
      // How many filters there are is in the output shape alone.
      const filters = asShape(layer.output_shape, `${what}.output_shape`, 3)[2];
      return [...slidingShape(layer, layer.kernel_size, layer.dilation_rate, what).slice(0, 2), filters];
    }
    case "depthwise_conv2d": {
      const [rows, columns, channels] = slidingShape(layer, layer.kernel_size, layer.dilation_rate, what);
      return [rows, columns, channels * layer.depth_multiplier];
    }
    case "zero_padding2d": {
      const [rows, columns, channels] = picture();
      const [[top, bottom], [left, right]] = layer.padding;
      return [top + rows + bottom, left + columns + right, channels];
    }
    case "up_sampling2d": {
      const [rows, columns, channels] = picture();
      return [rows * layer.size[0], columns * layer.size[1], channels];
    }
    case "reshape":
      if (size(layer.output_shape) === size(layer.input_shape)) return layer.output_shape;
      throw new ContractError(
        `${what}.output_shape`,
        `${size(layer.input_shape)} values in all`,
        layer.output_shape,
      );
    case "add":
    case "subtract":
    case "multiply":
    case "average":
    case "maximum":
    case "minimum":
      return elementwiseShape(inputs, what);
    case "concatenate":
      return joinedShape(inputs, what);
    case "keras_layer":
      return layer.output_shape;
    default:
      return layer.input_shape;
  }
}

function slidingShape(
  layer: Sliding,
  window: Pair,
  dilation: Pair = [1, 1],
  what: string,
): [number, number, number] {
  const [height, width, channels] = asShape(layer.input_shape, `${what}.input_shape`, 3);
  const steps = (length: number, axis: 0 | 1) =>
    slidingSteps(length, spanOf(window[axis], dilation[axis]), layer.strides[axis], layer.padding);
  return [steps(height, 0), steps(width, 1), channels];
}

/** How many cells a window of `window` cells covers, with the holes between them. */
export function spanOf(window: number, dilation: number): number {
  return (window - 1) * dilation + 1;
}

/** How many places a window that covers `window` cells has on `length` cells (Keras's rule for both paddings). */
export function slidingSteps(length: number, window: number, stride: number, padding: Padding): number {
  return padding === "same" ? Math.ceil(length / stride) : Math.ceil((length - window + 1) / stride);
}

/** The shape of the largest; every other is the same or, beside a picture, [1, 1, channels]. */
function elementwiseShape(inputs: readonly Shape[], what: string): Shape {
  const largest = inputs.reduce((most, shape) => (size(shape) > size(most) ? shape : most));
  for (const [index, shape] of inputs.entries()) {
    const same = shape.join() === largest.join();
    if (same || (largest.length === 3 && shape.join() === [1, 1, largest[2]].join())) continue;
    const expected = largest.length === 3 ? ` or [1, 1, ${largest[2]}]` : "";
    throw new ContractError(
      `${what}.inputs[${index}]`,
      `the shape [${largest.join(", ")}]${expected}`,
      shape,
    );
  }
  return largest;
}

function joinedShape(inputs: readonly Shape[], what: string): Shape {
  const place = inputs[0].slice(0, -1);
  for (const [index, shape] of inputs.entries()) {
    if (shape.slice(0, -1).join() === place.join() && shape.length === place.length + 1) continue;
    throw new ContractError(
      `${what}.inputs[${index}]`,
      `the shape [${[...place, "channels"].join(", ")}]`,
      shape,
    );
  }
  return [...place, inputs.reduce((sum, shape) => sum + shape[place.length], 0)];
}
