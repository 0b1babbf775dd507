import { describe, expect, it } from "vitest";
import type { LayerSpec } from "../src/contract";
import { cornersOf, gridFor, layOut, tallest } from "../src/layout";
import { neuronOf, outlineOf, pick } from "../src/scene/picking";
import { apart, fitView, homeView, projectPoint, type Viewport } from "../src/scene/view";
import { inputLayer, standardLayers } from "./examples";

const options = { spacing: 1.2, slenderness: 2, openSlenderness: 2 };

describe("layout", () => {
  it("is pure: the same shapes give the same walls and leave the layers alone", () => {
    const layers = standardLayers();
    const copy = structuredClone(layers);
    expect(layOut(layers, options)).toEqual(layOut(layers, options));
    expect(layers).toEqual(copy);
  });

  it("gives every neuron a place, left to right, no wall higher than the tallest", () => {
    const { walls } = layOut(standardLayers(), options);
    for (const [index, wall] of walls.entries()) {
      const places = wall.tiles.columns * wall.tiles.rows * wall.cells.columns * wall.cells.rows;
      const count = wall.layer.output_shape.reduce((product, length) => product * length, 1);
      expect(places).toBeGreaterThanOrEqual(count);
      expect(wall.height).toBeLessThanOrEqual(tallest + 1e-9);
      if (index > 0) expect(wall.x).toBeGreaterThan(walls[index - 1].x);
    }
    expect(walls[0].x).toBeCloseTo(-walls[walls.length - 1].x);
  });

  it("makes full grids where numbers allow", () => {
    expect(gridFor(32, 2)).toEqual({ columns: 4, rows: 8 });
    expect(gridFor(64, 2)).toEqual({ columns: 8, rows: 8 });
    expect(gridFor(1, 2)).toEqual({ columns: 1, rows: 1 });
    expect(gridFor(7, 2)).toSatisfy(
      (grid: { columns: number; rows: number }) => grid.columns * grid.rows >= 7,
    );
  });
});

const insets = { left: 12, right: 90, top: 60, bottom: 90 };
const viewports: Viewport[] = [
  { width: 1100, height: 680, insets },
  { width: 760, height: 540, insets },
  { width: 358, height: 420, insets },
  { width: 1800, height: 500, insets },
];

describe.each(viewports)("the home view at $width × $height", (viewport) => {
  const { layout, yaw, pitch } = homeView(standardLayers(), viewport);
  const { walls } = layout;

  it("shows every corner inside the insets, and touches two of them", () => {
    const view = fitView(walls.flatMap(cornersOf), yaw, pitch, viewport);
    const corners = walls
      .flatMap(cornersOf)
      .map((corner) => projectPoint(corner, view, yaw, pitch, viewport));
    const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
    const slack = [
      Math.min(...xs) - insets.left,
      viewport.width - insets.right - Math.max(...xs),
      Math.min(...ys) - insets.top,
      viewport.height - insets.bottom - Math.max(...ys),
    ];
    expect(Math.min(...slack)).toBeGreaterThan(-1e-6);
    expect(Math.min(slack[0] + slack[1], slack[2] + slack[3])).toBeLessThan(1e-6);
  });

  it("hides no wall behind another", () => {
    expect(apart(walls, yaw, pitch, viewport)).toBe(true);
  });
});

describe("picking", () => {
  const colour: LayerSpec[] = [inputLayer([5, 4, 3])];
  const { walls } = layOut([...standardLayers()], options);
  const flat = walls.map((wall, index) => ({ wall, index, strengths: null }));

  it("finds the neuron whose outline's middle the ray goes through", () => {
    for (const [index, wall] of [...walls, ...layOut(colour, options).walls].entries()) {
      const channels = [0, Math.floor(wall.tiles.count / 2), wall.tiles.count - 1];
      for (const channel of channels) {
        for (const row of [0, wall.cells.rows - 1]) {
          for (const column of [0, wall.cells.columns - 1]) {
            const neuron = neuronOf(wall, 0, channel, row, column);
            if (!neuron) continue;
            const [topLeft, , bottomRight] = outlineOf(wall, neuron, false);
            const target = [wall.x, (topLeft[1] + bottomRight[1]) / 2, (topLeft[2] + bottomRight[2]) / 2];
            const eye = [wall.x - 500, 120, 300] as const;
            const ray = [target[0] - eye[0], target[1] - eye[1], target[2] - eye[2]] as const;
            expect(
              pick([{ wall, index: 0, strengths: null }], eye, ray),
              `${index} ${channel} ${row} ${column}`,
            ).toEqual(neuron);
          }
        }
      }
    }
  });

  it("counts indices as the engine does: channels last", () => {
    expect(neuronOf(walls[1], 1, 17, 4, 9)?.index).toBe((4 * 26 + 9) * 32 + 17);
    expect(neuronOf(walls[5], 5, 0, 2, 3)?.index).toBe(2 * walls[5].cells.columns + 3);
  });

  it("meets the nearest wall only, and nothing in frames, gaps and empty space", () => {
    const eye = [walls[0].x - 10, 0, 0] as const;
    expect(pick(flat, eye, [1, 0, 0])?.wall).toBe(0);
    expect(pick(flat, eye, [-1, 0, 0])).toBeNull();
    expect(pick(flat, eye, [0, 1, 0])).toBeNull();
    const corner = [walls[0].x - 10, walls[0].height / 2 - 0.1, 0] as const;
    expect(pick(flat, corner, [1, 0, 0])).toBeNull();
  });
});
