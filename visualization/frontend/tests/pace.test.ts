import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Pace } from "../src/drawing/pace";

describe("the pace of what follows the pen", () => {
  let frames: (() => void)[] = [];
  let now = 0;
  let said: [string, number, number | null][] = [];
  const pace = () =>
    new Pace({
      compute: (since) => said.push(["compute", now, since]),
      draw: (since) => said.push(["draw", now, since]),
    });
  const pass = (milliseconds: number) => {
    now += milliseconds;
    vi.advanceTimersByTime(milliseconds);
  };
  const frame = () => {
    const asked = frames;
    frames = [];
    for (const act of asked) act();
  };

  beforeEach(() => {
    [frames, now, said] = [[], 1000, []];
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    vi.stubGlobal("performance", { now: () => now });
    vi.stubGlobal("window", globalThis);
    vi.stubGlobal("requestAnimationFrame", (act: () => void) => frames.push(act));
    vi.stubGlobal("cancelAnimationFrame", () => {
      frames = [];
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("computes at once and draws in the next frame, whatever came between", () => {
    const it = pace();
    it.ask(999);
    expect(said).toEqual([["compute", 1000, 999]]);
    pass(8);
    it.ask(1007);
    pass(8);
    frame();
    expect(said.slice(1)).toEqual([
      ["compute", 1008, 1007],
      ["draw", 1016, 999],
    ]);
  });

  it("lets 4 ms pass between two computations and forgets no change", () => {
    const it = pace();
    for (let move = 0; move < 8; move++) {
      it.ask(now);
      pass(1);
    }
    pass(10);
    expect(said).toEqual([
      ["compute", 1000, 1000],
      ["compute", 1004, 1001],
      ["compute", 1008, 1004],
    ]);
  });

  it("draws nothing that is not computed", () => {
    const it = pace();
    it.ask(1000);
    it.ask(1000);
    frame();
    expect(said.map(([what]) => what)).toEqual(["compute", "compute", "draw"]);
    pass(10);
    frame();
    expect(said).toHaveLength(3);
  });

  it("draws a change that is not the pen's without a time", () => {
    pace().drawNow();
    expect(said).toEqual([["draw", 1000, null]]);
  });

  it("does nothing after its end", () => {
    const it = pace();
    it.ask(1000);
    it.ask(1000);
    it.dispose();
    pass(10);
    frame();
    expect(said).toHaveLength(1);
  });
});
