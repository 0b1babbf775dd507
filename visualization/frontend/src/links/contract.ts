/** What Python sends to the picture of the links: the scene's data, and how the reader wants to see it.
 *
 * The other half is visualization/links.py; tests/golden/links.json is proved from both sides.
 */
import { asFields, asInteger, asOneOf, ContractError } from "../checks";
import { parseSceneData, type SceneData } from "../contract";
import type { PaletteKind } from "../palette";

export const orders = ["number", "activity"] as const;
export type Order = (typeof orders)[number];
export const palettes = ["perceptual", "sign"] as const satisfies readonly PaletteKind[];
/** Nodes of a layer that may be asked for. */
export const [fewest, largest] = [4, 16];

export interface LinksSettings {
  /** Nodes shown of each layer; of the last one, all are, or the likeliest of many. */
  readonly most: number;
  /** From top to bottom: by their numbers, or the most active first. */
  readonly order: Order;
  readonly palette: PaletteKind;
  /** Layers that hand on what they get, flatten and dropout, have columns too. */
  readonly every_layer: boolean;
}
export interface LinksData {
  readonly schema: 1;
  readonly scene: SceneData;
  readonly settings: LinksSettings;
}

/** Check what the page sent. Raises ContractError with the field's path, the expectation and what came. */
export function parseLinksData(value: unknown): LinksData {
  const data = asFields(value, "links data");
  if (data.schema !== 1) throw new ContractError("links data schema", "1", data.schema);
  return { schema: 1, scene: parseSceneData(data.scene), settings: parseSettings(data.settings) };
}

function parseSettings(value: unknown): LinksSettings {
  const fields = asFields(value, "settings");
  const most = asInteger(fields.most, "settings.most", fewest);
  if (most > largest) throw new ContractError("settings.most", `at most ${largest}`, most);
  if (typeof fields.every_layer !== "boolean") {
    throw new ContractError("settings.every_layer", "true or false", fields.every_layer);
  }
  return {
    most,
    order: asOneOf(fields.order, orders, "settings.order"),
    palette: asOneOf(fields.palette, palettes, "settings.palette"),
    every_layer: fields.every_layer,
  };
}
