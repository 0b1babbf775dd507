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

describe("room under what is read and beside the legend", () => {
  const room = { left: 0, leftHeight: 0, bottom: 170, aboveLegend: 0 };
  const none = { right: 0, bottom: 0, panel: 0 };
  const size = { width: 360, height: 560 };
  const covered = { top: 104, legend: { width: 180, height: 44 } };

  it("the network begins under the words, however many lines they take", () => {
    expect(insetsFor(size, room, none, 90, true, covered).top).toBeGreaterThan(covered.top);
    const few = { ...covered, top: 40 };
    expect(insetsFor(size, room, none, 90, true, few)).toEqual(insetsFor(size, room, none, 90, true));
  });

  it("labels are kept off the whole of a legend of two lines", () => {
    const insets = insetsFor(size, room, none, 90, true, covered);
    const legend = labelRoom({ ...size, insets }, room, none, true, covered).taken[0];
    expect(legend.y).toBeLessThan(size.height - room.bottom - covered.legend.height - 10);
    expect(legend.width).toBeGreaterThan(covered.legend.width + 10);
  });
});
