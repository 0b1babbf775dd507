/** What may be drawn so that moving stays smooth: measured while frames follow each other, decided without a clock. Pure. */

/** full: all that is near is solid; plain: only what was opened; coarse: fewer pixels too while something moves. */
export type Effort = "full" | "plain" | "coarse";
const efforts: readonly Effort[] = ["full", "plain", "coarse"];

export interface Budget {
  readonly effort: Effort;
  /** Frames in a row that were too slow, or fast enough for more. */
  readonly slow: number;
  readonly fast: number;
  /** How many fast frames more effort takes: twice as many after each attempt that failed. */
  readonly patience: number;
}

const tooSlow = 30; // milliseconds from frame to frame
const fastEnough = 19; // milliseconds: a screen of 60 Hz, with a little jitter
const slowFrames = 5; // in a row: one alone may be anything
const firstPatience = 60; // frames
const pause = 250; // milliseconds: a longer gap is rest, or another tab, and no frame
const longestPatience = 3840;

export const freshBudget: Budget = { effort: "full", slow: 0, fast: 0, patience: firstPatience };

/** Where the processor draws, the first frames are not to be the slowest. */
export const frugalBudget: Budget = { ...freshBudget, effort: "coarse" };

/** The budget after another frame, `interval` milliseconds after the one before in the same movement. */
export function afterFrame(budget: Budget, interval: number): Budget {
  if (interval > pause) return budget;
  const slow = interval > tooSlow ? budget.slow + 1 : 0;
  const fast = interval < fastEnough ? budget.fast + 1 : 0;
  const level = efforts.indexOf(budget.effort);
  if (slow >= slowFrames && level < efforts.length - 1) {
    const patience = Math.min(longestPatience, 2 * budget.patience);
    return { effort: efforts[level + 1], slow: 0, fast: 0, patience };
  }
  if (fast >= budget.patience && level > 0) {
    return { ...budget, effort: efforts[level - 1], slow: 0, fast: 0 };
  }
  return { ...budget, slow, fast };
}

const nearAt = 8; // CSS pixels a neuron spans when its wall becomes solid
const farAt = 6.5; // and when it becomes flat again: apart, so that it never flickers between the two

/** Whether a wall is solid. `pixels`: CSS pixels that one of its neurons spans now. */
export function isSolid(
  state: "closed" | "open" | "hidden",
  pixels: number,
  solid: boolean,
  effort: Effort,
): boolean {
  if (state !== "closed") return state === "open";
  return effort === "full" && pixels > (solid ? farAt : nearAt);
}

/** Device pixels for each CSS pixel while something moves; at rest it is always `full`.
 *
 * `cheap`: nearly all walls are drawn by their pictures. A pixel of those costs less than the browser's smoothing of a
 * canvas with fewer pixels than the screen.
 */
export function movingPixelRatio(full: number, effort: Effort, cheap: boolean): number {
  return effort === "coarse" ? Math.min(full, cheap ? 1 : 0.7) : full;
}
