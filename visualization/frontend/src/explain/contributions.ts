/** What goes into a neuron, input by input. Pure. */
import type { Contribution } from "./explanation";
import type { Place } from "./place";

/** Contributions that are drawn: more would be a hairball. */
export const mostStrongest = 12;

/** Indices of the values that are not 0, the largest by size first. */
export function byStrength(values: ArrayLike<number>): number[] {
  const indices: number[] = [];
  for (let index = 0; index < values.length; index++) if (values[index] !== 0) indices.push(index);
  return indices.sort((one, other) => Math.abs(values[other]) - Math.abs(values[one]) || one - other);
}

export function weighted(place: Place, value: number, weight: number): Contribution {
  return { place, value, weight, product: value * weight };
}
