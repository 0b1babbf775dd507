/** The colours of a wall's neurons as one picture, a texel a neuron, tile beside tile. Pure. */
import type { Wall } from "../layout";
import type { Strengths } from "./relief";
import { maximumMark } from "./scale";

/** Texels that every WebGL 2 allows on a side. */
const longestSide = 2048;

export interface PictureSize {
  readonly width: number; // texels
  readonly height: number;
}

/** null for a wall with more neurons on a side than a texture may have. */
export function pictureSize({ tiles, cells }: Wall): PictureSize | null {
  const [width, height] = [tiles.columns * cells.columns, tiles.rows * cells.rows];
  return Math.max(width, height) <= longestSide ? { width, height } : null;
}

/** How strengths become colours; four bytes (red, green, blue, 255) in each number. */
export interface Colouring {
  /** From the palette's low to its high end. */
  readonly palette: Uint32Array;
  /** The middle of the palette is zero. */
  readonly diverging: boolean;
  /** Of a neuron with the maximum's mark. */
  readonly maximum: number;
}

/** Write the colours into `texels`, row after row. `values` is flat, channels last; what has no neuron stays empty. */
export function paintPicture(wall: Wall, values: Strengths, colouring: Colouring, texels: Uint32Array): void {
  const { tiles, cells, channel, channels } = wall;
  const { palette, diverging, maximum } = colouring;
  const width = tiles.columns * cells.columns;
  const last = palette.length - 1;
  const [scale, zero] = diverging ? [last / 2, last / 2] : [last, 0];
  for (let tile = 0; tile < tiles.count; tile++) {
    const left = (tile % tiles.columns) * cells.columns;
    const top = Math.floor(tile / tiles.columns) * cells.rows;
    for (let row = 0; row < cells.rows; row++) {
      const start = (top + row) * width + left;
      for (let column = 0; column < cells.columns; column++) {
        const place = (row * cells.columns + column) * channels + channel + tile;
        if (place >= values.length) continue;
        const value = values[place];
        const step = Math.min(last, Math.max(0, zero + scale * value));
        texels[start + column] = value > maximumMark / 2 ? maximum : palette[Math.floor(step + 0.5)];
      }
    }
  }
}
