/** What of the card is words, numbers and colours. */
import { describe, expect, it } from "vitest";
import { aboutLayer } from "../src/card/about";
import { formulaOf } from "../src/card/formulas";
import { slid } from "../src/card/playback";
import { Shades } from "../src/card/shades";
import {
  bracketed,
  cellText,
  equationTexts,
  exactText,
  outputNames,
  parseNumber,
  placeName,
  placeWords,
  sumSign,
} from "../src/card/wording";
import { type Activation, activations } from "../src/contract";
import { indexOf } from "../src/explain/place";
import { type Brightness, type PaletteKind, parseHex } from "../src/palette";
import { randomNumbers, standardLayers } from "./examples";
import { normalShareBelow } from "./naive";
import { naiveActivation } from "./naive_layers";

const spec = { title: "", layers: standardLayers() };
const classNames = [..."0123456789"];

describe("a number in a cell", () => {
  it.each([
    [0, "0"],
    [1, "1.0"],
    [-1.25, "−1.3"],
    [0.12345, ".12"],
    [-0.0314, "−.031"],
    [0.996, "1.0"],
    [0.00123, ".0012"],
    [-0.00042, "−4e−4"],
    [12.6, "13"],
    [-99_999, "−99999"],
    [1_000_000, "1e6"],
  ])("%d is %s", (value, text) => {
    expect(cellText(value)).toBe(text);
  });

  it("is within a twentieth of the value, whatever the size", () => {
    for (let value = 1.07e-3; value < 9e4; value *= 1.137) {
      expect(Math.abs(Number(cellText(value)) - value)).toBeLessThanOrEqual(value / 20);
    }
  });
});

it("writes the numbers of an equation with the same decimals", () => {
  expect(equationTexts([1.2041, -0.0312, 1.1729])).toEqual(["1.204", "−0.031", "1.173"]);
  expect(equationTexts([123.456, 0])).toEqual(["123.5", "0"]);
  expect(equationTexts([100, -1e-9])).toEqual(["100.0", "0.0"]);
  expect(equationTexts([0, 0])).toEqual(["0", "0"]);
});

it("a sum is only said to be equal where the written parts add up to it", () => {
  expect(sumSign(["1.204", "−0.031"], "1.173")).toBe("=");
  expect(sumSign(["1.204", "−0.031"], "1.172")).toBe("≈"); // as 1.2036 − 0.0314 = 1.1722 is written
  expect(sumSign(["0", "0"], "0")).toBe("=");
  expect(sumSign(["−0.25", "0.25"], "0.00")).toBe("=");
  expect(sumSign(["0.1", "0.2"], "0.3")).toBe("="); // which binary fractions do not give
  expect(equationTexts([1.2036, -0.0314, 1.1722])).toEqual(["1.204", "−0.031", "1.172"]);
});

it("puts a negative number in brackets after a sign", () => {
  expect(["−0.5", "0.5"].map(bracketed)).toEqual(["(−0.5)", "0.5"]);
});

describe("an activation's formula", () => {
  /** What the formula comes to, read as a calculation. */
  function calculated(formula: string): number {
    const code = formula
      .replaceAll("−", "-")
      .replaceAll("×", "*")
      .replaceAll("÷", "/")
      .replaceAll("e^", "exp");
    const names = ["max", "min", "exp", "ln", "tanh", "Φ"];
    const meanings = [Math.max, Math.min, Math.exp, Math.log, Math.tanh, normalShareBelow];
    return new Function(...names, `return ${code}`)(...meanings);
  }

  const written = activations.filter((activation): activation is Exclude<Activation, "softmax"> => {
    return activation !== "softmax";
  });
  it.each(written)("%s makes what it says of any number", (activation) => {
    for (const value of [-3.25, -1, -0.125, 0, 0.0625, 1, 2.5, 6.125]) {
      const expected = naiveActivation(activation, value);
      expect(calculated(formulaOf(activation, value))).toBeCloseTo(expected, 3);
    }
  });

  it("has the number in it", () => {
    expect(formulaOf("relu", -1.2041)).toBe("max(0, −1.204)");
    expect(formulaOf("sigmoid", -1.2041)).toBe("1 ÷ (1 + e^(1.204))");
    expect(formulaOf("elu", 2)).toBe("2.000");
  });
});

