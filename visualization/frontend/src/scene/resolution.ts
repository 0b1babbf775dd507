/** Device pixels for each CSS pixel: fewer while something moves and the budget is short, all of them at rest. */
import type { WebGLRenderer } from "three";
import { type Effort, movingPixelRatio } from "./budget";

/** Milliseconds without a frame until what was drawn coarsely is drawn in full. */
export const restTime = 140;
const largestRatio = 2; // more costs four times the pixels for nothing one can see

export class Resolution {
  private full = 1;
  private rest = 0;

  constructor(
    private readonly renderer: WebGLRenderer,
    private readonly invalidate: () => void,
  ) {}

  get ratio(): number {
    return this.renderer.getPixelRatio();
  }

  /** The canvas in CSS pixels. */
  resize(width: number, height: number): void {
    this.full = Math.min(largestRatio, devicePixelRatio);
    this.renderer.setPixelRatio(this.full);
    this.renderer.setSize(width, height, false);
  }

  /** Before a frame. */
  choose(moving: boolean, effort: Effort, cheap: boolean): void {
    clearTimeout(this.rest);
    const ratio = moving ? movingPixelRatio(this.full, effort, cheap) : this.full;
    if (ratio !== this.ratio) this.renderer.setPixelRatio(ratio);
    // The frame after the timer moves nothing, and is therefore drawn in full.
    if (ratio !== this.full) this.rest = window.setTimeout(this.invalidate, restTime);
  }

  dispose(): void {
    clearTimeout(this.rest);
  }
}
