/** The scene's layout of any network: random graphs of many layers, of every rank and size. */
import { describe, expect, it } from "vitest";
import { layoutBetween } from "../src/arrangement";
import { inputsOf, type LayerSpec, size } from "../src/contract";
import { cornersOf, type Layout, layOut, type Point, seenOf } from "../src/layout";
import { leftOut, leftOutInWords } from "../src/scene/drawn";
import { overlaps, placeOnShelves } from "../src/scene/label_placement";
import { neuronOf, outlineOf, pick } from "../src/scene/picking";
import { fitView, homeView, projectPoint, type Viewport } from "../src/scene/view";
import { neuronInWords, shapeInWords } from "../src/scene/words";
import { pathOf, wiresOf } from "../src/wires";
import { inputLayer, randomNumbers, standardLayers } from "./examples";

const sides = [64, 32, 16, 8, 4, 2, 1];
const channels = [1, 3, 16, 40, 128, 512];

/** Layers of random shapes, each reading the one before it, or that one and any other before. */
function randomGraph(seed: number, count: number): LayerSpec[] {
  const random = randomNumbers(seed);
  const whole = (below: number) => Math.min(below - 1, Math.floor(((random() + 1) / 2) * below));
  const layers: LayerSpec[] = [inputLayer([64, 64, [1, 3][whole(2)]])];
  for (let index = 1; index < count; index++) {
    const rank = index === count - 1 ? 1 : [3, 3, 3, 2, 1][whole(5)];
    const side = sides[whole(sides.length)];
    const last = channels[whole(channels.length)];
    const output_shape =
      rank === 3 ? [side, side, last] : rank === 2 ? [side * 2, last] : [index === count - 1 ? 10 : last];
    const before = layers[index - 1].name;
    const inputs = index > 2 && whole(4) === 0 ? [before, layers[whole(index - 1)].name] : [before];
    const names = { name: `layer_${index}`, title: `layer ${index}` };
    const shapes = { input_shape: layers[index - 1].output_shape, output_shape, parameters: 0 };
    layers.push({ ...names, ...shapes, inputs, kind: "keras_layer", class_name: "Any", config: "{}" });
  }
  return layers;
}

const insets = { left: 30, right: 120, top: 70, bottom: 104 };
const viewport: Viewport = { width: 1400, height: 850, insets };
const graphs = [3, 12, 19, 40, 90, 300].map((count) => ({ count, layers: randomGraph(count, count) }));

/** Whether two convex polygons have a point in common (separating axes). */
function meet(one: readonly (readonly number[])[], other: readonly (readonly number[])[]): boolean {
  for (const polygon of [one, other]) {
    for (const [index, [x, y]] of polygon.entries()) {
      const [nextX, nextY] = polygon[(index + 1) % polygon.length];
      const along = (points: readonly (readonly number[])[]) =>
        points.map(([a, b]) => (a - x) * (nextY - y) - (b - y) * (nextX - x));
      const [a, b] = [along(one), along(other)];
      if (Math.max(...a) < Math.min(...b) || Math.max(...b) < Math.min(...a)) return false;
    }
  }
  return true;
}

