/** How the reader looks at the network: kept while views come and go, as long as the network stays the same. */
import type { NetworkSpec } from "../contract";
import { Edits } from "../engine/edits";
import type { PaletteKind } from "../palette";
import type { Extent } from "./scale";

export interface ForwardMap {
  readonly layer: string;
  readonly channel: number;
}

export interface CameraPlace {
  readonly position: readonly [number, number, number];
  readonly target: readonly [number, number, number];
}

export class Viewing {
  readonly open = new Set<string>();
  readonly hidden = new Set<string>();
  forward: ForwardMap | null = null;
  extent: Extent = "layer";
  palette: PaletteKind = "perceptual";
  /** Where the reader has put the camera; null for the view that shows everything. */
  camera: CameraPlace | null = null;
  /** The touched neuron: layer name and place in its flat activations. */
  picked: { readonly layer: string; readonly index: number } | null = null;
  /** The serial of the last wish of another view that was followed. */
  followed: number | null = null;
  /** The same of the last one that said what is to be muted. */
  mutedFor: number | null = null;
  readonly edits = new Edits();
  private network = "";
  private run = "";

  /** Another run has weights that nobody has edited. In another network layers are gone, and what was said of them is
   * forgotten; how colours are read stays. */
  settle(network: NetworkSpec, run: string): void {
    if (run !== this.run) this.edits.clear();
    this.run = run;
    const layers = JSON.stringify(network.layers);
    if (layers === this.network) return;
    if (this.network) {
      this.open.clear();
      this.hidden.clear();
      this.edits.clear();
      this.forward = null;
      this.camera = null;
      this.picked = null;
    }
    this.network = layers;
  }
}
