/** How values of several layers become one. Pure. */
import type { ElementwiseKind } from "../contract";
import { weighted } from "./contributions";
import type { MergeExplanation } from "./explanation";
import type { Place } from "./place";
import type { Taken } from "./sources";

/** `taken` has one value of each input. */
export function explainMerge(kind: ElementwiseKind, taken: readonly Taken[], place: Place): MergeExplanation {
  const values = taken.map(({ value }) => value);
  const winner = winnerOf(kind, values);
  const parts = taken.map((source, which) =>
    weighted(source.place, source.value, weightOf(kind, values, which, winner)),
  );
  return { kind, place, result: resultOf(kind, values), parts, winner };
}

function resultOf(kind: ElementwiseKind, values: readonly number[]): number {
  const sum = () => values.reduce((one, other) => one + other);
  switch (kind) {
    case "add":
      return sum();
    case "subtract":
      return values[0] - values[1];
    case "multiply":
      return values.reduce((one, other) => one * other);
    case "average":
      return sum() / values.length;
    case "maximum":
      return Math.max(...values);
    case "minimum":
      return Math.min(...values);
  }
}

function winnerOf(kind: ElementwiseKind, values: readonly number[]): number | null {
  if (kind !== "maximum" && kind !== "minimum") return null;
  return values.indexOf(resultOf(kind, values));
}

/** What the value is multiplied by on its way into the result. */
function weightOf(
  kind: ElementwiseKind,
  values: readonly number[],
  which: number,
  winner: number | null,
): number {
  switch (kind) {
    case "add":
      return 1;
    case "subtract":
      return which === 0 ? 1 : -1;
    case "multiply":
      return values.reduce((product, value, index) => (index === which ? product : product * value), 1);
    case "average":
      return 1 / values.length;
    case "maximum":
    case "minimum":
      return Number(which === winner);
  }
}
