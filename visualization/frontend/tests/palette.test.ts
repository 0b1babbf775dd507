import { describe, expect, it } from "vitest";
import { clickValue } from "../src/figure/contract";
import { themedLayout } from "../src/figure/template";
import {
  colourAt,
  cssGradient,
  lightness,
  maximumOf,
  paletteTexels,
  parseHex,
  stopsFor,
  stopsOf,
} from "../src/palette";
import { parseRgb } from "../src/theme";

/** Lightness at 101 places along the stops. */
function lightnesses(stops: readonly string[]): number[] {
  return Array.from({ length: 101 }, (_, index) => lightness(colourAt(stops, index / 100)));
}
function rises(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value >= values[index - 1] - 0.003); // rounding to 8 bits
}

describe("palettes", () => {
  it("sequential: lightness only rises on dark and only falls on light", () => {
    expect(rises(lightnesses(stopsOf("dark", "sequential")))).toBe(true);
    expect(rises(lightnesses(stopsOf("light", "sequential")).reverse())).toBe(true);
  });

  it("diverging: from the middle both ways alike, zero nearest the background", () => {
    for (const brightness of ["dark", "light"] as const) {
      const values = lightnesses(stopsOf(brightness, "diverging"));
      const [below, above] = [values.slice(0, 51).reverse(), values.slice(50)];
      expect(rises(brightness === "dark" ? below : below.reverse())).toBe(true);
      expect(rises(brightness === "dark" ? above : above.reverse())).toBe(true);
    }
  });

  it("sign: green above zero, red below, lightness alike both ways, and a blue maximum that is neither", () => {
    for (const brightness of ["dark", "light"] as const) {
      const stops = stopsOf(brightness, "sign");
      const values = lightnesses(stops);
      const [below, above] = [values.slice(0, 51).reverse(), values.slice(50)];
      for (const arm of [below, above]) expect(rises(brightness === "dark" ? arm : arm.reverse())).toBe(true);
      const [red, green, blue] = [
        parseHex(stops[1]),
        parseHex(stops[stops.length - 2]),
        maximumOf(brightness),
      ];
      expect(red[0]).toBeGreaterThan(Math.max(red[1], red[2]));
      expect(green[1]).toBeGreaterThan(Math.max(green[0], green[2]));
      expect(blue[2]).toBeGreaterThan(Math.max(blue[0], blue[1]));
      expect(stops[(stops.length - 1) / 2]).toBe(stopsOf(brightness, "diverging")[7]);
    }
  });

  it("are cut to what a range needs", () => {
    expect(stopsFor("dark", "perceptual", false)).toBe(stopsOf("dark", "sequential"));
    expect(stopsFor("dark", "perceptual", true)).toBe(stopsOf("dark", "diverging"));
    expect(stopsFor("light", "sign", true)).toEqual(stopsOf("light", "sign"));
    expect(stopsFor("light", "sign", false)).toEqual(stopsOf("light", "sign").slice(7));
  });

  it("give colours, texels and gradients", () => {
    expect(parseHex("#0a80ff")).toEqual([10, 128, 255]);
    expect(colourAt(["#000000", "#ff0000"], 0.5)).toEqual([128, 0, 0]);
    expect(colourAt(["#000000", "#ff0000"], 7)).toEqual([255, 0, 0]);
    expect([...paletteTexels(["#000000", "#ffffff"], 2)]).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
    expect(cssGradient(["#000000", "#ffffff"])).toBe("linear-gradient(to right, #000000, #ffffff)");
    expect(lightness([255, 255, 255])).toBeCloseTo(1, 3);
    expect(lightness([0, 0, 0])).toBe(0);
  });

  it("read the theme's colours", () => {
    expect(parseRgb("rgb(14, 17, 23)", [0, 0, 0])).toEqual([14, 17, 23]);
    expect(parseRgb("rgba(0, 0, 0, 0)", [1, 2, 3])).toEqual([1, 2, 3]);
    expect(parseRgb("nonsense", [1, 2, 3])).toEqual([1, 2, 3]);
  });
});

describe("figures", () => {
  const theme = {
    brightness: "dark",
    background: [14, 17, 23],
    text: [250, 250, 250],
    primary: [0, 0, 255],
    font: "Serif",
  } as const;

  it("take theme and palette, and keep what they ask for", () => {
    const layout = {
      coloraxis: { cmax: 2 },
      scene: { zaxis: { tickvals: [1] } },
      xaxis: { title: { text: "step" } },
    };
    const meta = { palettes: { coloraxis: "sequential" } };
    const themed = themedLayout({ data: [], layout: { ...layout, meta } }, theme);
    expect(themed.coloraxis).toMatchObject({ cmax: 2 });
    expect((themed.coloraxis as { colorscale: unknown[] }).colorscale[0]).toEqual([
      0,
      stopsOf("dark", "sequential")[0],
    ]);
    expect(themed.scene).toMatchObject({ zaxis: { tickvals: [1], showbackground: false } });
    expect(themed.xaxis).toMatchObject({ title: { text: "step" } });
    expect(themed.font).toMatchObject({ family: "Serif", color: "rgb(250, 250, 250)" });
    expect(themed.uirevision).toBe("kept");
    expect(layout.coloraxis).toEqual({ cmax: 2 });
  });

  it("report a click in values that JSON carries", () => {
    const point = {
      curveNumber: 1,
      x: 2,
      y: Number.NaN,
      z: "pool",
      pointNumber: [3, 4],
      customdata: Int16Array.of(5, 6),
      fullData: { name: "conv 2" },
    };
    const value = clickValue({ points: [point] });
    const expected = {
      curve: 1,
      name: "conv 2",
      x: 2,
      y: null,
      z: "pool",
      point_number: [3, 4],
      customdata: [5, 6],
    };
    expect(value).toEqual(expected);
    expect(JSON.parse(JSON.stringify(value))).toEqual(expected);
    expect(clickValue({ points: [] })).toBeNull();
  });
});
