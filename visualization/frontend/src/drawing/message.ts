/** What the pad and Python say to each other; the other half is visualization/pad.py. */
import { asFields, asInteger, ContractError } from "../checks";
import type { Switches } from "./preprocessing";
import type { Grey } from "./resampling";

/** Sent when the pen goes up. */
export interface DrawingMessage {
  readonly schema: 1;
  /** Counts up with every change, from 1. */
  readonly serial: number;
  /** Pixels of the canvas, both sides. */
  readonly side: number;
  /** Base64 of runs of equal values, row after row: a value and a length from 1 to 255 in turn. */
  readonly ink: string;
  readonly switches: Switches;
}

/** Sent by Python with the scene: the serial of the last drawing it took, and whether that is the chosen picture. */
export interface PadReport {
  readonly taken: number | null;
  readonly shown: boolean;
}

export function messageOf(serial: number, ink: Grey, switches: Switches): DrawingMessage {
  return { schema: 1, serial, side: ink.width, ink: encodeRuns(ink.values), switches };
}

export function parsePadReport(value: unknown): PadReport {
  const fields = asFields(value, "pad");
  if (typeof fields.shown !== "boolean") throw new ContractError("pad.shown", "true or false", fields.shown);
  return {
    taken: fields.taken === null ? null : asInteger(fields.taken, "pad.taken", 1),
    shown: fields.shown,
  };
}

function encodeRuns(values: Uint8Array): string {
  let text = "";
  for (let start = 0; start < values.length; ) {
    let end = start + 1;
    while (end < values.length && end - start < 255 && values[end] === values[start]) end++;
    text += String.fromCharCode(values[start], end - start);
    start = end;
  }
  return btoa(text);
}

export function encodeBytes(values: Uint8Array): string {
  return btoa(String.fromCharCode(...values));
}
