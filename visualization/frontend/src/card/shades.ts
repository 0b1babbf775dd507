/** Colours for cells and pictures: each with the ink that can be read on it. */
import { type Colour, colourAt, type PaletteKind, stopsFor } from "../palette";
import type { Theme } from "../theme";

export interface Shade {
  readonly background: string;
  readonly ink: string;
  /** Red, green, blue and opacity as the bytes of an ImageData in one number. */
  readonly texel: number;
}

const steps = 255; // an odd number, so that zero has the middle of the diverging scale to itself

export class Shades {
  private readonly signed: readonly Shade[];
  private readonly unsigned: readonly Shade[];

  constructor({ brightness }: Theme, palette: PaletteKind) {
    const table = (signed: boolean) => {
      const stops = stopsFor(brightness, palette, signed);
      return Array.from({ length: steps }, (_, at) => shadeOf(colourAt(stops, at / (steps - 1))));
    };
    this.signed = table(true);
    this.unsigned = table(false);
  }

  /** The shade of `value` on a scale from −largest to largest, or from 0 where nothing is negative. */
  of(value: number, largest: number, signed: boolean): Shade {
    const share = largest > 0 ? value / largest : 0;
    const position = signed ? (share + 1) / 2 : share;
    const at = Math.min(steps - 1, Math.max(0, Math.round(position * (steps - 1))));
    return (signed ? this.signed : this.unsigned)[at];
  }
}

function shadeOf(colour: Colour): Shade {
  const [red, green, blue] = colour;
  return {
    background: `rgb(${red} ${green} ${blue})`,
    // Where black and white contrast equally with the colour; either then has at least 4.5 to 1.
    ink: luminance(colour) > 0.179 ? "#000" : "#fff",
    texel: new Uint32Array(Uint8ClampedArray.of(red, green, blue, 255).buffer)[0],
  };
}

/** Relative luminance, 0 … 1 (WCAG 2.2). */
function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The scale of a layer's colours: its largest value by size, and whether any is negative. */
export function rangeOf(values: ArrayLike<number>): { largest: number; signed: boolean } {
  let largest = 0;
  let signed = false;
  for (let index = 0; index < values.length; index++) {
    largest = Math.max(largest, Math.abs(values[index]));
    signed ||= values[index] < 0;
  }
  return { largest, signed };
}
