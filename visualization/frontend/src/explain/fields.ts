/** What a neuron depends on and what depends on it: exact, from the shapes alone. Pure.
 *
 * Every such set is a product of rows, columns and channels: a window of windows is a window, a convolution sees all
 * channels, most other layers keep them. So three short masks are carried from layer to layer and only the answer is written out.
 */
import type { DepthwiseConv2dLayer, LayerSpec } from "../contract";
import { type Axis, endCell, firstCell } from "../engine/window";
import { type WindowLayer, windowAxes } from "./patch";
import { asImageShape, type Place, positionOf } from "./place";

/** Masks, 1 for what belongs to the set; the set is their product. */
interface Block {
  readonly rows: Uint8Array;
  readonly columns: Uint8Array;
  readonly channels: Uint8Array;
}

/** All that the neuron is computed from: for each layer before its own a mask over the flat activations.
 *
 * Keys are indices of layers, from the one before the neuron's down to 0, the input; a mask holds 1 where the neuron
 * depends on that activation through the structure of the network, whatever the weights are.
 */
export function receptiveField(layers: readonly LayerSpec[], place: Place): Map<number, Uint8Array> {
  const masks = new Map<number, Uint8Array>();
  let block = singleBlock(layers[place.layer].output_shape, place.index);
  for (let layer = place.layer; layer > 0; layer--) {
    block = sourcesOf(layers[layer], block);
    masks.set(layer - 1, written(block));
  }
  return masks;
}

/** All that the neuron or pixel has a part in: masks as `receptiveField` gives them, of all layers after its own. */
export function reach(layers: readonly LayerSpec[], place: Place): Map<number, Uint8Array> {
  const masks = new Map<number, Uint8Array>();
  let block = singleBlock(layers[place.layer].output_shape, place.index);
  for (let layer = place.layer + 1; layer < layers.length; layer++) {
    block = targetsOf(layers[layer], block);
    masks.set(layer, written(block));
  }
  return masks;
}

/** What of its input a layer needs for these outputs. */
function sourcesOf(layer: LayerSpec, outputs: Block): Block {
  const block = mixesChannels(layer) ? withAllChannels(outputs) : outputs;
  switch (layer.kind) {
    case "input":
    case "batch_normalization":
    case "dropout":
    case "activation":
      return block;
    case "flatten":
      return projected(layer.input_shape, block.channels);
    case "dense":
      return fullBlock(layer.input_shape);
    case "conv2d":
      return { ...windowSources(layer, block), channels: fullMask(layer.input_shape[2]) };
    case "depthwise_conv2d":
      return { ...windowSources(layer, block), channels: depthwiseSources(layer, block.channels) };
    case "max_pool2d":
    case "average_pool2d":
    case "global_max_pool2d":
    case "global_average_pool2d":
      return { ...windowSources(layer, block), channels: block.channels };
  }
}

/** Which outputs of a layer need any of these inputs. */
function targetsOf(layer: LayerSpec, inputs: Block): Block {
  const block = targetsBeforeActivation(layer, inputs);
  return mixesChannels(layer) ? withAllChannels(block) : block;
}

function targetsBeforeActivation(layer: LayerSpec, block: Block): Block {
  switch (layer.kind) {
    case "input":
    case "batch_normalization":
    case "dropout":
    case "activation":
      return block;
    case "flatten":
      return { rows: fullMask(1), columns: fullMask(1), channels: written(block) };
    case "dense":
      return isEmpty(block) ? emptyBlock(layer.output_shape) : fullBlock(layer.output_shape);
    case "conv2d":
      return { ...windowTargets(layer, block), channels: fullMask(layer.output_shape[2]) };
    case "depthwise_conv2d":
      return { ...windowTargets(layer, block), channels: depthwiseTargets(layer, block.channels) };
    case "max_pool2d":
    case "average_pool2d":
    case "global_max_pool2d":
    case "global_average_pool2d":
      return { ...windowTargets(layer, block), channels: block.channels };
  }
}

