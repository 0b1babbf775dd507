import { describe, expect, it } from "vitest";
import { cutTo, linesOf } from "../src/links/fitting";

const measure = (text: string) => 10 * [...text].length;

describe("words that fit", () => {
  it("stay as they are where there is room", () => {
    expect(cutTo("conv 1", 60, measure)).toBe("conv 1");
    expect(linesOf("conv 1", 60, measure)).toEqual(["conv 1"]);
  });

  it("break where both lines are shortest, and only then are cut", () => {
    expect(linesOf("batch normalization 7", 140, measure)).toEqual(["batch", "normalization 7"]);
    expect(linesOf("block 14 depthwise", 100, measure)).toEqual(["block 14", "depthwise"]);
    expect(linesOf("normalization", 80, measure)).toEqual(["normaliz…"]);
  });

  it("never take much more than their room", () => {
    for (const room of [30, 50, 70, 90])
      for (const text of ["global average pooling 2d", "multi head attention", "x", "separable"])
        for (const line of linesOf(text, room, measure))
          expect(measure(line)).toBeLessThanOrEqual(room / 0.88);
  });
});
