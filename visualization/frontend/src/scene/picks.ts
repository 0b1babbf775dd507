/** What the scene and Python say to each other about neurons; the other half is visualization/picks.py. */
import { asFields, asInteger, asList, asName } from "../checks";

/** Sent when a neuron is touched; layer and index null when it is let go of. */
export interface PickMessage {
  readonly schema: 1;
  /** Counts up with every touch, from 1. */
  readonly serial: number;
  readonly layer: string | null;
  /** Place in the layer's flat activations, channels last. */
  readonly index: number | null;
}

/** Another view wants to see a layer, one of its channels, or one neuron; units are channels. */
export interface Wish {
  /** Tells a new wish from one that was followed. */
  readonly serial: number;
  readonly layer: string;
  readonly channel: number | null;
  readonly row: number | null;
  readonly column: number | null;
  /** Filters and units to be muted, these and no others; null where nothing is said of them. */
  readonly muted: readonly MutedChannel[] | null;
}

export interface MutedChannel {
  readonly layer: string;
  readonly channel: number;
}

export function parseWish(value: unknown): Wish | null {
  if (value === null || value === undefined) return null;
  const fields = asFields(value, "wish");
  const place = (name: "channel" | "row" | "column") =>
    fields[name] === null ? null : asInteger(fields[name], `wish.${name}`);
  return {
    serial: asInteger(fields.serial, "wish.serial", 1),
    layer: asName(fields.layer, "wish.layer"),
    channel: place("channel"),
    row: place("row"),
    column: place("column"),
    muted: parseMuted(fields.muted),
  };
}

function parseMuted(value: unknown): MutedChannel[] | null {
  if (value === null || value === undefined) return null;
  return asList(value, "wish.muted").map((item, index) => {
    const fields = asFields(item, `wish.muted[${index}]`);
    return {
      layer: asName(fields.layer, `wish.muted[${index}].layer`),
      channel: asInteger(fields.channel, `wish.muted[${index}].channel`),
    };
  });
}
