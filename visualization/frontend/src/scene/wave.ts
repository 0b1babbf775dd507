/** The wave that a new picture sends through the network, and what makes one: pure. */

import type { SceneData } from "../contract";

export const waveLength = 450; // milliseconds, first wall to last
const share = 0.35; // of the wave's time that one wall takes

/** How far the wave has swept each of `count` walls after `elapsed` milliseconds: 0 not begun … 1 done. */
export function sweep(elapsed: number, count: number): number[] {
  const time = Math.min(1, Math.max(0, elapsed / waveLength));
  const step = count > 1 ? (1 - share) / (count - 1) : 0;
  return Array.from({ length: count }, (_, index) => {
    // The last wall ends exactly with the wave, whatever the rounding of its start.
    if (time === 1) return 1;
    return Math.min(1, Math.max(0, (time - index * step) / share));
  });
}

export interface Shown {
  readonly run: string;
  readonly weights_url: string;
  readonly network: string; // its JSON
  readonly pixels: string;
  /** The picture is what the pen draws: it is followed without a wave. */
  readonly drawing: boolean;
}

export function shownOf(data: SceneData): Shown {
  return {
    run: data.run,
    weights_url: data.weights_url,
    network: JSON.stringify([data.network, data.class_names]),
    pixels: data.image.pixels,
    drawing: data.pad.shown,
  };
}

export interface Change {
  /** Other layers: everything is built anew. */
  readonly network: boolean;
  readonly weights: boolean;
  readonly picture: boolean;
  /** A new picture on a network that stays runs through; a new step, or a first view, just shows. */
  readonly wave: boolean;
}

export function changeBetween(before: Shown | null, after: Shown): Change {
  if (!before) return { network: true, weights: true, picture: true, wave: false };
  const network = before.network !== after.network;
  const picture = before.pixels !== after.pixels;
  return {
    network,
    weights: before.weights_url !== after.weights_url,
    picture,
    wave: picture && !network && !after.drawing,
  };
}
