/** The network on the screen, and what it makes of the picture: computed in this browser at once, or by a worker soon.
 *
 * Both are asked in the same way: `run` says whether the answer is here; if it is not, `computed` tells when it is. Until
 * then what was computed last stays.
 */
import { decodePixels, type NetworkSpec, type SceneData, size } from "../contract";
import type { Edits } from "../engine/edits";
import { computes, inputFromPixels, Network } from "../engine/network";
import type { Tensors } from "../safetensors";
import { inBrowser, LiveSocket, liveUrl, type SocketState, type Surroundings } from "./live_socket";
import type { Timings } from "./timings";

/** Who computes, and how the connection to the worker stands. */
export type Engine =
  | { readonly place: "browser" }
  | { readonly place: "worker"; readonly state: SocketState };

/** A network and its last run. */
export interface Running {
  readonly spec: NetworkSpec;
  readonly classNames: readonly string[];
  /** As they came; `weights` are these with the edits. */
  readonly snapshot: Tensors;
  readonly weights: Tensors;
  readonly activations: (layer: string) => Float32Array;
  readonly probabilities: Float32Array;
  /** Weights can be edited: not where a worker computes, which has those of the snapshot. */
  readonly editable: boolean;
}

export interface ComputationEvents {
  /** The worker has answered: `running` has read the picture of `data`, which the pen drew at `since`, if it did. */
  readonly computed: (data: SceneData, since: number | null) => void;
  /** `engine` is another. */
  readonly changed: () => void;
}

interface Asked {
  data: SceneData;
  readonly since: number | null;
  readonly at: number; // milliseconds
  readonly input: Float32Array;
}

export class Computation {
  running: Running | null = null;
  engine: Engine = { place: "browser" };
  private network: Network | null = null;
  private socket: LiveSocket<Asked> | null = null;
  private loaded: { readonly data: SceneData; readonly snapshot: Tensors } | null = null;
  private read: string | null = null; // the pixels that the network has read last

  /** `around`: what stands for the browser in tests. */
  constructor(
    private readonly edits: Edits,
    private readonly timings: Timings,
    private readonly events: ComputationEvents,
    private readonly around: Surroundings = inBrowser,
  ) {}

  /** Take the weights of a snapshot. Raises ContractError where they are not this network's; the last ones stay then. */
  load(data: SceneData, snapshot: Tensors): void {
    if (!computes(data.network)) {
      this.loadWorker(data, snapshot);
      return;
    }
    const weights = this.edits.count ? this.edits.apply(snapshot) : snapshot;
    const network = new Network(data.network, weights);
    this.leaveWorker();
    this.network = network;
    this.loaded = { data, snapshot };
    this.read = null;
    this.running = {
      spec: data.network,
      classNames: data.class_names,
      snapshot,
      weights,
      activations: (layer) => network.activations(layer),
      probabilities: network.probabilities,
      editable: true,
    };
  }

  /** Whether the weights that were loaded last are those of `data`. */
  holds(data: SceneData): boolean {
    return data.weights_url === this.loaded?.data.weights_url;
  }

  /** Read the picture unless it is the one that was read last: whether `running` has it now. `load` comes first. */
  run(data: SceneData, since: number | null = null): boolean {
    const { network, socket } = this;
    const { pixels } = data.image;
    // While another network is on its way, what is on the screen is not computed any more.
    if (!this.holds(data)) return false;
    if (pixels === this.read) return true;
    const input = () => inputFromPixels(decodePixels(pixels, size(data.image.shape)));
    if (network) {
      const values = input();
      this.timings.time("forward", () => network.run(values));
      this.read = pixels;
      return true;
    }
    const awaited = socket?.awaited;
    if (awaited?.data.image.pixels === pixels) awaited.data = data;
    else {
      const values = Float32Array.from(input());
      socket?.send({ data, since, at: performance.now(), input: values }, values);
    }
    return false;
  }

  dispose(): void {
    this.leaveWorker();
  }

  private loadWorker(data: SceneData, snapshot: Tensors): void {
    const url = liveUrl(data.trace_url, this.around.page());
    if (this.socket?.url === url && this.holds(data)) return;
    this.leaveWorker();
    this.network = null;
    this.loaded = { data, snapshot };
    this.read = null;
    const length = data.network.layers.slice(1).reduce((sum, layer) => sum + size(layer.output_shape), 0);
    this.engine = { place: "worker", state: { kind: "connecting" } };
    const events = {
      answered: (asked: Asked, values: Float32Array) => this.answered(asked, values),
      changed: (state: SocketState) => {
        this.engine = { place: "worker", state };
        this.events.changed();
      },
    };
    this.socket = new LiveSocket(url, length, events, this.around);
  }

  private answered({ data, since, at, input }: Asked, values: Float32Array): void {
    const { network, class_names } = data;
    const byName = new Map<string, Float32Array>([[network.layers[0].name, input]]);
    let start = 0;
    for (const layer of network.layers.slice(1)) {
      const end = start + size(layer.output_shape);
      byName.set(layer.name, values.subarray(start, end));
      start = end;
    }
    const { snapshot } = this.loaded!;
    this.timings.add("forward", performance.now() - at);
    this.read = data.image.pixels;
    this.running = {
      spec: network,
      classNames: class_names,
      snapshot,
      weights: snapshot,
      activations: (layer) => byName.get(layer)!,
      probabilities: byName.get(network.layers[network.layers.length - 1].name)!,
      editable: false,
    };
    this.events.computed(data, since);
  }

  private leaveWorker(): void {
    this.socket?.dispose();
    this.socket = null;
    this.engine = { place: "browser" };
  }
}
