/** The drawing pad without its DOM: the same preprocessing as Python's, the brush, the strokes, what is sent and when. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseSceneData, type SceneData } from "../src/contract";
import { canvasSide, Ink } from "../src/drawing/ink";
import { messageOf, type PadReport, parsePadReport } from "../src/drawing/message";
import { allOn, inputValues, type Switches, stepsOf } from "../src/drawing/preprocessing";
import { divide, type Grey, resample } from "../src/drawing/resampling";
import { Sketch } from "../src/drawing/sketch";
import { sceneData } from "./examples";

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly shape: readonly [number, number];
    readonly ink: string;
    readonly results: readonly {
      readonly switches: Switches;
      readonly shapes: readonly (readonly number[])[];
      readonly pixels: string;
    }[];
  }[];
  readonly other_inputs: readonly {
    readonly canvas: string;
    readonly shape: readonly [number, number, number];
    readonly switches: Switches;
    readonly shapes: readonly (readonly number[])[];
    readonly pixels: string;
  }[];
  readonly message: { readonly ink: string };
}

const path = new URL("../../../tests/golden/drawing.json", import.meta.url);
const golden = JSON.parse(readFileSync(path, "utf-8")) as Golden;

/** Runs, as the pad sends them, back to values. */
function valuesOf(runs: string): Uint8Array {
  const pairs = atob(runs);
  const values: number[] = [];
  for (let at = 0; at < pairs.length; at += 2) {
    values.push(...Array<number>(pairs.charCodeAt(at + 1)).fill(pairs.charCodeAt(at)));
  }
  return Uint8Array.from(values);
}

function greyOf({ shape: [height, width], ink }: Golden["cases"][number]): Grey {
  return { height, width, values: valuesOf(ink) };
}

describe("preprocessing", () => {
  it.each(golden.cases)(
    "agrees with Python on every pixel of $name, with every choice of steps",
    (example) => {
      expect(example.results).toHaveLength(8);
      for (const { switches, shapes, pixels } of example.results) {
        const { canvas, crop, fit, centre } = stepsOf(greyOf(example), switches);
        const sizes = [canvas, crop, fit, centre].map(({ height, width }) => [height, width]);
        expect(sizes, JSON.stringify(switches)).toEqual(shapes);
        expect([...centre.values], JSON.stringify(switches)).toEqual([...valuesOf(pixels)]);
      }
    },
  );

  it.each(golden.other_inputs)(
    "agrees with Python on every pixel and channel of $canvas for an input of $shape",
    ({ canvas: name, shape, switches, shapes, pixels }) => {
      const example = golden.cases.find((each) => each.name === name)!;
      const { canvas, crop, fit, centre } = stepsOf(greyOf(example), switches, shape);
      expect([canvas, crop, fit, centre].map(({ height, width }) => [height, width])).toEqual(shapes);
      expect([...inputValues(centre, shape)]).toEqual([...valuesOf(pixels)]);
    },
  );

  it("rounds halves up, also below zero", () => {
    expect([divide(5, 2), divide(-5, 2), divide(4, 2), divide(-1, 3)]).toEqual([3, -2, 2, 0]);
  });

  it("copies what stays, takes the mean of what shrinks and interpolates what grows", () => {
    const picture = { height: 2, width: 2, values: Uint8Array.of(0, 100, 200, 50) };
    expect([...resample(picture, 2, 2).values]).toEqual([0, 100, 200, 50]);
    expect([...resample(picture, 1, 1).values]).toEqual([88]);
    expect([...resample({ height: 1, width: 2, values: Uint8Array.of(0, 100) }, 1, 4).values]).toEqual([
      0, 25, 75, 100,
    ]);
  });
});

describe("the brush", () => {
  const sum = (ink: Ink) => ink.values.reduce((total, value) => total + value, 0) / 255;

  it("draws a disc, and a line with round ends, of the right size", () => {
    const ink = new Ink();
    ink.draw(140, 140, 140, 140, 20, false);
    expect(sum(ink)).toBeCloseTo(Math.PI * 20 * 20, -1);
    expect(ink.values[140 * canvasSide + 140]).toBe(255);
    ink.clear();
    ink.draw(60, 100, 200, 100, 10, false);
    expect(Math.abs(sum(ink) / (Math.PI * 100 + 140 * 20) - 1)).toBeLessThan(0.01);
  });

  it("is grey on the rim alone, and the same stroke twice changes nothing", () => {
    const ink = new Ink();
    ink.draw(30.3, 40.7, 200.2, 170.9, 13, false);
    const once = ink.values.slice();
    expect(once.filter((value) => value > 0 && value < 255).length).toBeLessThan(1200);
    ink.draw(30.3, 40.7, 200.2, 170.9, 13, false);
    expect(ink.values).toEqual(once);
  });

  it("erases what it has drawn, and nothing beyond the canvas is touched", () => {
    const ink = new Ink();
    ink.draw(-50, 140, 330, 140, 10, false);
    expect(ink.values[140 * canvasSide]).toBe(255);
    ink.draw(-50, 140, 330, 140, 12, true);
    expect(ink.values.every((value) => value === 0)).toBe(true);
    ink.draw(-500, -500, -400, -400, 30, false);
    ink.draw(900, 140, 900, 140, 30, false);
    expect(ink.values.every((value) => value === 0)).toBe(true);
  });
});

