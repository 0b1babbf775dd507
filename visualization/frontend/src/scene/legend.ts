/** What the colours mean: for all layers, or in numbers for the one under the pointer. */
import { type PaletteKind, stopsFor } from "../palette";
import type { Theme } from "../theme";
import type { Overlay } from "./overlay";
import type { Extent } from "./scale";
import type { View3d } from "./view_3d";
import type { Viewing } from "./viewing";
import { decimal } from "./words";

const whose: Readonly<Record<Extent, string>> = {
  map: "each map’s own maximum",
  layer: "each layer’s own maximum",
  network: "the network’s maximum",
};

export function showLegend(
  overlay: Overlay,
  view: View3d,
  theme: Theme,
  { extent, palette }: Viewing,
  wall: number | null,
): void {
  const stops = (signed: boolean) => stopsFor(theme.brightness, palette, signed);
  if (wall !== null) {
    const { low, high, signed, kind } = view.rangeOf(wall);
    const ofMaps = kind === "map" ? ", largest map" : kind === "network" ? ", network’s scale" : "";
    const title = `Activation of ${view.walls[wall].layer.title}${ofMaps}${maximum(palette)}`;
    overlay.showLegend(title, stops(signed), decimal(low), decimal(high));
    return;
  }
  const ranges = view.walls.map((_, index) => view.rangeOf(index));
  const signed = ranges.some((range) => range.signed);
  const highs = ranges.filter(({ kind }) => kind === extent).map(({ high }) => high);
  const span = [Math.min(...highs), Math.max(...highs)].map(decimal);
  const numbers = extent === "network" ? `max, ${span[1]}` : `${extent} max, ${span.join("–")}`;
  overlay.showLegend(
    `Activation, up to ${whose[extent]}${maximum(palette)}`,
    stops(signed),
    signed ? "−max" : "0",
    numbers,
  );
}

/** In the palette of signs the largest neuron has a colour that the strip does not. */
function maximum(palette: PaletteKind): string {
  return palette === "sign" ? " (blue: the largest)" : "";
}
