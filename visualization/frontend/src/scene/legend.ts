/** What the colours mean: for all layers, or in numbers for the one under the pointer. */
import { stopsOf } from "../palette";
import type { Theme } from "../theme";
import type { Overlay } from "./overlay";
import type { View3d } from "./view_3d";
import { decimal } from "./words";

export function showLegend(overlay: Overlay, view: View3d, theme: Theme, wall: number | null): void {
  const { brightness } = theme;
  if (wall !== null) {
    const { low, high, signed } = view.rangeOf(wall);
    const stops = stopsOf(brightness, signed ? "diverging" : "sequential");
    overlay.showLegend(`Activation of ${view.walls[wall].layer.title}`, stops, decimal(low), decimal(high));
    return;
  }
  const ranges = view.walls.map((_, index) => view.rangeOf(index));
  const signed = ranges.some((range) => range.signed);
  const highs = ranges.map((range) => range.high);
  const largest = `layer max, ${decimal(Math.min(...highs))}–${decimal(Math.max(...highs))}`;
  const stops = stopsOf(brightness, signed ? "diverging" : "sequential");
  overlay.showLegend("Activation, per layer", stops, signed ? "−max" : "0", largest);
}
