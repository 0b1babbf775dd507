/** The keyboard's walk: it reaches every neuron, stays inside, and goes in and out of levels. */
import { describe, expect, it } from "vitest";
import { type Layout, layOut, type Wall } from "../src/layout";
import { type Step, startAt, walk } from "../src/scene/walk";
import { standardLayers } from "./examples";

const { walls }: Layout = layOut(standardLayers(), { spacing: 1, slenderness: 2, openSlenderness: 2 });
const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];

function follow(from: Step, ...pressed: string[]): Step {
  return pressed.reduce((step, key) => walk(walls, step, key) ?? step, from);
}

/** All neurons that arrow keys reach in the wall from its first one. */
function reached(wall: number): Set<number> {
  const found = new Set<number>();
  const waiting = [follow(startAt(walls, wall), "Enter", "Enter")];
  while (waiting.length > 0) {
    const step = waiting.pop()!;
    if (found.has(step.neuron.index)) continue;
    found.add(step.neuron.index);
    waiting.push(...keys.map((key) => follow(step, key)));
  }
  return found;
}

describe("the walk by keyboard", () => {
  it("goes along the layers and stops at both ends", () => {
    const layers = ["ArrowRight", "ArrowDown"].map((key) => {
      let step = startAt(walls, 0);
      const seen = [step.neuron.wall];
      for (const _ of walls) {
        step = follow(step, key);
        seen.push(step.neuron.wall);
      }
      return seen;
    });
    const expected = [...walls.keys(), walls.length - 1];
    expect(layers).toEqual([expected, expected]);
    expect(follow(startAt(walls, 3), "End").neuron.wall).toBe(walls.length - 1);
    expect(follow(startAt(walls, 3), "Home").neuron.wall).toBe(0);
  });

  it("passes over layers that are hidden", () => {
    const seen = walls.map((_, index) => index !== 1 && index !== 2);
    expect(walk(walls, startAt(walls, 0), "ArrowRight", seen)?.neuron.wall).toBe(3);
    expect(walk(walls, startAt(walls, 3), "ArrowLeft", seen)?.neuron.wall).toBe(0);
  });

  it("goes in with Enter and out with Escape", () => {
    const conv = startAt(walls, 1);
    const levels = [[], ["Enter"], ["Enter", "Enter"], ["Enter", "Enter", "Escape"]].map(
      (pressed) => follow(conv, ...pressed).level,
    );
    expect(levels).toEqual(["layer", "map", "neuron", "map"]);
    const dense = startAt(walls, walls.length - 2);
    expect(follow(dense, "Enter").level, "units have no maps").toBe("neuron");
  });

  it("comes to every neuron of dense and output layers by arrows", () => {
    for (const wall of [walls.length - 2, walls.length - 1]) {
      const { output_shape } = walls[wall].layer;
      expect(reached(wall).size).toBe(output_shape[0]);
    }
  });

  it("comes to every map, and within one to every neuron", () => {
    const conv: Wall = walls[1];
    const maps = new Set<number>();
    const waiting = [follow(startAt(walls, 1), "Enter")];
    while (waiting.length > 0) {
      const step = waiting.pop()!;
      if (maps.has(step.neuron.channel)) continue;
      maps.add(step.neuron.channel);
      waiting.push(...keys.map((key) => follow(step, key)));
    }
    const [rows, columns, channels] = conv.layer.output_shape;
    expect(maps.size).toBe(channels);
    expect(reached(1).size).toBe(rows * columns);
  });

  it("has no use for other keys", () => {
    expect(walk(walls, startAt(walls, 0), "x")).toBeNull();
    expect(walk(walls, follow(startAt(walls, 1), "Enter"), "Tab")).toBeNull();
  });
});
