/** Solid neurons against a naive oracle: every box of a wall, met one by one. */
import { describe, expect, it } from "vitest";
import { layOut, type Point, reliefOf, type Wall } from "../src/layout";
import { neuronFrom, outlineOf, pick } from "../src/scene/picking";
import { meetRelief } from "../src/scene/relief";
import { inputLayer, randomArray, randomNumbers, standardLayers } from "./examples";

const options = { spacing: 1.2, slenderness: 2, openSlenderness: 2 };
const random = randomNumbers(7);

function strengthsFor(wall: Wall): Float32Array {
  const count = wall.layer.output_shape.reduce((product, length) => product * length, 1);
  return randomArray(count, random).map((value) => (Math.abs(value) < 0.3 ? 0 : value));
}

/** The nearest of all boxes, each by its own three slabs. */
function meetBoxes(wall: Wall, strengths: Float32Array, origin: Point, direction: Point) {
  let best: { distance: number; index: number } | null = null;
  for (let index = 0; index < strengths.length; index++) {
    const height = Math.abs(strengths[index]) * reliefOf(wall);
    if (height === 0 || index % wall.channels < wall.channel) continue;
    if (index % wall.channels >= wall.channel + wall.tiles.count) continue;
    const [topLeft, , bottomRight] = outlineOf(wall, neuronFrom(wall, 0, index), false);
    const low = [wall.x - height, bottomRight[1], topLeft[2]];
    const high = [wall.x, topLeft[1], bottomRight[2]];
    let [enter, exit] = [0, Number.POSITIVE_INFINITY];
    for (let axis = 0; axis < 3; axis++) {
      const [one, other] = [low, high].map((edge) => (edge[axis] - origin[axis]) / direction[axis]);
      enter = Math.max(enter, Math.min(one, other));
      exit = Math.min(exit, Math.max(one, other));
    }
    if (enter < exit && (!best || enter < best.distance)) best = { distance: enter, index };
  }
  return best;
}

const colour = layOut([inputLayer([5, 4, 3])], options).walls[0];
const standard = layOut(standardLayers(), options, {
  open: new Set(["conv_2"]),
  hidden: new Set(),
  forward: { layer: "conv_2", channel: 17 },
});
const cases: [string, Wall][] = [
  ["three channels of a picture", colour],
  ["a picture", standard.walls[0]],
  ["opened maps", standard.walls[3]],
  ["a map brought forward", standard.forward!],
  ["units, with a last row that is not full", layOut([inputLayer([41])], options).walls[0]],
];

describe.each(cases)("solid neurons of %s", (_, wall) => {
  const strengths = strengthsFor(wall);
  /** Rays from where the reader may stand to anywhere on the wall and a little beside it. */
  const rays = Array.from({ length: 400 }, (): [Point, Point] => {
    const eye: Point = [wall.x - 150 - 100 * Math.abs(random()), 130 * random(), 180 * random()];
    const target = [wall.x, 0.55 * wall.height * random(), 0.55 * wall.width * random()];
    return [eye, [target[0] - eye[0], target[1] - eye[1], target[2] - eye[2]]];
  });

  it("are met where the nearest box is", () => {
    let met = 0;
    for (const [eye, ray] of rays) {
      const expected = meetBoxes(wall, strengths, eye, ray);
      const hit = meetRelief(wall, strengths, eye, ray);
      expect(hit?.distance ?? -1).toBeCloseTo(expected?.distance ?? -1, 6);
      const picked = pick([{ wall, index: 0, strengths }], eye, ray);
      if (expected) expect(picked?.index).toBe(expected.index);
      if (expected) met++;
    }
    expect(met).toBeGreaterThan(100);
  });

  it("are picked in the middle of their faces unless a higher one stands before", () => {
    for (let index = 0; index < strengths.length; index += 1 + (strengths.length >> 7)) {
      if (index % wall.channels < wall.channel || index % wall.channels >= wall.channel + wall.tiles.count)
        continue;
      const [topLeft, , bottomRight] = outlineOf(wall, neuronFrom(wall, 0, index), false);
      const height = Math.abs(strengths[index]) * reliefOf(wall);
      const face = [wall.x - height, (topLeft[1] + bottomRight[1]) / 2, (topLeft[2] + bottomRight[2]) / 2];
      const straight: Point = [face[0] - 500, face[1], face[2]];
      expect(pick([{ wall, index: 0, strengths }], straight, [1, 1e-9, 1e-9])?.index).toBe(index);
    }
  });
});

it("a wall of zeros has no relief", () => {
  const flat = new Float32Array(60);
  expect(meetRelief(colour, flat, [colour.x - 100, 3, 4], [1, 0, 0])).toBeNull();
});
