/** What each node of the layer before adds to one neuron: weight times activation, summed over the node's values. Pure. */
import type { LayerSpec } from "../contract";
import { type Axis, endSeen, firstSeen, slidingAxis, startCell } from "../engine/window";
import type { Tensors } from "../safetensors";

export interface Incoming {
  /** For each node of the layer before. */
  readonly parts: Float64Array;
  readonly bias: number;
  /** All parts and the bias: the neuron before its activation function. */
  readonly sum: number;
}

/** The kinds that this file knows: one input, of which many values may be weighed. */
type WeighedLayer = Extract<
  LayerSpec,
  {
    kind:
      | "dense"
      | "conv2d"
      | "depthwise_conv2d"
      | "separable_conv2d"
      | "max_pool2d"
      | "average_pool2d"
      | "global_max_pool2d"
      | "global_average_pool2d"
      | "batch_normalization"
      | "flatten"
      | "dropout"
      | "activation";
  }
>;

export function isWeighed(layer: LayerSpec): layer is WeighedLayer {
  const others = /^(dense|batch_normalization|flatten|dropout|activation|global_.*)$/;
  return "strides" in layer || others.test(layer.kind);
}

/** Neuron `index` of the flat output of `layer`, from its flat `input`, of which value i is of node i % `nodes`.
 *
 * A maximum is the one value that won, with weight 1; an average has weights 1 / values; normalization its factor.
 */
export function incomingOf(
  layer: WeighedLayer,
  weights: Tensors,
  input: Float32Array,
  index: number,
  nodes: number,
): Incoming {
  const parts = new Float64Array(nodes);
  const bias = add(layer, weights, input, index, parts);
  return { parts, bias, sum: parts.reduce((sum, part) => sum + part, bias) };
}

/** Add up `parts`; returns the bias. */
function add(
  layer: WeighedLayer,
  weights: Tensors,
  input: Float32Array,
  index: number,
  parts: Float64Array,
): number {
  const weight = (name: string) => weights.get(`${layer.name}/${name}`)!.values;
  const biasOf = (output: number) => weights.get(`${layer.name}/bias`)?.values[output] ?? 0; // some layers have none
  switch (layer.kind) {
    case "dense": {
      const kernel = weight("kernel");
      for (let i = 0, at = index; i < input.length; i++, at += layer.units)
        parts[i % parts.length] += kernel[at] * input[i];
      return biasOf(index);
    }
    case "conv2d":
    case "depthwise_conv2d": {
      const outputs = layer.output_shape[2];
      addWindow(layer, weight("kernel"), outputs, input, index, parts);
      return biasOf(index % outputs);
    }
    case "separable_conv2d":
      addSeparable(layer, weight("depthwise_kernel"), weight("pointwise_kernel"), input, index, parts);
      return biasOf(index % layer.output_shape[2]);
    case "max_pool2d":
    case "global_max_pool2d":
    case "average_pool2d":
    case "global_average_pool2d":
      addPooled(layer, input, index, parts);
      return 0;
    case "batch_normalization": {
      const gamma = weight("gamma");
      const channel = index % gamma.length;
      const factor = gamma[channel] / Math.sqrt(weight("moving_variance")[channel] + layer.epsilon);
      parts[index % parts.length] = input[index] * factor;
      return weight("beta")[channel] - weight("moving_mean")[channel] * factor;
    }
    case "flatten":
    case "dropout":
    case "activation":
      parts[index % parts.length] = input[index];
      return 0;
  }
}

type Windowed = Extract<WeighedLayer, { strides: unknown }>;

/** Calls `see` for every cell that the neuron sees: where it lies in the input's grid, and in the window. */
function eachSeen(
  layer: Windowed,
  window: readonly [number, number],
  index: number,
  see: (cell: number, inWindow: number) => void,
): void {
  const [height, width] = layer.input_shape;
  const [, across, channels] = layer.output_shape;
  const place = Math.floor(index / channels);
  const at = [Math.floor(place / across), place % across];
  const dilation = "dilation_rate" in layer ? (layer.dilation_rate ?? [1, 1]) : [1, 1];
  const axis = (length: number, which: 0 | 1): Axis =>
    slidingAxis(length, window[which], layer.strides[which], layer.padding, dilation[which]);
  const [rows, columns] = [axis(height, 0), axis(width, 1)];
  const [top, left] = [startCell(rows, at[0]), startCell(columns, at[1])];
  for (let down = firstSeen(rows, at[0]); down < endSeen(rows, at[0]); down++) {
    for (let right = firstSeen(columns, at[1]); right < endSeen(columns, at[1]); right++) {
      const [row, column] = [top + down * rows.dilation, left + right * columns.dilation];
      see(row * width + column, down * window[1] + right);
    }
  }
}

/** The weight that both steps make together: of a value on its own channel's kernels, and of these on the output. */
function addSeparable(
  layer: Extract<WeighedLayer, { kind: "separable_conv2d" }>,
  depthwise: Float32Array,
  pointwise: Float32Array,
  input: Float32Array,
  index: number,
  parts: Float64Array,
): void {
  const [channels, outputs, each] = [layer.input_shape[2], layer.output_shape[2], layer.depth_multiplier];
  const output = index % outputs;
  eachSeen(layer, layer.kernel_size, index, (cell, inWindow) => {
    for (let channel = 0; channel < channels; channel++) {
      let weight = 0;
      for (let m = 0; m < each; m++) {
        const between = channel * each + m;
        weight += depthwise[inWindow * channels * each + between] * pointwise[between * outputs + output];
      }
      parts[channel] += weight * input[cell * channels + channel];
    }
  });
}

function addWindow(
  layer: Extract<WeighedLayer, { kind: "conv2d" | "depthwise_conv2d" }>,
  kernel: Float32Array,
  outputs: number,
  input: Float32Array,
  index: number,
  parts: Float64Array,
): void {
  const channels = layer.input_shape[2];
  const output = index % outputs;
  if (layer.kind === "depthwise_conv2d") {
    // The kernel is [rows, columns, channels, multiplier]: its last two axes together are the outputs.
    const channel = Math.floor(output / layer.depth_multiplier);
    eachSeen(layer, layer.kernel_size, index, (cell, inWindow) => {
      parts[channel] += kernel[inWindow * outputs + output] * input[cell * channels + channel];
    });
    return;
  }
  eachSeen(layer, layer.kernel_size, index, (cell, inWindow) => {
    for (let channel = 0; channel < channels; channel++) {
      const at = (inWindow * channels + channel) * outputs + output;
      parts[channel] += kernel[at] * input[cell * channels + channel];
    }
  });
}

function addPooled(
  layer: Extract<
    WeighedLayer,
    { kind: "max_pool2d" | "average_pool2d" | "global_max_pool2d" | "global_average_pool2d" }
  >,
  input: Float32Array,
  index: number,
  parts: Float64Array,
): void {
  const channels = layer.input_shape[2];
  const channel = index % channels;
  const values: number[] = [];
  if ("pool_size" in layer) {
    eachSeen(layer, layer.pool_size, index, (cell) => values.push(input[cell * channels + channel]));
  } else for (let at = channel; at < input.length; at += channels) values.push(input[at]);
  const largest = layer.kind === "max_pool2d" || layer.kind === "global_max_pool2d";
  parts[channel] = largest
    ? values.reduce((most, value) => Math.max(most, value))
    : values.reduce((sum, value) => sum + value, 0) / values.length;
}