describe.each(graphs)("a graph of $count layers", ({ layers }) => {
  const { layout, yaw, pitch } = homeView(layers, viewport);
  const { walls } = layout;
  const view = fitView(seenOf(layout).flatMap(cornersOf), yaw, pitch, viewport);
  const onScreen = walls.map((wall) =>
    cornersOf(wall).map((corner) => projectPoint(corner, view, yaw, pitch, viewport)),
  );

  it("has a finite place and a size for every wall, and a place for every neuron", () => {
    for (const wall of walls) {
      for (const value of [wall.x, wall.y, wall.width, wall.height, wall.cell])
        expect(value).toSatisfy(Number.isFinite);
      expect(wall.cell).toBeGreaterThan(0);
      const places = wall.tiles.columns * wall.tiles.rows * wall.cells.columns * wall.cells.rows;
      expect(places).toBeGreaterThanOrEqual(size(wall.layer.output_shape));
    }
  });

  it("hides no wall behind another, and shows all inside the insets", () => {
    for (const [index, corners] of onScreen.entries()) {
      const box = corners.map(({ x, y }) => [x, y]);
      for (const [x, y] of box) {
        expect(x).toBeGreaterThan(insets.left - 1e-6);
        expect(x).toBeLessThan(viewport.width - insets.right + 1e-6);
        expect(y).toBeGreaterThan(insets.top - 1e-6);
        expect(y).toBeLessThan(viewport.height - insets.bottom + 1e-6);
      }
      for (let other = 0; other < index; other++) {
        const meets = meet(
          box,
          onScreen[other].map(({ x, y }) => [x, y]),
        );
        expect(meets, `${walls[other].layer.name} and ${walls[index].layer.name}`).toBe(false);
      }
    }
  });

  it("goes from left to right on each shelf, and from shelf to shelf down", () => {
    for (let index = 1; index < walls.length; index++) {
      const [before, wall] = [walls[index - 1], walls[index]];
      if (wall.shelf === before.shelf) {
        expect(wall.x).toBeGreaterThan(before.x);
        expect(wall.y).toBe(before.y);
      } else {
        expect(wall.shelf).toBe(before.shelf + 1);
        expect(wall.y + wall.height / 2).toBeLessThan(before.y - before.height / 2);
      }
    }
  });

  it("draws a wire from all that each layer reads, by finite points from wall to wall", () => {
    const wires = wiresOf(layout);
    const expected = layers.flatMap((_, to) =>
      [...new Set(inputsOf(layers, to))].map((from) => `${from}>${to}`),
    );
    expect(wires.map(({ from, to }) => `${from}>${to}`).sort()).toEqual(expected.sort());
    for (const wire of wires.filter(({ next }) => !next)) {
      const path = pathOf(layout, wire);
      expect(path.flat()).toSatisfy((values: number[]) => values.every(Number.isFinite));
      const [start, end] = [walls[wire.from], walls[wire.to]];
      expect(path[0][0]).toBeCloseTo(start.x);
      expect(path.at(-1)![0]).toBeCloseTo(end.x);
      expect(path.at(-1)![1]).toBeCloseTo(end.y + end.height / 2);
    }
  });

  it("has every first and last neuron found where it is drawn", () => {
    for (const [index, wall] of walls.entries()) {
      const last = neuronOf(wall, index, wall.tiles.count - 1, wall.cells.rows - 1, 0);
      for (const neuron of [neuronOf(wall, index, 0, 0, 0), last]) {
        if (!neuron) continue;
        const [a, , c] = outlineOf(wall, neuron, false);
        const target: Point = [wall.x, (a[1] + c[1]) / 2, (a[2] + c[2]) / 2];
        const found = pick(
          [{ wall, index, strengths: null }],
          [wall.x - 900, 300, 400],
          [900, target[1] - 300, target[2] - 400],
        );
        expect(found).toEqual(neuron);
      }
    }
  });

  it("writes names that overlap neither each other nor a wall", () => {
    const boxes = onScreen.map((corners) => {
      const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
      const [x, y] = [Math.min(...xs), Math.min(...ys)];
      return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
    });
    const labels = boxes.map(({ x, y, width, height }) => ({
      x: x + width / 2,
      y: y + height + 7,
      ways: [{ width: 60, height: 15 }],
    }));
    const bounds = { x: 4, y: 58, width: viewport.width - 8, height: viewport.height - 60 };
    const placed = placeOnShelves(labels, bounds, boxes).filter((box) => box !== null);
    expect(placed.length).toBeGreaterThan(0);
    for (const [index, box] of placed.entries()) {
      for (const other of [...placed.slice(0, index), ...boxes]) expect(overlaps(box, other)).toBe(false);
    }
  });
});

