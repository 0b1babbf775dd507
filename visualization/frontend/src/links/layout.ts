/** Where the nodes are, in CSS pixels from the picture's top left. Pure. */
import { type Outputs, usualOutputs } from "./choice";
import type { Column, ColumnKind } from "./columns";
import type { Graph, Place } from "./graph";

export interface Box {
  /** Of its centre. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface ColumnLayout {
  /** Of its centre. */
  readonly x: number;
  readonly nodes: readonly Box[];
  /** Whether there is room for words under each node. */
  readonly labelled: boolean;
  /** Where "⋮ 24 more" stands. */
  readonly restY: number;
}
export interface LinksLayout {
  readonly width: number;
  /** Of the part that is seen without scrolling. */
  readonly seen: number;
  /** Columns stand so close that words are short and titles stand in two rows. */
  readonly tight: boolean;
  readonly height: number;
  /** From one column's centre to the next. */
  readonly pitch: number;
  readonly columns: readonly ColumnLayout[];
}

/** Room for titles above, for the rest's count and the legend below. */
export const [above, below] = [52, 62];
const narrowBelow = 78; // where the legend takes three lines
const narrow = 420; // width of what is seen
const label = 15; // under a node
const leastPitch = 80; // from column to column: titles stay apart
const tightPitch = 36; // the same where all columns can be seen at once that way
const comfortable = 60; // pitch from which on words are written in full
const usualAnswer = 104; // right of the last column's circles: class, per cent, bar
const leastRow = 24; // a node that a finger can touch
const comfortableLine = 14; // a class, apart from the next
const leastLine = 10; // the same where that way all have room
const largestMap = 62;
const largestUnit = 30;
const largestPicture = 104;

/** The width that so many columns need. `answer`: what the classes' names and shares take at the right. */
export function widthOf(columns: number, available: number, answer = usualAnswer): number {
  const widthAt = (pitch: number) => Math.round(pitch * (columns - 0.5) + answer);
  return widthAt(tightPitch) <= available ? available : widthAt(leastPitch);
}

function belowAt(width: number): number {
  return width < narrow ? narrowBelow : below;
}

/** How many nodes of a column fit into this height, where `width` is seen. */
export function rowsIn(height: number, width = narrow): number {
  return Math.max(1, Math.floor((height - above - belowAt(width)) / leastRow));
}

/** How many classes, a line each, have room in this height. */
export function outputsIn(height: number, width = narrow): Outputs {
  const lines = (least: number) => Math.max(1, Math.floor((height - above - belowAt(width)) / least));
  const { all, some } = usualOutputs;
  return { all: Math.min(all, lines(leastLine)), some: Math.min(some, lines(comfortableLine)) };
}

/** `seen`: how much of the width is seen without scrolling. */
export function layOut(
  columns: readonly { readonly kind: ColumnKind; readonly shown: readonly unknown[] }[],
  width: number,
  height: number,
  { answer = usualAnswer, seen = width }: { readonly answer?: number; readonly seen?: number } = {},
): LinksLayout {
  const room = height - above - belowAt(seen);
  const first = Math.min(largestPicture, room, (width - answer) / columns.length) / 2 + 6;
  const pitch = columns.length > 1 ? (width - answer - first - 16) / (columns.length - 1) : 0;
  return {
    width,
    seen,
    tight: pitch < comfortable,
    height,
    pitch,
    columns: columns.map(({ kind, shown }, place) =>
      columnAt(kind, shown.length, first + place * pitch, room, pitch),
    ),
  };
}

function columnAt(kind: ColumnKind, count: number, x: number, room: number, pitch: number): ColumnLayout {
  const row = Math.min(room / count, kind === "picture" ? largestPicture + label : largestMap + label + 6);
  const labelled = row >= leastRow + label && kind !== "classes";
  const free = row - (labelled ? label + 4 : 3);
  const widest = { picture: largestPicture, maps: largestMap, units: largestUnit, classes: 22 }[kind];
  const side = Math.max(6, Math.min(free, widest, kind === "picture" ? 0.85 * pitch : 0.56 * pitch));
  const step =
    kind === "units" || kind === "classes" ? Math.min(row, side + (labelled ? label + 12 : 16)) : row;
  const top = above + (room - step * count) / 2;
  const nodes = Array.from({ length: count }, (_, place) => ({
    x,
    y: top + step * place + (step - (labelled ? label : 0)) / 2,
    width: side,
    height: side,
  }));
  return { x, nodes, labelled, restY: top + step * count + 11 };
}

const reach = 24; // CSS pixels: the least height and width of what answers to a finger

/** The node at a place of the picture; of two, the nearer. */
export function nodeAt(layout: LinksLayout, x: number, y: number): Place | null {
  let [found, nearest]: [Place | null, number] = [null, Number.POSITIVE_INFINITY];
  for (const [column, { nodes }] of layout.columns.entries()) {
    for (const [row, box] of nodes.entries()) {
      const [dx, dy] = [Math.abs(x - box.x), Math.abs(y - box.y)];
      const inside = dx <= Math.max(box.width, reach) / 2 && dy <= Math.max(box.height, reach) / 2;
      if (!inside || dx + dy >= nearest) continue;
      [found, nearest] = [{ column, row }, dx + dy];
    }
  }
  return found;
}

export type Direction = "left" | "right" | "up" | "down" | "first" | "last";

/** From one node to the next: sideways to the one at the nearest height. At an edge, it stays. */
export function stepFrom(layout: LinksLayout, { column, row }: Place, direction: Direction): Place {
  const own = layout.columns[column].nodes;
  const clamp = (value: number, length: number) => Math.min(length - 1, Math.max(0, value));
  if (direction === "up" || direction === "down") {
    return { column, row: clamp(row + (direction === "down" ? 1 : -1), own.length) };
  }
  if (direction === "first" || direction === "last") {
    return { column, row: direction === "first" ? 0 : own.length - 1 };
  }
  const next = column + (direction === "right" ? 1 : -1);
  if (next < 0 || next >= layout.columns.length) return { column, row };
  const { nodes } = layout.columns[next];
  const away = (at: number) => Math.abs(nodes[at].y - own[row].y);
  const nearest = [...nodes.keys()].reduce((best, at) => (away(at) < away(best) ? at : best), 0);
  return { column: next, row: nearest };
}

/** The place of a node of another graph in this one: the same node of the same layer, if it is shown. */
export function sameNode(place: Place, from: Graph, to: Graph): Place | null {
  const before = from.columns[place.column];
  const number = before?.shown[place.row]?.number;
  const column = to.columns.findIndex(({ layer }: Column) => layer.name === before?.layer.name);
  const row = to.columns[column]?.shown.findIndex((node) => node.number === number) ?? -1;
  return row < 0 ? null : { column, row };
}
