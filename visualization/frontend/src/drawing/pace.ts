/** When the pen's changes are computed and when they are drawn: the one at once, the other once a frame. */

/** Milliseconds from one computation to the next: a mouse that reports every millisecond must leave time for drawing. */
const least = 4;

export interface PaceEvents {
  /** `since`: when the pen made the first change that is not yet computed, by the clock of performance.now(). */
  readonly compute: (since: number) => void;
  /** In an animation frame, or at once. `since`: the same for what is not yet drawn; null if the pen did nothing. */
  readonly draw: (since: number | null) => void;
}

export class Pace {
  private uncomputed: number | null = null;
  private undrawn: number | null = null;
  private lastComputed = Number.NEGATIVE_INFINITY;
  private timer = 0;
  private request = 0;

  constructor(private readonly events: PaceEvents) {}

  /** The pen has made a change at `when`. */
  ask(when: number): void {
    this.uncomputed ??= when;
    this.undrawn ??= when;
    this.request ||= requestAnimationFrame(() => this.drawNow());
    const wait = this.lastComputed + least - performance.now();
    if (wait <= 0) this.compute();
    else this.timer ||= window.setTimeout(() => this.compute(), wait);
  }

  /** Draw what was asked for, or what has changed without the pen, at once. */
  drawNow(): void {
    cancelAnimationFrame(this.request);
    this.request = 0;
    this.compute();
    const { undrawn } = this;
    this.undrawn = null;
    this.events.draw(undrawn);
  }

  dispose(): void {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.request);
  }

  private compute(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    const { uncomputed } = this;
    if (uncomputed === null) return;
    this.uncomputed = null;
    this.lastComputed = performance.now();
    this.events.compute(uncomputed);
  }
}
