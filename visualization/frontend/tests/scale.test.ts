/** What the palette's ends mean, and what is drawn when. */
import { describe, expect, it } from "vitest";
import { afterFrame, type Budget, freshBudget, isSolid, movingPixelRatio } from "../src/scene/budget";
import { maximaOf, rangeIn, scalesOf, writeStrengths } from "../src/scene/scale";
import { randomArray, randomNumbers, standardLayers } from "./examples";

const layers = standardLayers();
const random = randomNumbers(3);
const activations = layers.map(({ output_shape }, index) =>
  randomArray(
    output_shape.reduce((product, length) => product * length, 1),
    random,
  ).map((value) => (index % 2 ? Math.max(0, value) : value) * (index + 1)),
);
const largest = (values: Iterable<number>) =>
  [...values].reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe("a scale", () => {
  it("per layer ends at the layer's largest size, and is symmetric where a value is negative", () => {
    const scales = scalesOf(layers, activations, "layer");
    for (const [index, scale] of scales.entries()) {
      const high = largest(activations[index]);
      const signed = activations[index].some((value) => value < 0);
      expect(rangeIn(scale, null)).toEqual({ low: signed ? -high : 0, high, signed, kind: "layer" });
    }
  });

  it("per map ends at each map's own, and at the layer's where there are no maps", () => {
    const scales = scalesOf(layers, activations, "map");
    const map17 = activations[3].filter((_, index) => index % 64 === 17);
    expect(rangeIn(scales[3], 17)).toMatchObject({ high: largest(map17), kind: "map" });
    expect(rangeIn(scales[3], null).high).toBe(largest(activations[3]));
    expect(rangeIn(scales[6], null)).toMatchObject({ high: largest(activations[6]), kind: "layer" });
  });

  it("of the network is one for all but the input and the softmax", () => {
    const scales = scalesOf(layers, activations, "network");
    const high = largest(activations.slice(1, 7).flatMap((values) => [...values]));
    for (const scale of scales.slice(1, 7))
      expect(rangeIn(scale, null)).toMatchObject({ high, kind: "network" });
    for (const index of [0, 7]) {
      expect(rangeIn(scales[index], null)).toMatchObject({
        high: largest(activations[index]),
        kind: "layer",
      });
    }
  });

  it("of zeros is still a scale", () => {
    const zeros = activations.map((values) => new Float32Array(values.length));
    for (const extent of ["map", "layer", "network"] as const) {
      const scales = scalesOf(layers, zeros, extent);
      expect(scales.every(({ highs }) => highs.every((high) => high === 1))).toBe(true);
      expect(maximaOf(layers, zeros, scales).flat()).toEqual([]);
    }
  });

  it("makes strengths of −1 … 1 that keep value and sign", () => {
    for (const extent of ["map", "layer", "network"] as const) {
      const scales = scalesOf(layers, activations, extent);
      for (const [index, values] of activations.entries()) {
        const strengths = new Float32Array(values.length);
        writeStrengths(values, scales[index], strengths);
        expect(largest(strengths)).toBeLessThanOrEqual(1);
        for (let place = 0; place < values.length; place += 97) {
          const channel = scales[index].kind === "map" ? place % layers[index].output_shape[2] : null;
          expect(strengths[place]).toBeCloseTo(values[place] / rangeIn(scales[index], channel).high, 5);
        }
      }
    }
  });

  it("marks one maximum in each range", () => {
    const perLayer = maximaOf(layers, activations, scalesOf(layers, activations, "layer"));
    for (const [index, places] of perLayer.entries()) {
      expect(activations[index][places[0]]).toBe(
        activations[index].reduce((most, value) => Math.max(most, value)),
      );
      expect(places).toHaveLength(1);
    }
    expect(maximaOf(layers, activations, scalesOf(layers, activations, "map"))[3]).toHaveLength(64);
    const network = maximaOf(layers, activations, scalesOf(layers, activations, "network"));
    expect(network.slice(1, 7).flat()).toHaveLength(1);
  });
});

describe("the frame budget", () => {
  const budgetAfter = (budget: Budget, intervals: readonly number[]) => intervals.reduce(afterFrame, budget);
  const frames = (count: number, interval: number) => Array<number>(count).fill(interval);

  it("gives up effort after slow frames in a row, one step at a time", () => {
    expect(budgetAfter(freshBudget, frames(4, 60)).effort).toBe("full");
    expect(budgetAfter(freshBudget, [...frames(4, 60), 16, ...frames(4, 60)]).effort).toBe("full");
    expect(budgetAfter(freshBudget, frames(5, 60)).effort).toBe("plain");
    expect(budgetAfter(freshBudget, frames(50, 60)).effort).toBe("coarse");
  });

  it("takes a rest for no frame", () => {
    expect(budgetAfter(freshBudget, frames(50, 2000))).toEqual(freshBudget);
  });

  it("tries again after fast frames, each time more slowly", () => {
    const plain = budgetAfter(freshBudget, frames(5, 60));
    expect(budgetAfter(plain, frames(plain.patience - 1, 16)).effort).toBe("plain");
    const again = budgetAfter(plain, frames(plain.patience, 16));
    expect(again.effort).toBe("full");
    const failed = budgetAfter(again, frames(5, 60));
    expect(failed.patience).toBe(2 * plain.patience);
  });

  it("draws opened walls solid always, hidden ones never, others when near and without flicker", () => {
    for (const effort of ["full", "plain", "coarse"] as const) {
      expect(isSolid("open", 0.1, false, effort)).toBe(true);
      expect(isSolid("hidden", 100, true, effort)).toBe(false);
    }
    expect(isSolid("closed", 100, true, "plain")).toBe(false);
    expect([7, 7.9, 8.1].map((pixels) => isSolid("closed", pixels, false, "full"))).toEqual([
      false,
      false,
      true,
    ]);
    expect([7, 6.6, 6.4].map((pixels) => isSolid("closed", pixels, true, "full"))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("takes pixels only as the last resort, and never adds any", () => {
    expect(movingPixelRatio(2, "plain", false)).toBe(2);
    expect(movingPixelRatio(2, "coarse", false)).toBeLessThan(1);
    expect(movingPixelRatio(0.5, "coarse", false)).toBe(0.5);
    // Walls drawn by their pictures cost too little to give pixels away that the screen has.
    expect(movingPixelRatio(2, "coarse", true)).toBe(1);
    expect(movingPixelRatio(1, "coarse", true)).toBe(1);
    expect(movingPixelRatio(2, "plain", true)).toBe(2);
  });
});