/** Softmax makes every output of a place depend on all others there. */
function mixesChannels(layer: LayerSpec): boolean {
  return "activation" in layer && layer.activation === "softmax";
}

function depthwiseSources({ depth_multiplier: each }: DepthwiseConv2dLayer, outputs: Uint8Array): Uint8Array {
  const inputs = new Uint8Array(outputs.length / each);
  for (let output = 0; output < outputs.length; output++) {
    if (outputs[output]) inputs[Math.floor(output / each)] = 1;
  }
  return inputs;
}

function depthwiseTargets({ depth_multiplier: each }: DepthwiseConv2dLayer, inputs: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: inputs.length * each }, (_, output) => inputs[Math.floor(output / each)]);
}

function windowSources(layer: WindowLayer, block: Block): Pick<Block, "rows" | "columns"> {
  const axes = windowAxes(layer);
  return { rows: axisSources(axes.rows, block.rows), columns: axisSources(axes.columns, block.columns) };
}

function windowTargets(layer: WindowLayer, block: Block): Pick<Block, "rows" | "columns"> {
  const axes = windowAxes(layer);
  return { rows: axisTargets(axes.rows, block.rows), columns: axisTargets(axes.columns, block.columns) };
}

function axisSources(axis: Axis, outputs: Uint8Array): Uint8Array {
  const inputs = new Uint8Array(axis.input);
  for (let at = 0; at < outputs.length; at++) {
    if (outputs[at]) inputs.fill(1, firstCell(axis, at), endCell(axis, at));
  }
  return inputs;
}

function axisTargets(axis: Axis, inputs: Uint8Array): Uint8Array {
  const seen = (at: number) => inputs.subarray(firstCell(axis, at), endCell(axis, at)).includes(1);
  return Uint8Array.from({ length: axis.output }, (_, at) => Number(seen(at)));
}

/** A set of flat activations as a block. Going back, a flatten layer's set is one value or all: no more is needed. */
function projected(shape: readonly number[], mask: Uint8Array): Block {
  const block = emptyBlock(shape);
  for (let index = 0; index < mask.length; index++) {
    if (!mask[index]) continue;
    const { row, column, channel } = positionOf(shape, index);
    block.rows[row] = 1;
    block.columns[column] = 1;
    block.channels[channel] = 1;
  }
  return block;
}

/** The block as a mask over the flat activations. */
function written({ rows, columns, channels }: Block): Uint8Array {
  const mask = new Uint8Array(rows.length * columns.length * channels.length);
  let start = 0;
  for (const row of rows) {
    for (const column of columns) {
      if (row && column) mask.set(channels, start);
      start += channels.length;
    }
  }
  return mask;
}

function singleBlock(shape: readonly number[], index: number): Block {
  const block = emptyBlock(shape);
  const { row, column, channel } = positionOf(shape, index);
  block.rows[row] = 1;
  block.columns[column] = 1;
  block.channels[channel] = 1;
  return block;
}

function fullBlock(shape: readonly number[]): Block {
  const [rows, columns, channels] = asImageShape(shape);
  return { rows: fullMask(rows), columns: fullMask(columns), channels: fullMask(channels) };
}

function emptyBlock(shape: readonly number[]): Block {
  const [rows, columns, channels] = asImageShape(shape);
  return {
    rows: new Uint8Array(rows),
    columns: new Uint8Array(columns),
    channels: new Uint8Array(channels),
  };
}

/** An empty set stays empty. */
function withAllChannels(block: Block): Block {
  return isEmpty(block) ? block : { ...block, channels: fullMask(block.channels.length) };
}

function fullMask(length: number): Uint8Array {
  return new Uint8Array(length).fill(1);
}

function isEmpty({ rows, columns, channels }: Block): boolean {
  return [rows, columns, channels].some((mask) => !mask.includes(1));
}
