/** What opening, hiding and bringing forward do to the layout. */
import { describe, expect, it } from "vitest";
import { layoutBetween, sameLayers } from "../src/arrangement";
import { type Arrangement, cornersOf, everythingClosed, layOut, seenOf } from "../src/layout";
import { segmentsOf } from "../src/scene/beam_segments";
import { neuronFrom, neuronOf, outlineOf, pick } from "../src/scene/picking";
import { heightOn, outlinesOf, surroundingsOf } from "../src/scene/places";
import { apart, fitView, homeView, type Viewport } from "../src/scene/view";
import { standardLayers } from "./examples";

const options = { spacing: 1.2, slenderness: 2, openSlenderness: 1 };
const layers = standardLayers();
const closed = layOut(layers, options);
const opening = (...names: string[]): Arrangement => ({ ...everythingClosed, open: new Set(names) });
const hiding = (...names: string[]): Arrangement => ({ ...everythingClosed, hidden: new Set(names) });
const bringing = (layer: string, channel: number): Arrangement => ({
  ...everythingClosed,
  forward: { layer, channel },
});

describe("an arrangement", () => {
  it("gives an opened wall's neurons more room and the others less", () => {
    for (const [index, { name }] of layers.entries()) {
      const { walls } = layOut(layers, options, opening(name));
      expect(walls[index].cell).toBeGreaterThan(1.3 * closed.walls[index].cell);
      const other = index === 0 ? 1 : 0;
      expect(walls[other].cell).toBeLessThan(closed.walls[other].cell);
    }
  });

  it("closes the ranks where a wall is hidden, and keeps an index for each layer", () => {
    const layout = layOut(layers, options, hiding("pool_1", "output"));
    expect(layout.walls.map(({ layer }) => layer.name)).toEqual(layers.map(({ name }) => name));
    const seen = seenOf(layout);
    expect(seen.map(({ layer }) => layer.name)).not.toContain("pool_1");
    expect(seen).toHaveLength(layers.length - 2);
    expect(seen[2].x - seen[1].x).toBeLessThan(closed.walls[3].x - closed.walls[1].x);
    expect(seen[0].x).toBeCloseTo(-seen[seen.length - 1].x);
  });

  it("puts the map brought forward before its wall, with the layer's own indices", () => {
    const { walls, forward } = layOut(layers, options, bringing("conv_2", 17));
    expect(forward!.x).toBeGreaterThan(walls[2].x);
    expect(forward!.x).toBeLessThan(walls[3].x);
    expect(forward!.cell).toBeGreaterThan(5 * walls[3].cell);
    expect(neuronOf(forward!, 3, 0, 4, 9)).toEqual(neuronOf(walls[3], 3, 17, 4, 9));
    expect(neuronFrom(forward!, 3, (4 * 11 + 9) * 64 + 17)).toEqual(neuronOf(walls[3], 3, 17, 4, 9));
  });

  it("that names no map brings nothing forward", () => {
    for (const wrong of [bringing("conv_2", 64), bringing("dense_1", 0), bringing("nowhere", 0)]) {
      expect(layOut(layers, options, wrong)).toEqual(closed);
    }
    const both = { ...bringing("conv_1", 3), hidden: new Set(["conv_1"]) };
    expect(layOut(layers, options, both).forward).toBeNull();
  });

  it("picks the same neuron on the wall and on the map brought forward", () => {
    const { walls, forward } = layOut(layers, options, bringing("conv_2", 17));
    for (const wall of [walls[3], forward!]) {
      const neuron = neuronOf(walls[3], 3, 17, 4, 9)!;
      const [topLeft, , bottomRight] = outlineOf(wall, neuron, false);
      const eye = [wall.x - 300, 90, 200] as const;
      const ray = [
        300,
        (topLeft[1] + bottomRight[1]) / 2 - 90,
        (topLeft[2] + bottomRight[2]) / 2 - 200,
      ] as const;
      expect(pick([{ wall, index: 3, strengths: null }], eye, ray)).toEqual(neuron);
    }
  });
});

describe("the home view of an arrangement", () => {
  const insets = { left: 12, right: 90, top: 60, bottom: 90 };
  const viewports: Viewport[] = [
    { width: 1100, height: 680, insets },
    { width: 760, height: 540, insets },
    { width: 358, height: 420, insets },
  ];
  const arrangements = [
    opening("conv_1"),
    opening("conv_2", "dense_1"),
    hiding("conv_1", "flatten"),
    bringing("conv_1", 5),
    { open: new Set(["pool_2"]), hidden: new Set(["flatten"]), forward: { layer: "conv_2", channel: 63 } },
  ];

  it.each(viewports)("hides no wall behind another at $width × $height", (viewport) => {
    for (const arrangement of arrangements) {
      const { layout, yaw, pitch } = homeView(layers, viewport, arrangement);
      expect(apart(seenOf(layout), yaw, pitch, viewport), JSON.stringify(arrangement.forward)).toBe(true);
    }
  });

  it("shows the neurons of an opened wall larger on the screen", () => {
    const pixels = (index: number, arrangement: Arrangement) => {
      const { layout, yaw, pitch } = homeView(layers, viewports[0], arrangement);
      const view = fitView(seenOf(layout).flatMap(cornersOf), yaw, pitch, viewports[0]);
      return layout.walls[index].cell / view.unitsPerPixel;
    };
    for (const [index, { name }] of layers.entries()) {
      if (name === "output") continue; // its ten units are as large as they need to be
      expect(pixels(index, opening(name)), name).toBeGreaterThan(1.3 * pixels(index, everythingClosed));
    }
  });
});

