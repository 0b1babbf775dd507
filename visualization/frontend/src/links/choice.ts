/** Which nodes of a layer are shown, and from top to bottom in which order. Pure. */
import { likeliest } from "../scene/ranking";
import type { Order } from "./contract";

/** How many outputs are shown: all up to `all`; of more, the likeliest `some`. */
export interface Outputs {
  readonly all: number;
  readonly some: number;
}
export const usualOutputs: Outputs = { all: 12, some: 10 };

/** While the pen moves, a node that is shown gives way only to one that is stronger by this factor. */
export const stubbornness = 1.25;

/** For each node, the place of its strongest neuron (by size) in the flat activations: value i is of node i % nodes. */
export function strongestOf(values: Float32Array, nodes: number): Int32Array {
  const best = Int32Array.from({ length: nodes }, (_, node) => node);
  for (let start = nodes; start < values.length; start += nodes) {
    for (let node = 0; node < nodes; node++) {
      if (Math.abs(values[start + node]) > Math.abs(values[best[node]])) best[node] = start + node;
    }
  }
  return best;
}

/** At most `most` of the nodes: the strongest by size, the first of equal ones.
 *
 * `before`: those shown until now, where the picture should stay calm; null where it should be exact. `strengths` are
 * not negative. In the order of activity, those that stay keep their places while the picture should stay calm.
 */
export function choose(
  strengths: Float32Array,
  most: number,
  order: Order,
  before: readonly number[] | null,
): number[] {
  const shown = new Set(before ?? []);
  const claim = (node: number) => strengths[node] * (shown.has(node) ? stubbornness : 1);
  const chosen = [...strengths.keys()].sort((a, b) => claim(b) - claim(a) || a - b).slice(0, most);
  if (order === "number") return chosen.sort((a, b) => a - b);
  return before ? inTheirPlaces(chosen, before) : chosen.sort((a, b) => strengths[b] - strengths[a] || a - b);
}

/** All outputs, by their numbers; of too many the likeliest: the answer is among them. */
export function chooseOutputs(values: ArrayLike<number>, { all, some }: Outputs, order: Order): number[] {
  if (values.length <= all) return Array.from({ length: values.length }, (_, at) => at);
  const chosen = likeliest(values, some);
  return order === "number" ? chosen.sort((a, b) => a - b) : chosen;
}

/** Newcomers take the places of those that leave. */
function inTheirPlaces(chosen: readonly number[], before: readonly number[]): number[] {
  const staying = new Set(before.filter((node) => chosen.includes(node)));
  const newcomers = chosen.filter((node) => !staying.has(node));
  const placed = before.slice(0, chosen.length).map((node) => (staying.has(node) ? node : -1));
  // With fewer places than before, some that stay have lost theirs.
  newcomers.push(...before.slice(chosen.length).filter((node) => staying.has(node)));
  while (placed.length < chosen.length) placed.push(-1);
  return placed.map((node) => (node >= 0 ? node : newcomers.shift()!));
}
