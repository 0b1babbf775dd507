/** What of its input a window sees, and which windows see a value: masks, as in fields.ts. Pure. */
import { type LayerSpec, lastAxis } from "../contract";
import { type Axis, endSeen, firstSeen, startCell } from "../engine/window";
import { type WindowLayer, windowAxes } from "./patch";

/** Calls `see` for every cell under the window of every output position: both as numbers of cells, row by row. */
function eachSeen(layer: WindowLayer, see: (position: number, cell: number) => void): void {
  const { rows, columns } = windowAxes(layer);
  const [down, across] = [seenOn(rows), seenOn(columns)];
  for (const [row, cellRows] of down.entries()) {
    for (const [column, cellColumns] of across.entries()) {
      const position = row * columns.output + column;
      for (const r of cellRows) for (const c of cellColumns) see(position, r * columns.input + c);
    }
  }
}

/** For each position on an axis the cells that its window sees. */
function seenOn(axis: Axis): number[][] {
  return Array.from({ length: axis.output }, (_, at) => {
    const cells: number[] = [];
    for (let seen = firstSeen(axis, at); seen < endSeen(axis, at); seen++) {
      cells.push(startCell(axis, at) + seen * axis.dilation);
    }
    return cells;
  });
}

export function markWindowSources(layer: WindowLayer, outputs: Uint8Array, inputs: Uint8Array): void {
  const [from, to] = [layer.input_shape[2], lastAxis(layer.output_shape)];
  if (sumsChannels(layer)) {
    const positions = anyOf(outputs, to);
    eachSeen(layer, (position, cell) => {
      if (positions[position]) inputs.fill(1, cell * from, (cell + 1) * from);
    });
    return;
  }
  const positions = anyOf(outputs, to);
  const each = to / from; // kernels of a channel
  eachSeen(layer, (position, cell) => {
    if (!positions[position]) return;
    for (let channel = 0; channel < to; channel++) {
      if (outputs[position * to + channel]) inputs[cell * from + Math.floor(channel / each)] = 1;
    }
  });
}

export function markWindowTargets(layer: WindowLayer, inputs: Uint8Array, outputs: Uint8Array): void {
  const [from, to] = [layer.input_shape[2], lastAxis(layer.output_shape)];
  const cells = anyOf(inputs, from);
  const sums = sumsChannels(layer);
  const each = to / from;
  eachSeen(layer, (position, cell) => {
    if (!cells[cell]) return;
    if (sums) {
      outputs.fill(1, position * to, (position + 1) * to);
      return;
    }
    for (let channel = 0; channel < to; channel++) {
      if (inputs[cell * from + Math.floor(channel / each)]) outputs[position * to + channel] = 1;
    }
  });
}

/** Whether an output sees all channels; else output channel `channel * each + m` sees one. */
function sumsChannels({ kind }: LayerSpec): boolean {
  return kind === "conv2d" || kind === "separable_conv2d";
}

/** For each place whether any of its channels is marked. */
function anyOf(mask: Uint8Array, channels: number): Uint8Array {
  return Uint8Array.from({ length: mask.length / channels }, (_, place) =>
    Number(mask.subarray(place * channels, (place + 1) * channels).includes(1)),
  );
}
