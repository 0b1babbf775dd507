/** Which part of the card shows which kind of explanation. */
import type { Explanation } from "../explain/explanation";
import { ActivationPart } from "./activation_part";
import type { CardContent, Surroundings } from "./content";
import { ConvPart } from "./conv_part";
import { DensePart } from "./dense_part";
import { InputPart, KerasPart, PassedPart, RescalingPart } from "./direct_parts";
import { MergePart } from "./merge_part";
import { NormalizationPart } from "./normalization_part";
import { AveragePart, PoolPart } from "./pool_part";

export interface Part {
  readonly root: HTMLElement;
  /** `explanation` is of a kind that the part is for. */
  show(content: CardContent, explanation: Explanation): void;
  /** Another part comes in, or the card goes: whatever moves stops. */
  leave?(): void;
}

/** The part for each kind; kinds whose arithmetic has the same form share one. */
export function makeParts(surroundings: Surroundings): Readonly<Record<Explanation["kind"], Part>> {
  const convolution = new ConvPart(surroundings);
  const passed = new PassedPart(surroundings);
  const largest = new PoolPart(surroundings);
  const average = new AveragePart(surroundings);
  const merge = new MergePart(surroundings);
  return {
    input: new InputPart(),
    flatten: passed,
    reshape: passed,
    dropout: passed,
    concatenate: passed,
    up_sampling2d: passed,
    zero_padding2d: passed,
    rescaling: new RescalingPart(surroundings),
    add: merge,
    subtract: merge,
    multiply: merge,
    average: merge,
    maximum: merge,
    minimum: merge,
    keras_layer: new KerasPart(),
    conv2d: convolution,
    depthwise_conv2d: convolution,
    separable_conv2d: convolution,
    max_pool2d: largest,
    global_max_pool2d: largest,
    average_pool2d: average,
    global_average_pool2d: average,
    dense: new DensePart(surroundings),
    batch_normalization: new NormalizationPart(surroundings),
    activation: new ActivationPart(surroundings),
  };
}
