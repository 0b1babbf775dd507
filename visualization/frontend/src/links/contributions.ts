/** What each node of the layer before adds to one neuron: weight times activation, summed over the node's values. Pure. */
import { type LayerSpec, lastAxis, type SeparableConv2dLayer } from "../contract";
import { ofChannel } from "../engine/rescaling";
import { endSeen, firstSeen, startCell } from "../engine/window";
import { type WindowLayer, windowAxes } from "../explain/patch";
import { sourceIndex } from "../explain/sources";
import type { Tensors } from "../safetensors";

export interface Incoming {
  /** For each node of the layer before. */
  readonly parts: Float64Array;
  readonly bias: number;
  /** All parts and the bias: the neuron before its activation function. */
  readonly sum: number;
}

/** Neuron `index` of the flat output of `layer`, from its flat `input`, of which value i is of node i % `nodes`; null for
 * a layer that merges several inputs or that only Keras knows.
 *
 * A maximum is the one value that won, with weight 1; an average has weights 1 / values; normalization its factor.
 */
export function incomingOf(
  layer: LayerSpec,
  weights: Tensors,
  input: Float32Array,
  index: number,
  nodes: number,
): Incoming | null {
  const parts = new Float64Array(nodes);
  const bias = add(layer, weights, input, index, parts);
  if (bias === null) return null;
  return { parts, bias, sum: parts.reduce((sum, part) => sum + part, bias) };
}

/** Add up `parts`; returns the bias, or null where there is no adding up. */
function add(
  layer: LayerSpec,
  weights: Tensors,
  input: Float32Array,
  index: number,
  parts: Float64Array,
): number | null {
  const weight = (name: string) => weights.get(`${layer.name}/${name}`)!.values;
  const outputs = lastAxis(layer.output_shape);
  const bias = () => weights.get(`${layer.name}/bias`)?.values[index % outputs] ?? 0;
  switch (layer.kind) {
    case "dense": {
      const kernel = weight("kernel");
      for (let i = 0, at = index; i < input.length; i++, at += layer.units)
        parts[i % parts.length] += kernel[at] * input[i];
      return bias();
    }
    case "conv2d":
    case "depthwise_conv2d":
      addWindow(layer, weight("kernel"), outputs, input, index, parts);
      return bias();
    case "separable_conv2d":
      addSeparable(layer, weight("depthwise_kernel"), weight("pointwise_kernel"), input, index, parts);
      return bias();
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
    case "input":
    case "flatten":
    case "reshape":
    case "dropout":
    case "activation":
      parts[index % parts.length] = input[index];
      return 0;
    case "zero_padding2d":
    case "up_sampling2d": {
      const from = sourceIndex(layer, [layer.input_shape])(index);
      if (from >= 0) parts[from % parts.length] = input[from];
      return 0;
    }
    case "rescaling":
      parts[index % parts.length] = input[index] * ofChannel(layer.scale, index % outputs);
      return ofChannel(layer.offset, index % outputs);
    default:
      return null;
  }
}

/** Calls `see` for every cell that the neuron sees: where it lies in the input's grid, and in the window. */
function eachSeen(layer: WindowLayer, index: number, see: (cell: number, inWindow: number) => void): void {
  const { rows, columns } = windowAxes(layer);
  const place = Math.floor(index / lastAxis(layer.output_shape));
  const [row, column] = [Math.floor(place / columns.output), place % columns.output];
  const [top, left] = [startCell(rows, row), startCell(columns, column)];
  for (let y = firstSeen(rows, row); y < endSeen(rows, row); y++) {
    for (let x = firstSeen(columns, column); x < endSeen(columns, column); x++) {
      const cell = (top + y * rows.dilation) * columns.input + left + x * columns.dilation;
      see(cell, y * columns.window + x);
    }
  }
}

function addWindow(
  layer: Extract<LayerSpec, { kind: "conv2d" | "depthwise_conv2d" }>,
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
    eachSeen(layer, index, (cell, inWindow) => {
      parts[channel] += kernel[inWindow * outputs + output] * input[cell * channels + channel];
    });
    return;
  }
  eachSeen(layer, index, (cell, inWindow) => {
    for (let channel = 0; channel < channels; channel++) {
      const at = (inWindow * channels + channel) * outputs + output;
      parts[channel] += kernel[at] * input[cell * channels + channel];
    }
  });
}

/** Each channel's sum over the window, times its weight. */
function addSeparable(
  layer: SeparableConv2dLayer,
  depthwise: Float32Array,
  pointwise: Float32Array,
  input: Float32Array,
  index: number,
  parts: Float64Array,
): void {
  const channels = layer.input_shape[2];
  const sums = channels * layer.depth_multiplier;
  const filters = lastAxis(layer.output_shape);
  eachSeen(layer, index, (cell, inWindow) => {
    for (let sum = 0; sum < sums; sum++) {
      const channel = Math.floor(sum / layer.depth_multiplier);
      const weight = depthwise[inWindow * sums + sum] * pointwise[sum * filters + (index % filters)];
      parts[channel] += weight * input[cell * channels + channel];
    }
  });
}

function addPooled(
  layer: Extract<
    LayerSpec,
    { kind: "max_pool2d" | "average_pool2d" | "global_max_pool2d" | "global_average_pool2d" }
  >,
  input: Float32Array,
  index: number,
  parts: Float64Array,
): void {
  const channels = layer.input_shape[2];
  const channel = index % channels;
  const values: number[] = [];
  eachSeen(layer, index, (cell) => values.push(input[cell * channels + channel]));
  const largest = layer.kind === "max_pool2d" || layer.kind === "global_max_pool2d";
  parts[channel] = largest
    ? values.reduce((most, value) => Math.max(most, value))
    : values.reduce((sum, value) => sum + value, 0) / values.length;
}
