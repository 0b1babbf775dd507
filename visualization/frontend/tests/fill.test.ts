import { describe, expect, it } from "vitest";
import { heightLeft } from "../src/fill";

describe("the height that the window leaves", () => {
  it("ends above the window's lower edge", () => {
    expect(heightLeft(900, 190)).toBe(690);
  });

  it("never makes the picture too small to read, nor endless", () => {
    expect(heightLeft(400, 300)).toBe(360);
    expect(heightLeft(4000, 100)).toBe(1200);
  });
});
