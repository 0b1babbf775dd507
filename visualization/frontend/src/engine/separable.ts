import { lastAxis, type SeparableConv2dLayer, size } from "../contract";
import { DepthwiseConvolution } from "./depthwise";
import { pointwiseReach } from "./reach";
import { buffersOfSums, type Memory, type Sums } from "./sums";

/** A depthwise convolution without bias, then a 1 × 1 convolution over its channels; before the activation. */
export class SeparableConvolution {
  private readonly depthwise: DepthwiseConvolution;
  private readonly between: Float32Array;
  private readonly pointwise: Sums;

  /** `depthwise` is [rows, columns, channels, multiplier], `pointwise` [channels · multiplier, filters], flat. */
  constructor(
    layer: SeparableConv2dLayer,
    memory: Memory,
    depthwise: Float32Array,
    pointwise: Float32Array,
    bias: Float32Array,
  ) {
    this.depthwise = new DepthwiseConvolution(layer, depthwise, new Float32Array(channelsBetween(layer)));
    this.between = memory.floats(valuesBetween(layer));
    this.pointwise = memory.sums(pointwise, bias, this.between.length, pointwiseReach(layer));
  }

  run(input: Float32Array, output: Float32Array): void {
    this.depthwise.run(input, this.between);
    this.pointwise.run(this.between, output);
  }
}

/** The lengths of the buffers that the layer takes besides its output. */
export function buffersOfSeparable(layer: SeparableConv2dLayer): number[] {
  const between = valuesBetween(layer);
  const filters = lastAxis(layer.output_shape);
  return [between, ...buffersOfSums(channelsBetween(layer), filters, between, pointwiseReach(layer))];
}

export function channelsBetween(layer: SeparableConv2dLayer): number {
  return lastAxis(layer.input_shape) * layer.depth_multiplier;
}

function valuesBetween(layer: SeparableConv2dLayer): number {
  return size(layer.output_shape.slice(0, 2)) * channelsBetween(layer);
}