describe("a neuron", () => {
  const index = (4 * 26 + 9) * 32 + 5;
  const layout = layOut(layers, options, bringing("conv_1", 5));
  const own = neuronFrom(layout.walls[1], 1, index);

  it("is outlined on every wall that shows it, and on the top of its relief", () => {
    const flat = outlinesOf(layout, own, false, () => 0);
    expect(flat).toEqual([outlineOf(layout.walls[1], own, false), outlineOf(layout.forward!, own, false)]);
    const other = neuronFrom(layout.walls[1], 1, index + 1);
    expect(outlinesOf(layout, other, true, () => 0)).toEqual([outlineOf(layout.walls[1], other, true)]);
    const [, raised] = outlinesOf(layout, own, false, (wall) => (wall === layout.forward ? 2 : 0));
    expect(raised[0][0]).toBeCloseTo(layout.forward!.x - 2);
    expect(outlinesOf(layOut(layers, options, hiding("conv_1")), own, false, () => 0)).toEqual([]);
  });

  it("has its neighbours around it, within its map", () => {
    const [topLeft, , bottomRight] = surroundingsOf(closed, 1, index);
    const { cell } = closed.walls[1];
    expect(topLeft[1] - bottomRight[1]).toBeCloseTo(9 * cell);
    const [first, , last] = surroundingsOf(closed, 1, 0); // in the corner of its map
    expect(first[1] - last[1]).toBeCloseTo(5 * cell);
    expect(surroundingsOf(layout, 1, index)[0][0]).toBe(layout.forward!.x);
  });
});

describe("between two layouts", () => {
  const to = layOut(layers, options, { ...opening("conv_2"), forward: { layer: "conv_1", channel: 2 } });

  it("everything moves from the one to the other", () => {
    expect(sameLayers(closed, to)).toBe(true);
    expect(sameLayers(closed, layOut(layers.slice(1), options))).toBe(false);
    expect(layoutBetween(closed, to, 1)).toEqual(to);
    const first = layoutBetween(closed, to, 0);
    for (const [index, wall] of first.walls.entries()) {
      expect(wall.x).toBeCloseTo(closed.walls[index].x);
      expect(wall.height).toBeCloseTo(closed.walls[index].height);
    }
    expect(first.forward!.x).toBeCloseTo(closed.walls[1].x);
    const half = layoutBetween(closed, to, 0.5);
    expect(half.walls[3].height).toBeCloseTo((closed.walls[3].height + to.walls[3].height) / 2);
  });

  it("a map goes back without a trace, and another one takes its place", () => {
    expect(layoutBetween(to, closed, 0.5).forward).toBeNull();
    const other = layOut(layers, options, bringing("conv_1", 3));
    expect(layoutBetween(to, other, 0.5).forward!.channel).toBe(3);
  });
});

describe("beams", () => {
  const flat = () => 0;
  it("run from middle to middle, and out of the relief", () => {
    const beam = { from: { wall: 6, index: 5 }, to: { wall: 7, index: 3 }, strength: -0.5 };
    const [segment] = segmentsOf(closed, [beam], [], flat);
    const [topLeft, , bottomRight] = outlineOf(closed.walls[7], neuronFrom(closed.walls[7], 7, 3), false);
    expect(segment.to[1]).toBeCloseTo((topLeft[1] + bottomRight[1]) / 2);
    expect(segment.to[0]).toBe(closed.walls[7].x);
    expect(segment.strength).toBe(-0.5);
    const [raised] = segmentsOf(closed, [beam], [], (wall) => heightOn(wall, 1));
    expect(raised.from[0]).toBeLessThan(segment.from[0]);
  });

  it("of a patch join its four corners to the neuron's", () => {
    const patch = { wall: 0, channel: 0, rows: [4, 6], columns: [9, 11], to: { wall: 1, index: 7 } } as const;
    const lines = segmentsOf(closed, [], [patch], flat);
    expect(lines).toHaveLength(4);
    const corner = (row: number, column: number, which: number) =>
      outlineOf(closed.walls[0], { wall: 0, channel: 0, row, column, index: 0 }, false)[which];
    expect(lines.map(({ from }) => from)).toEqual([
      corner(4, 9, 0),
      corner(4, 11, 1),
      corner(6, 11, 2),
      corner(6, 9, 3),
    ]);
    expect(lines.map(({ to }) => to)).toEqual(
      outlineOf(closed.walls[1], neuronFrom(closed.walls[1], 1, 7), false),
    );
  });

  it("leave from the map brought forward, and not from a hidden wall", () => {
    const index = (4 * 26 + 9) * 32 + 5;
    const beam = { from: { wall: 1, index }, to: { wall: 7, index: 3 }, strength: 1 };
    const layout = layOut(layers, options, bringing("conv_1", 5));
    expect(segmentsOf(layout, [beam], [], flat)[0].from[0]).toBe(layout.forward!.x);
    expect(segmentsOf(layOut(layers, options, hiding("conv_1")), [beam], [], flat)).toEqual([]);
    expect(cornersOf(layout.forward!)[0][0]).toBe(layout.forward!.x);
  });
});
