/** What another view wants to be seen: a layer, a map or a neuron comes near; a neuron is picked as well. And which filters
 * and units it wants to be muted. */
import type { SceneData } from "../contract";
import { size } from "../contract";
import { weightNames } from "../engine/edits";
import { indexOf } from "../explain/place";
import type { Selection } from "./selection";
import type { View3d } from "./view_3d";
import type { Viewing } from "./viewing";

/** Mute what `data.wish` names, once, before the network runs: whether the weights are to be edited anew. What this
 * network does not have is let be. */
export function muteAsWished(
  { wish, network }: Pick<SceneData, "wish" | "network">,
  viewing: Viewing,
): boolean {
  if (!wish?.muted || wish.serial === viewing.mutedFor) return false;
  viewing.mutedFor = wish.serial;
  viewing.edits.muteOnly(
    wish.muted.flatMap(({ layer: name, channel }) => {
      const layer = network.layers.find((known) => known.name === name);
      const has = layer && weightNames(layer).length > 0 && channel < (layer.output_shape.at(-1) ?? 0);
      return has ? [{ layer, channel }] : [];
    }),
  );
  return true;
}

/** Follow `data.wish` once; a wish for what this network does not have is let be. */
export function followWish(data: SceneData, viewing: Viewing, view: View3d, selection: Selection): void {
  const { wish } = data;
  if (!wish || wish.serial === viewing.followed) return;
  viewing.followed = wish.serial;
  const layer = data.network.layers.findIndex(({ name }) => name === wish.layer);
  if (layer < 0) return;
  const shape = data.network.layers[layer].output_shape;
  viewing.hidden.delete(wish.layer);
  const { channel, row, column } = wish;
  if (channel === null) {
    viewing.forward = null;
    viewing.open.add(wish.layer);
    showWhole(viewing, view, selection);
    return;
  }
  const whole = shape.length === 3 && (row === null || column === null);
  const index = indexOf(shape, { channel, row: row ?? 0, column: column ?? 0 });
  if (index >= size(shape)) return;
  if (whole) {
    viewing.forward = { layer: wish.layer, channel };
    showWhole(viewing, view, selection);
    return;
  }
  view.setArrangement(viewing);
  selection.select({ layer, index });
  view.focusOn(layer, index);
}

/** An opened layer and a map in front are large in the view that shows everything; no neuron's light dims them. */
function showWhole(viewing: Viewing, view: View3d, selection: Selection): void {
  selection.clear();
  view.setArrangement(viewing);
  view.home();
}
