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
  const seen = [...view.walls.keys()].filter((index) => view.walls[index].state !== "hidden");
  const signed = seen.some((index) => view.rangeOf(index).signed);
  const title = `Activation, up to ${whose[extent]}${maximum(palette)}`;
  overlay.showLegend(title, stops(signed), signed ? "−max" : "0", spanInWords(extent, view.spanOf(extent)));
}

/** "layer max, 0.799–7.69": what full colour stands for, from the smallest to the largest. */
export function spanInWords(extent: Extent, span: readonly [number, number] | null): string {
  if (!span) return "max";
  const [low, high] = span.map(decimal);
  return `${extent === "network" ? "" : `${extent} `}max, ${low === high ? high : `${low}–${high}`}`;
}

/** In the palette of signs the largest neuron has a colour that the strip does not. */
function maximum(palette: PaletteKind): string {
  return palette === "sign" ? " (blue: the largest)" : "";
}
