/** How long things take, in milliseconds: the latest thousand of each kind. */

const kept = 1000;
const rest = 250; // milliseconds without a frame, after which the next one begins a new movement

export type Measured = "forward" | "penToActivations" | "penToPicture" | "frames";

export class Timings {
  private readonly values: Record<Measured, number[]> = {
    forward: [],
    penToActivations: [],
    penToPicture: [],
    frames: [],
  };
  private lastFrame = Number.NEGATIVE_INFINITY;

  add(kind: Measured, milliseconds: number): void {
    const values = this.values[kind];
    values.push(milliseconds);
    if (values.length > kept) values.shift();
  }

  /** Measure what `act` takes. */
  time(kind: Measured, act: () => void): void {
    const start = performance.now();
    act();
    this.add(kind, performance.now() - start);
  }

  /** A frame was drawn. Between two movements lies no frame's time. */
  frame(now: number): void {
    if (now - this.lastFrame < rest) this.add("frames", now - this.lastFrame);
    this.lastFrame = now;
  }

  /** The latest `count` of a kind, oldest first; a copy. */
  latest(kind: Measured, count = kept): number[] {
    return this.values[kind].slice(-count);
  }
}

/** The middle value, the mean of the two middle ones for an even count; null for none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
