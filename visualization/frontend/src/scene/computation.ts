/** The network on the screen: a snapshot, the reader's edits on top of it, and what both make of the picture. */
import { decodePixels, type NetworkSpec, type SceneData, size } from "../contract";
import type { Edits } from "../engine/edits";
import { inputFromPixels, Network } from "../engine/network";
import type { Tensors } from "../safetensors";
import type { Timings } from "./timings";

/** A network and its last run. */
export interface Running {
  readonly spec: NetworkSpec;
  readonly classNames: readonly string[];
  /** As they came; `weights` are these with the edits. */
  readonly snapshot: Tensors;
  readonly weights: Tensors;
  readonly activations: (layer: string) => Float32Array;
  readonly probabilities: Float32Array;
}

export class Computation {
  running: Running | null = null;
  private network: Network | null = null;
  private read: string | null = null; // the pixels that the network has read last

  constructor(
    private readonly edits: Edits,
    private readonly timings: Timings,
  ) {}

  /** Take the weights of a snapshot. Raises ContractError where they are not this network's; the last ones stay then. */
  load(data: SceneData, snapshot: Tensors): void {
    const weights = this.edits.count ? this.edits.apply(snapshot) : snapshot;
    const network = new Network(data.network, weights);
    this.network = network;
    this.read = null;
    this.running = {
      spec: data.network,
      classNames: data.class_names,
      snapshot,
      weights,
      activations: (layer) => network.activations(layer),
      probabilities: network.probabilities,
    };
  }

  /** Read the picture unless it is the one that was read last; `load` comes first. */
  run(data: SceneData): void {
    if (data.image.pixels === this.read) return;
    const input = inputFromPixels(decodePixels(data.image.pixels, size(data.image.shape)));
    this.timings.time("forward", () => this.network!.run(input));
    this.read = data.image.pixels;
  }
}
