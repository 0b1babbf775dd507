/** What the browser's console and the tests see of a scene, as the property `strata` of its root element. */
import type { SceneData } from "../contract";
import type { Running } from "./computation";
import type { Measured, Timings } from "./timings";
import type { View3d } from "./view_3d";

export interface SceneHandle {
  readonly run: string;
  readonly step: number;
  /** A copy of a layer's activations, flat, channels last. */
  activations(layer: string): Float32Array;
  readonly probabilities: Float32Array;
  /** Frames drawn so far, and draw calls of the last one. */
  readonly frames: number;
  readonly drawCalls: number;
  /** Milliseconds, the latest thousand of each kind. */
  readonly timings: Readonly<Record<Measured, number[]>>;
  /** null where the browser gives no WebGL. */
  readonly view: View3d | null;
}

export function handleOf(
  data: SceneData,
  running: Running,
  view: View3d | null,
  timings: Timings,
): SceneHandle {
  return {
    run: data.run,
    step: data.step,
    activations: (layer) => running.activations(layer).slice(),
    probabilities: running.probabilities.slice(),
    get frames() {
      return view?.stage.frames ?? 0;
    },
    get drawCalls() {
      return view?.stage.drawCalls ?? 0;
    },
    get timings() {
      return {
        forward: timings.latest("forward"),
        penToActivations: timings.latest("penToActivations"),
        penToPicture: timings.latest("penToPicture"),
        frames: timings.latest("frames"),
      };
    },
    view,
  };
}
