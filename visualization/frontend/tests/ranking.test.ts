import { describe, expect, it } from "vitest";
import { aligned, likeliest, othersInWords } from "../src/scene/ranking";

describe("of many outputs", () => {
  const shares = Float32Array.from({ length: 100 }, (_, index) => (index === 70 ? 0.505 : 0.005));

  it("the likeliest come first, and of equal ones the first", () => {
    expect(likeliest(shares, 3)).toEqual([70, 0, 1]);
    expect(likeliest([0.2, 0.8], 10)).toEqual([1, 0]);
  });

  it("the rest is counted and summed", () => {
    expect(othersInWords(shares, likeliest(shares, 10))).toBe("and 90 others: 45.0 %");
    expect(othersInWords([0.25, 0.75], [1])).toBe("and 1 other: 25.0 %");
  });

  it("the rest has no sum where the outputs are no shares of a whole", () => {
    expect(othersInWords([0.9, 0.8, 0.7], [0])).toBe("and 2 others");
    expect(othersInWords([2, -1, 0], [0])).toBe("and 2 others");
  });
});

describe("lines beside the outputs", () => {
  it("stay where they are if they are apart", () => {
    expect(aligned([10, 30, 50], 14, 0, 100)).toEqual([10, 30, 50]);
  });

  it("are moved around the middle of what they want, in order", () => {
    expect(aligned([50, 50, 50], 14, 0, 100)).toEqual([36, 50, 64]);
    expect(aligned([50, 52, 90], 14, 0, 100)).toEqual([44, 58, 90]);
  });

  it("stay within their bounds", () => {
    expect(aligned([1, 2], 14, 0, 100)).toEqual([7, 21]);
    expect(aligned([99, 99], 14, 0, 100)).toEqual([79, 93]);
    expect(aligned([5, 5, 5], 14, 0, 20)).toEqual([7, 21, 35]);
  });

  it("move as little as possible, by least squares", () => {
    // Every other way to keep 14 apart is farther from what is wanted: tried on a grid.
    const wanted = [20, 24, 60, 61, 62];
    const cost = (places: readonly number[]) => places.reduce((sum, y, at) => sum + (y - wanted[at]) ** 2, 0);
    const found = aligned(wanted, 14, -1000, 1000);
    for (let at = 1; at < found.length; at++)
      expect(found[at] - found[at - 1]).toBeGreaterThanOrEqual(14 - 1e-9);
    for (let first = 0; first < 40; first++)
      for (let gap = 14; gap < 40; gap++)
        for (let rest = 40; rest < 70; rest++) {
          const other = [first, first + gap, rest, rest + 14, rest + 28];
          if (rest - first - gap < 14) continue;
          expect(cost(other)).toBeGreaterThanOrEqual(cost(found) - 1e-9);
        }
  });
});