describe("a typed number", () => {
  it.each([
    ["0.5", 0.5],
    [" −0.12 ", -0.12],
    ["-.5", -0.5],
    ["+3", 3],
    ["1e-3", 0.001],
    ["4.", 4],
    ["", null],
    ["1,5", null],
    ["abc", null],
    ["Infinity", null],
    ["0x10", null],
    ["1 2", null],
  ])("%j", (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });

  it("is the very float32 that an exact text stands for", () => {
    const random = randomNumbers(5);
    for (let size = 1e-6; size <= 1e6; size *= 10) {
      const value = Math.fround(size * random());
      expect(Math.fround(parseNumber(exactText(value))!)).toBe(value);
    }
    expect(exactText(Math.fround(-0.12))).toBe("−0.12");
  });
});

it("names neurons", () => {
  const index = indexOf([11, 11, 64], { row: 4, column: 9, channel: 17 });
  expect(placeName(spec, { layer: 3, index }, classNames)).toBe("conv 2, map 17, row 4, column 9");
  expect(placeName(spec, { layer: 0, index: 30 }, classNames)).toBe("input, row 1, column 2");
  expect(placeWords(spec, { layer: 5, index: 7 }, classNames)).toEqual(["value 7"]);
  expect(placeWords(spec, { layer: 6, index: 7 }, classNames)).toEqual(["unit 7"]);
  expect(placeWords(spec, { layer: 7, index: 7 }, classNames)).toEqual(["“7”"]);
});

it("names outputs by their classes in the last layer alone", () => {
  expect(outputNames(spec, 7, classNames)).toEqual(classNames);
  expect(outputNames(spec, 6, classNames).slice(0, 2)).toEqual(["unit 0", "unit 1"]);
  expect(outputNames(spec, 3, classNames)[63]).toBe("map 63");
});

it("slides over the positions of one map, row by row, and stops at either end", () => {
  const conv = spec.layers[3];
  const place = { layer: 3, index: indexOf([11, 11, 64], { row: 2, column: 10, channel: 5 }) };
  const next = { layer: 3, index: indexOf([11, 11, 64], { row: 3, column: 0, channel: 5 }) };
  expect(slid(conv, place, 1)).toEqual(next);
  expect(slid(conv, next, -1)).toEqual(place);
  expect(slid(conv, { layer: 3, index: 5 }, -1)).toBeNull();
  expect(slid(conv, { layer: 3, index: 120 * 64 + 5 }, 1)).toBeNull();
});

it("explains each layer with its own numbers", () => {
  const sentences = spec.layers.map((_, index) => aboutLayer(spec, index));
  expect(sentences[0]).toContain("28 × 28 × 1");
  expect(sentences[3]).toContain("all 32 maps of pool 1");
  expect(sentences[3]).toContain("288");
  expect(sentences[4]).toContain("11 × 11 into 5 × 5");
  expect(sentences[6]).toContain("1,600");
  expect(sentences[7]).toContain("shares of 1");
});

it.each<[PaletteKind, Brightness]>([
  ["perceptual", "dark"],
  ["perceptual", "light"],
  ["sign", "dark"],
  ["sign", "light"],
])("writes readably on every shade of the %s palette, %s", (palette, brightness) => {
  const colour = [0, 0, 0] as const;
  const theme = { brightness, background: colour, text: colour, primary: colour, font: "" };
  const shades = new Shades(theme, palette);
  for (let value = -1; value <= 1; value += 0.02) {
    for (const signed of [true, false]) {
      const { background, ink } = shades.of(value, 1, signed);
      const other = parseHex(ink === "#000" ? "#000000" : "#ffffff");
      const [red, green, blue] = background.match(/\d+/g)!.map(Number);
      expect(contrast([red, green, blue], other)).toBeGreaterThanOrEqual(4.5);
    }
  }
});

/** WCAG 2.2's contrast ratio, 1 … 21. */
function contrast(one: readonly number[], other: readonly number[]): number {
  const luminance = (colour: readonly number[]) => {
    const linear = colour.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
