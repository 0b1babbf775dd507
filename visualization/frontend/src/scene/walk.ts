/** A walk through the network by arrow keys: from layer to layer, from map to map, from neuron to neuron. Pure.
 *
 * Enter goes in, from a layer to its maps and from a map to its neurons; Escape goes out again.
 */
import type { Wall } from "../layout";
import { type Neuron, neuronOf } from "./picking";

export type Level = "layer" | "map" | "neuron";

/** Where the walk stands: on a whole layer, on one map of it, or on one neuron. */
export interface Step {
  readonly level: Level;
  readonly neuron: Neuron;
}

/** The levels of a wall: only maps of several neurons are a level of their own. */
export function levelsOf(wall: Wall): readonly Level[] {
  const maps = wall.tiles.count > 1 && wall.cells.rows * wall.cells.columns > 1;
  return maps ? ["layer", "map", "neuron"] : ["layer", "neuron"];
}

/** The start of a walk in the wall `index`. */
export function startAt(walls: readonly Wall[], index: number): Step {
  return { level: "layer", neuron: neuronOf(walls[index], index, 0, 0, 0)! };
}

/** Where `key` (as KeyboardEvent.key) leads; null for a key that is none of the walk's, the same step at an edge.
 *
 * `seen`: for each wall whether it is shown; the walk passes over those that are not.
 */
export function walk(
  walls: readonly Wall[],
  from: Step,
  key: string,
  seen: readonly boolean[] = walls.map(() => true),
): Step | null {
  const levels = levelsOf(walls[from.neuron.wall]);
  const level = Math.max(0, levels.indexOf(from.level));
  if (key === "Enter") return { ...from, level: levels[Math.min(level + 1, levels.length - 1)] };
  if (key === "Escape") return { ...from, level: levels[Math.max(level - 1, 0)] };
  if (from.level === "layer") return alongLayers(walls, from, key, seen);
  const move = moves[key];
  if (!move) return null;
  return { ...from, neuron: within(walls[from.neuron.wall], from, move) };
}

function alongLayers(walls: readonly Wall[], from: Step, key: string, seen: readonly boolean[]): Step | null {
  const order = [...walls.keys()].filter((index) => seen[index]);
  const { wall } = from.neuron;
  const after = order.find((index) => index > wall) ?? wall;
  const before = order.filter((index) => index < wall).at(-1) ?? wall;
  const goals: Readonly<Record<string, number>> = {
    ArrowRight: after,
    ArrowDown: after,
    ArrowLeft: before,
    ArrowUp: before,
    Home: order[0] ?? wall,
    End: order[order.length - 1] ?? wall,
  };
  const goal = goals[key];
  if (goal === undefined) return null;
  return goal === wall ? from : startAt(walls, goal);
}

/** Columns and rows to go; beyond every edge for Home and End. */
const moves: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  Home: [Number.NEGATIVE_INFINITY, 0],
  End: [Number.POSITIVE_INFINITY, 0],
  PageUp: [0, Number.NEGATIVE_INFINITY],
  PageDown: [0, Number.POSITIVE_INFINITY],
};

/** One neuron further, or one map further, in the order in which they stand on the wall. */
function within(wall: Wall, from: Step, [across, down]: readonly [number, number]): Neuron {
  const { neuron } = from;
  const { tiles, cells } = wall;
  const tile = { column: neuron.channel % tiles.columns, row: Math.floor(neuron.channel / tiles.columns) };
  const alongTiles = from.level === "map" || cells.rows * cells.columns === 1;
  const goal = alongTiles
    ? {
        channel:
          clamp(tile.row + down, tiles.rows) * tiles.columns + clamp(tile.column + across, tiles.columns),
        row: neuron.row,
        column: neuron.column,
      }
    : {
        channel: neuron.channel,
        row: clamp(neuron.row + down, cells.rows),
        column: clamp(neuron.column + across, cells.columns),
      };
  // In a last row that is not full there is nothing to go to.
  if (goal.channel >= tiles.count) return neuron;
  return neuronOf(wall, neuron.wall, goal.channel, goal.row, goal.column) ?? neuron;
}

function clamp(value: number, count: number): number {
  return Math.min(count - 1, Math.max(0, value));
}
