/** Which outputs are told first, what is said of the others, and where their lines stand. Pure. */
import { percent } from "./words";

/** The indices of the `count` largest values, the largest first; of equal ones the first. */
export function likeliest(values: ArrayLike<number>, count: number): number[] {
  const order = Array.from({ length: values.length }, (_, index) => index);
  return order.sort((a, b) => values[b] - values[a] || a - b).slice(0, count);
}

/** "and 90 others: 3.1 %", the sum of their shares; without it where the values are no shares of one whole. */
export function othersInWords(values: ArrayLike<number>, told: readonly number[]): string {
  const sum = (indices: Iterable<number>) => [...indices].reduce((total, index) => total + values[index], 0);
  const all = Array.from({ length: values.length }, (_, index) => index);
  const others = all.filter((index) => !told.includes(index));
  const head = `and ${others.length} ${others.length === 1 ? "other" : "others"}`;
  const shares = Math.abs(sum(all) - 1) < 0.001 && all.every((index) => values[index] >= 0);
  return shares ? `${head}: ${percent(sum(others))}` : head;
}

/** The wanted places of lines, moved no more than it takes to be `apart` from each other and between `low` and `high`.
 *
 * Their order stays. Where all do not fit, they begin at `low`. Lines that overlap are pooled, as in isotonic regression:
 * each block stands at the mean of what its lines want.
 */
export function aligned(wanted: readonly number[], apart: number, low: number, high: number): number[] {
  const blocks: { sum: number; count: number }[] = [];
  const startOf = ({ sum, count }: { sum: number; count: number }) => sum / count;
  for (const [place, want] of wanted.entries()) {
    blocks.push({ sum: want - place * apart, count: 1 });
    while (
      blocks.length > 1 &&
      startOf(blocks[blocks.length - 1]) < startOf(blocks[blocks.length - 2]) - 1e-9
    ) {
      const last = blocks.pop()!;
      blocks[blocks.length - 1].sum += last.sum;
      blocks[blocks.length - 1].count += last.count;
    }
  }
  const starts = blocks.flatMap((block) => Array<number>(block.count).fill(startOf(block)));
  const most = high - apart / 2 - (wanted.length - 1) * apart;
  const least = low + apart / 2;
  return starts.map((start, place) => Math.max(least, Math.min(most, start)) + place * apart);
}
