import type { Colour } from "../palette";
import { mixColours } from "../theme";

export type { Colour };

/** The mixture of two colours as shader numbers, 0 … 1 each. */
export function mixAll(from: Colour, to: Colour, share: number): [number, number, number] {
  const [red, green, blue] = mixColours(from, to, share);
  return [red / 255, green / 255, blue / 255];
}
