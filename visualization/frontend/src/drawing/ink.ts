/** The pad's canvas: grey ink, drawn with a round, anti-aliased brush. */
import type { Grey } from "./resampling";

export const canvasSide = 280; // pixels, as visualization/pad.py expects it

export class Ink implements Grey {
  readonly height = canvasSide;
  readonly width = canvasSide;
  /** 0 background … 255 ink, row after row. */
  readonly values = new Uint8Array(canvasSide * canvasSide);

  clear(): void {
    this.values.fill(0);
  }

  /** Draw from one place to another, all in pixels; the same place twice is a dot. What lies outside is cut off.
   *
   * A pixel is covered by as much as its centre lies within the brush's rim, blurred over one pixel. Ink takes the
   * larger of old and new, an eraser leaves the smaller: strokes over themselves do not grow at the edges.
   */
  draw(fromX: number, fromY: number, toX: number, toY: number, radius: number, erase: boolean): void {
    const reach = radius + 0.5;
    const [top, bottom] = range(fromY, toY, reach);
    const [left, right] = range(fromX, toX, reach);
    const [alongX, alongY] = [toX - fromX, toY - fromY];
    const square = alongX * alongX + alongY * alongY;
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const [offX, offY] = [x + 0.5 - fromX, y + 0.5 - fromY];
        const share = square ? Math.min(1, Math.max(0, (offX * alongX + offY * alongY) / square)) : 0;
        const [awayX, awayY] = [offX - share * alongX, offY - share * alongY];
        const cover = reach - Math.sqrt(awayX * awayX + awayY * awayY);
        if (cover <= 0) continue;
        const value = Math.round(255 * Math.min(1, cover));
        const at = y * canvasSide + x;
        const before = this.values[at];
        this.values[at] = erase ? Math.min(before, 255 - value) : Math.max(before, value);
      }
    }
  }
}

/** First and last pixel that a brush can touch between two places, inside the canvas. */
function range(from: number, to: number, reach: number): [number, number] {
  return [
    Math.max(0, Math.floor(Math.min(from, to) - reach)),
    Math.min(canvasSide - 1, Math.ceil(Math.max(from, to) + reach)),
  ];
}