function drawOne(sketch: Sketch): void {
  sketch.begin("pen", 14, 140, 40);
  sketch.extend(140, 150);
  sketch.extend(138, 240);
}

describe("strokes", () => {
  it("are taken back one by one, a clearing too", () => {
    const sketch = new Sketch();
    const seen = [sketch.ink.values.slice()];
    drawOne(sketch);
    seen.push(sketch.ink.values.slice());
    sketch.begin("eraser", 20, 100, 140);
    sketch.extend(180, 140);
    seen.push(sketch.ink.values.slice());
    expect(seen[2]).not.toEqual(seen[1]);
    sketch.clear();
    expect([sketch.isBlank, sketch.canUndo]).toEqual([true, true]);
    expect(sketch.ink.values.every((value) => value === 0)).toBe(true);
    sketch.begin("pen", 8, 20, 20);
    sketch.undo();
    expect(sketch.ink.values.every((value) => value === 0)).toBe(true);
    for (const before of [seen[2], seen[1], seen[0]]) {
      sketch.undo();
      expect(sketch.ink.values).toEqual(before);
    }
    expect(sketch.canUndo).toBe(false);
  });
});

describe("what is sent", () => {
  it("is what Python reads", () => {
    const sample = golden.cases.find(({ name }) => name === "sample 3")!;
    expect(messageOf(12, greyOf(sample), { crop: true, fit: false, centre: true })).toEqual(golden.message);
  });

  it("is one small text, whatever the drawing", () => {
    const sketch = new Sketch();
    drawOne(sketch);
    expect(sketch.message().ink.length).toBeLessThan(8000);
    expect(valuesOf(sketch.message().ink)).toEqual(sketch.ink.values);
    expect(sketch.message().serial).toBe(1);
  });

  it("comes back as a report, which is checked", () => {
    expect(parsePadReport({ taken: 3, shown: true })).toEqual({ taken: 3, shown: true });
    expect(() => parsePadReport(undefined)).toThrow("pad: expected an object, received nothing.");
    expect(() => parsePadReport({ taken: "3", shown: true })).toThrow(
      'pad.taken: expected a whole number of at least 1, received "3".',
    );
    expect(() => parsePadReport({ taken: null, shown: 1 })).toThrow(
      "pad.shown: expected true or false, received 1.",
    );
  });
});

describe("whose picture it is", () => {
  const data = (pad: PadReport): SceneData => parseSceneData({ ...sceneData(), pad });
  const nothing = data({ taken: null, shown: false });

  it("is Python's until something is drawn, then the pad's until Python knows that drawing", () => {
    const sketch = new Sketch();
    sketch.heed(nothing.pad);
    expect(sketch.over(nothing)).toBe(nothing);
    drawOne(sketch); // change 1
    sketch.heed(nothing.pad); // a run of the page that began before
    const shown = sketch.over(nothing);
    expect(shown.image).toMatchObject({ caption: "your drawing", label: null, shape: [28, 28, 1] });
    expect(shown.pad.shown).toBe(true);
    expect(parseSceneData(shown)).toEqual(shown);
    const known = data({ taken: 1, shown: true });
    sketch.heed(known.pad);
    expect(sketch.over(known)).toBe(known);
    sketch.begin("pen", 14, 50, 50); // change 2: the answer to change 1 comes while the pen is down
    sketch.heed(known.pad);
    expect(sketch.over(known).image.caption).toBe("your drawing");
  });

  it("is Python's again when another picture is chosen, and the pad's with the next stroke", () => {
    const sketch = new Sketch();
    drawOne(sketch);
    const chosen = data({ taken: 1, shown: false });
    sketch.heed(chosen.pad);
    expect(sketch.held).toBe(false);
    expect(sketch.over(chosen)).toBe(chosen);
    sketch.switchTo({ ...allOn, fit: false }); // looks at the steps, and leaves the other picture where it is
    expect(sketch.over(chosen)).toBe(chosen);
    sketch.extend(10, 10);
    sketch.begin("pen", 14, 50, 50);
    expect(sketch.over(chosen).image.caption).toBe("your drawing");
  });

  it("changes with each switch", () => {
    const sketch = new Sketch();
    drawOne(sketch);
    const inputs = [allOn, { ...allOn, fit: false }, { ...allOn, crop: false }].map((switches) => {
      sketch.switchTo(switches);
      return sketch.over(nothing).image.pixels;
    });
    expect(new Set(inputs).size).toBe(3);
    expect(sketch.message()).toMatchObject({ serial: 4, switches: { crop: false, fit: true, centre: true } });
  });
});
