import { describe, expect, it } from "vitest";
import { insetsFor, labelRoom } from "../src/scene/room";

describe("room beside an open panel", () => {
  const pad = { left: 218, leftHeight: 290, bottom: 0, aboveLegend: 0 };
  const none = { right: 0, bottom: 0, panel: 0 };
  const panel = { ...none, panel: 336 };
  const rows = 130;

  it("the network and its labels make way for the panel where they can", () => {
    const size = { width: 1400, height: 700 };
    const before = insetsFor(size, pad, none, rows, false);
    const beside = insetsFor(size, pad, panel, rows, false);
    expect(beside.right).toBe(before.right + 336);
    expect({ ...beside, right: before.right }).toEqual(before);
    const bounds = (insets: typeof before, card: typeof none) =>
      labelRoom({ ...size, insets }, pad, card, false).bounds;
    expect(bounds(beside, panel).width).toBe(bounds(before, none).width - 336);
  });

  it("where too little would be left the panel lies over the network", () => {
    for (const width of [700, 860]) {
      const size = { width, height: 600 };
      expect(insetsFor(size, pad, panel, rows, false)).toEqual(insetsFor(size, pad, none, rows, false));
    }
    const card = { right: 396, bottom: 0, panel: 336 };
    const size = { width: 1200, height: 700 };
    const alone = insetsFor(size, pad, { ...card, panel: 0 }, rows, false);
    expect(insetsFor(size, pad, card, rows, false)).toEqual(alone);
  });
});
