/** Colours for values, from ../../palette.json, which Python's figures read too.
 *
 * The stops are even steps along curves in OKLCH whose lightness only rises (dark) or falls (light), so that the
 * order can be read without seeing hue. Zero is almost the background; diverging is blue below and orange above.
 */
import palettes from "../../palette.json";

export type Brightness = "dark" | "light";
export type Scale = "sequential" | "diverging" | "sign";
/** perceptual: sequential, or diverging where values are signed; sign: green above zero, red below, blue the maximum. */
export type PaletteKind = "perceptual" | "sign";
/** Red, green, blue, each 0 … 255. */
export type Colour = readonly [number, number, number];

export function stopsOf(brightness: Brightness, scale: Scale): readonly string[] {
  return palettes[brightness][scale];
}

/** The stops from a range's low to its high end; of a palette that diverges, unsigned values use the upper half. */
export function stopsFor(brightness: Brightness, kind: PaletteKind, signed: boolean): readonly string[] {
  if (kind === "perceptual") return stopsOf(brightness, signed ? "diverging" : "sequential");
  const stops = stopsOf(brightness, "sign");
  return signed ? stops : stops.slice((stops.length - 1) / 2);
}

/** Of the neuron that is its range's maximum, in the sign palette. */
export function maximumOf(brightness: Brightness): Colour {
  return parseHex(palettes[brightness].maximum);
}

export function parseHex(hex: string): Colour {
  const bits = Number.parseInt(hex.slice(1), 16);
  return [(bits >> 16) & 255, (bits >> 8) & 255, bits & 255];
}

/** The colour at `position` 0 … 1 along evenly spaced stops. */
export function colourAt(stops: readonly string[], position: number): Colour {
  const place = Math.min(1, Math.max(0, position)) * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(place));
  const from = parseHex(stops[index]);
  const to = parseHex(stops[index + 1]);
  const share = place - index;
  const mix = (channel: 0 | 1 | 2) => Math.round(from[channel] + (to[channel] - from[channel]) * share);
  return [mix(0), mix(1), mix(2)];
}

/** `width` RGBA texels from the first to the last stop, for a texture. */
export function paletteTexels(stops: readonly string[], width: number): Uint8Array {
  const texels = new Uint8Array(width * 4);
  for (let index = 0; index < width; index++) {
    texels.set([...colourAt(stops, index / (width - 1)), 255], index * 4);
  }
  return texels;
}

/** The stops as a CSS gradient from left to right. */
export function cssGradient(stops: readonly string[]): string {
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/** OKLab lightness, 0 … 1: what "lighter" means to the eye (Ottosson 2020). */
export function lightness([red, green, blue]: Colour): number {
  const linear = (value: number) =>
    value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const medium = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short;
}
