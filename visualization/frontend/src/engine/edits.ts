/** Changes to a network's weights that live in the browser alone: on top of a snapshot, which stays as it is. */
import { ContractError } from "../checks";
import { type LayerSpec, lastAxis } from "../contract";
import type { Tensor, Tensors } from "../safetensors";

/** `tensor` is a tensor's name, "conv_1/kernel"; `index` is a place in its flat values. */
export type Change =
  | { readonly kind: "set"; readonly tensor: string; readonly index: number; readonly value: number }
  | { readonly kind: "mute"; readonly layer: LayerSpec; readonly channel: number; readonly muted: boolean };

/** What is to be as in the snapshot again: one value, all of a filter or unit, everything. */
export type Restoration =
  | { readonly kind: "value"; readonly tensor: string; readonly index: number }
  | { readonly kind: "filter"; readonly layer: LayerSpec; readonly channel: number }
  | { readonly kind: "all" };

/** The trained weights of each output of a layer, by their names in its tensors; the outputs are the last axis, or the
 * last two. The depthwise kernel of a separable convolution is no output's own: all share it. */
export function weightNames(layer: LayerSpec): readonly string[] {
  switch (layer.kind) {
    case "conv2d":
    case "depthwise_conv2d":
    case "dense":
      return ["kernel", ...biasName(layer)];
    case "separable_conv2d":
      return ["pointwise_kernel", ...biasName(layer)];
    case "batch_normalization":
      return ["gamma", "beta"];
    default:
      return [];
  }
}

function biasName({ use_bias }: { readonly use_bias?: boolean }): string[] {
  return use_bias === false ? [] : ["bias"];
}

/** The largest weight, by size, that can be set. */
export const largestWeight = 1e6;

interface Muted {
  readonly layer: LayerSpec;
  readonly channels: Set<number>;
}

/** The edits of one run. They hold for each of its snapshots; `clear` them when another run comes. */
export class Edits {
  private readonly values = new Map<string, Map<number, number>>(); // by tensor, then by index
  private readonly muted = new Map<string, Muted>(); // by layer

  /** Raises ContractError where the value is not a finite number of at most 1e6 by size, or the index is none. */
  set(tensor: string, index: number, value: number): void {
    if (!Number.isSafeInteger(index) || index < 0) {
      throw new ContractError(`index in ${tensor}`, "a whole number of at least 0", index);
    }
    if (!(Math.abs(value) <= largestWeight)) {
      throw new ContractError(
        `weight ${index} of ${tensor}`,
        "a number between −1,000,000 and 1,000,000",
        value,
      );
    }
    if (!this.values.has(tensor)) this.values.set(tensor, new Map());
    this.values.get(tensor)!.set(index, value);
  }

  /** Let a whole filter, unit or normalized channel say nothing: its weights count as 0. What is set in it is kept. */
  mute(layer: LayerSpec, channel: number): void {
    if (!this.muted.has(layer.name)) this.muted.set(layer.name, { layer, channels: new Set() });
    this.muted.get(layer.name)!.channels.add(channel);
  }

  /** Mute these filters or units and no others; what is set stays set. */
  muteOnly(filters: Iterable<{ readonly layer: LayerSpec; readonly channel: number }>): void {
    this.muted.clear();
    for (const { layer, channel } of filters) this.mute(layer, channel);
  }

  unmute(layer: LayerSpec, channel: number): void {
    this.muted.get(layer.name)?.channels.delete(channel);
  }

  /** Do as the card asks; raises what `set` raises. */
  make(change: Change): void {
    if (change.kind === "set") this.set(change.tensor, change.index, change.value);
    else if (change.muted) this.mute(change.layer, change.channel);
    else this.unmute(change.layer, change.channel);
  }

  restore(what: Restoration): void {
    if (what.kind === "all") this.clear();
    else if (what.kind === "value") this.values.get(what.tensor)?.delete(what.index);
    else {
      this.unmute(what.layer, what.channel);
      for (const { edited, index } of this.setIn(what.layer, what.channel)) edited.delete(index);
    }
  }

  clear(): void {
    this.values.clear();
    this.muted.clear();
  }

  /** How many values are set and how many filters or units are muted, together. */
  get count(): number {
    let count = 0;
    for (const edited of this.values.values()) count += edited.size;
    for (const { channels } of this.muted.values()) count += channels.size;
    return count;
  }

  /** Whether this one value is set. */
  isEdited(tensor: string, index: number): boolean {
    return this.values.get(tensor)?.has(index) ?? false;
  }

  isMuted(layer: LayerSpec, channel: number): boolean {
    return this.muted.get(layer.name)?.channels.has(channel) ?? false;
  }

  /** Whether the filter or unit is muted or any of its values is set. */
  isFilterEdited(layer: LayerSpec, channel: number): boolean {
    return this.isMuted(layer, channel) || this.setIn(layer, channel).length > 0;
  }

  /** The tensors with the edits in them; those without edits are the very same. The originals are never written to.
   *
   * Raises ContractError where a tensor or a place in it does not exist: the edits are another network's.
   */
  apply(tensors: Tensors): Tensors {
    const edited = new Map(tensors);
    for (const [name, values] of this.values) {
      if (values.size === 0) continue;
      const copy = copyOf(edited, name);
      for (const [index, value] of values) {
        if (index >= copy.values.length) {
          throw new ContractError(`edited index in ${name}`, `below ${copy.values.length}`, index);
        }
        copy.values[index] = value;
      }
    }
    for (const { layer, channels } of this.muted.values()) silence(edited, layer, channels);
    return edited;
  }

  private setIn(layer: LayerSpec, channel: number): { edited: Map<number, number>; index: number }[] {
    const outputs = lastAxis(layer.output_shape);
    return weightNames(layer).flatMap((name) => {
      const edited = this.values.get(`${layer.name}/${name}`) ?? new Map<number, number>();
      const indices = [...edited.keys()].filter((index) => index % outputs === channel);
      return indices.map((index) => ({ edited, index }));
    });
  }
}

/** Zero all weights of the channels. An output's weights lie as many places apart as there are outputs. */
function silence(tensors: Map<string, Tensor>, layer: LayerSpec, channels: ReadonlySet<number>): void {
  if (channels.size === 0) return;
  const copies = weightNames(layer).map((name) => copyOf(tensors, `${layer.name}/${name}`).values);
  const outputs = lastAxis(layer.output_shape);
  for (const channel of channels) {
    if (channel >= outputs) {
      throw new ContractError(`muted channel of ${layer.name}`, `below ${outputs}`, channel);
    }
    for (const values of copies) {
      for (let index = channel; index < values.length; index += outputs) values[index] = 0;
    }
  }
}

/** Put a copy of the tensor in its place. */
function copyOf(tensors: Map<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) {
    throw new ContractError(`edited weight ${name}`, `one of ${[...tensors.keys()].join(", ")}`, undefined);
  }
  const copy = { shape: tensor.shape, values: tensor.values.slice() };
  tensors.set(name, copy);
  return copy;
}
