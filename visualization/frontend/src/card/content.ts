/** What the card is given to show, and what it asks for. */
import type { NetworkSpec } from "../contract";
import type { Change, Edits, Restoration } from "../engine/edits";
import type { Explanation } from "../explain/explanation";
import type { Place } from "../explain/place";
import type { Tensors } from "../safetensors";
import type { Shades } from "./shades";

export interface CardContent {
  readonly spec: NetworkSpec;
  readonly place: Place;
  /** Of the neuron at `place`, with the edits in the weights. */
  readonly explanation: Explanation;
  readonly edits: Edits;
  /** Weights can be edited; missing: they can. */
  readonly editable?: boolean;
  /** The weights without the edits. */
  readonly snapshot: Tensors;
  readonly classNames: readonly string[];
  /** What the named layer came to, flat, channels last. */
  readonly activations: (layer: string) => Float32Array;
}

export interface CardEvents {
  /** Show this neuron. */
  readonly select: (place: Place) => void;
  readonly edit: (change: Change) => void;
  readonly restore: (what: Restoration) => void;
  /** Bring a map to the front in 3D; `layer` is an index. */
  readonly forward: (layer: number, channel: number) => void;
  readonly close: () => void;
}

/** What the parts of the card share. */
export interface Surroundings {
  readonly events: CardEvents;
  /** The colours of the theme as it is now. */
  readonly shades: () => Shades;
  /** Say what is wrong with what was typed; null takes it back. */
  readonly complain: (message: string | null) => void;
}