describe("hidden layers", () => {
  it("take no room, and wires pass them as dotted ones from what they read", () => {
    const layers = standardLayers();
    const hidden = new Set(["conv_1", "pool_1"]);
    const layout: Layout = layOut(
      layers,
      { spacing: 1, slenderness: 2, openSlenderness: 2 },
      { open: new Set(), hidden, forward: null },
    );
    const wires = wiresOf(layout);
    expect(wires[0]).toEqual({ from: 0, to: 3, dotted: true, next: true });
    expect(wires).toHaveLength(layers.length - 3);
  });
});

describe("shapes", () => {
  const options = { spacing: 1, slenderness: 2, openSlenderness: 2 };

  it("of tokens are one map, a row a token", () => {
    const tokens = randomGraph(1, 3)[1];
    const layer = { ...tokens, output_shape: [49, 16] };
    const [wall] = layOut([layer], options).walls;
    expect(wall.tiles.count).toBe(1);
    expect(wall.cells).toEqual({ rows: 49, columns: 16 });
    expect(neuronOf(wall, 0, 0, 3, 5)?.index).toBe(3 * 16 + 5);
    expect(shapeInWords(layer)).toBe("49 tokens of 16 features");
    const neuron = { wall: 0, channel: 0, row: 3, column: 5, index: 53 };
    expect(neuronInWords(layer, neuron, 0.5, [])).toBe("layer 1, token 3, feature 5: 0.500");
  });

  it("of a picture in colour are three, one below the other, by their names", () => {
    const colour = inputLayer([64, 64, 3]);
    const [wall] = layOut([colour], options).walls;
    expect(wall.tiles).toEqual({ columns: 1, rows: 3, count: 3 });
    expect(shapeInWords(colour)).toBe("64 × 64 pixels, in red, green and blue");
    const neuron = { wall: 0, channel: 1, row: 2, column: 3, index: 0 };
    expect(neuronInWords(colour, neuron, 1, [])).toBe("input, green, row 2, column 3: 1.00");
  });
});

describe("what is too much to be drawn", () => {
  const layer = (name: string, kind: "dropout" | "keras_layer", neurons: number): LayerSpec =>
    ({ ...randomGraph(1, 3)[1], name, title: name, kind, output_shape: [neurons] }) as LayerSpec;
  const layers = [
    inputLayer([10, 10, 1]),
    layer("large", "keras_layer", 500),
    layer("passes", "dropout", 300),
    layer("larger", "keras_layer", 600),
    layer("last", "keras_layer", 900),
  ];

  it("is nothing while it fits", () => {
    expect(leftOut(layers, new Set(), 2400).size).toBe(0);
    expect(leftOutInWords(layers, new Set())).toBe("");
  });

  it("is first what only hands on its values, then the largest, and never the input or the answer", () => {
    expect([...leftOut(layers, new Set(), 2399)]).toEqual(["passes"]);
    expect([...leftOut(layers, new Set(), 2000)]).toEqual(["passes", "larger"]);
    expect([...leftOut(layers, new Set(), 1)]).toEqual(["passes", "larger", "large"]);
    expect(leftOutInWords(layers, new Set(["passes", "larger"]))).toContain(
      "2 layers are not drawn, of 900 neurons",
    );
  });

  it("comes back where others are hidden", () => {
    expect(leftOut(layers, new Set(["larger"]), 1800).size).toBe(0);
  });
});

describe("on the way to another arrangement", () => {
  it("all places are finite, walls change their shelves or not", () => {
    const layers = randomGraph(40, 40);
    const none = new Set<string>();
    const from = homeView(layers, viewport).layout;
    const shapes = [
      { open: new Set(["layer_5"]), hidden: none, forward: null },
      { open: none, hidden: new Set(layers.slice(3, 30).map(({ name }) => name)), forward: null },
    ];
    for (const arrangement of shapes) {
      const to = homeView(layers, viewport, arrangement).layout;
      for (const share of [0, 0.3, 0.7, 1]) {
        const layout = layoutBetween(from, to, share);
        const points = wiresOf(layout).flatMap((wire) => pathOf(layout, wire));
        const places = layout.walls.flatMap(({ x, y, width, height }) => [x, y, width, height]);
        expect([...points.flat(), ...places]).toSatisfy((values: number[]) => values.every(Number.isFinite));
      }
    }
  });
});
