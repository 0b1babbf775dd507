/** What the browser's console and the tests see of the picture, as the property `strata` of its root element. */
import type { SceneData } from "../contract";
import type { Running } from "../scene/computation";
import type { Timings } from "../scene/timings";
import type { Graph } from "./graph";
import type { LinksLayout } from "./layout";
import type { Picture } from "./picture";

export interface LinksHandle {
  readonly run: string;
  readonly step: number;
  /** A copy of a layer's activations, flat, channels last. */
  activations(layer: string): Float32Array;
  readonly probabilities: Float32Array;
  readonly graph: Graph | null;
  readonly layout: LinksLayout | null;
  /** Milliseconds, the latest thousand of each kind; redraw: of the whole picture with its words. */
  readonly timings: Readonly<Record<"forward" | "penToPicture" | "redraw", number[]>>;
}

export function handleOf(data: SceneData, running: Running, picture: Picture, timings: Timings): LinksHandle {
  return {
    run: data.run,
    step: data.step,
    activations: (layer) => running.activations(layer).slice(),
    probabilities: running.probabilities.slice(),
    get graph() {
      return picture.graph;
    },
    get layout() {
      return picture.layout;
    },
    get timings() {
      return {
        forward: timings.latest("forward"),
        penToPicture: timings.latest("penToPicture"),
        redraw: timings.latest("frames"),
      };
    },
  };
}
