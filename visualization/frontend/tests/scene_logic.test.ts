/** Pure parts of the scene: the wave, labels, words, weights. */
import { describe, expect, it } from "vitest";
import { overlaps, placeLabels } from "../src/scene/label_placement";
import { changeBetween, sweep, waveLength } from "../src/scene/wave";
import { WeightsSource } from "../src/scene/weights";
import {
  decimal,
  neuronInWords,
  percent,
  predictionSentence,
  shapeInWords,
  titleInShort,
} from "../src/scene/words";
import { f32, safetensorsFile, standardLayers } from "./examples";

describe("the wave", () => {
  it("begins at the first wall, ends at the last, in under half a second", () => {
    expect(waveLength).toBeLessThan(500);
    expect(sweep(0, 8)).toEqual(Array(8).fill(0));
    expect(sweep(waveLength, 8)).toEqual(Array(8).fill(1));
    expect(sweep(1e6, 1)).toEqual([1]);
    const middle = sweep(waveLength / 2, 8);
    expect(middle[0]).toBe(1);
    expect(middle[7]).toBe(0);
    expect([...middle].sort((a, b) => b - a)).toEqual(middle);
  });

  const shown = { run: "a", weights_url: "/1", network: "n", pixels: "p", drawing: false };
  it("is made by a new picture alone", () => {
    expect(changeBetween(null, shown).wave).toBe(false);
    expect(changeBetween(shown, { ...shown, pixels: "q" }).wave).toBe(true);
    expect(changeBetween(shown, { ...shown, pixels: "q", drawing: true }).wave).toBe(false);
    expect(changeBetween(shown, { ...shown, weights_url: "/2" })).toMatchObject({
      weights: true,
      wave: false,
    });
    expect(changeBetween(shown, { ...shown, network: "m", pixels: "q" })).toMatchObject({
      network: true,
      wave: false,
    });
  });
});

describe("labels", () => {
  const bounds = { x: 0, y: 0, width: 600, height: 200 };
  const ways = [
    { width: 150, height: 15 },
    { width: 60, height: 15 },
  ];
  const label = (x: number) => ({ x, y: 100, ways });

  it("are written in the fullest way that has room, and never overlap", () => {
    for (const distance of [300, 120, 70, 30, 12]) {
      const placed = placeLabels(
        [0, 1, 2].map((index) => label(150 + index * distance)),
        bounds,
      );
      for (const [index, box] of placed.entries()) {
        for (const other of placed.slice(index + 1)) expect(box && other && overlaps(box, other)).toBeFalsy();
        if (box) expect(box.x).toBeGreaterThanOrEqual(0);
      }
    }
    expect(placeLabels([label(100), label(400)], bounds).map((box) => box?.way)).toEqual([0, 0]);
  });

  it("keep off what is taken, or stay away", () => {
    const taken = [{ x: 0, y: 90, width: 600, height: 110 }];
    expect(placeLabels([label(100)], bounds, taken)).toEqual([null]);
    expect(placeLabels([label(-50)], bounds)).toEqual([null]);
  });

  it("stand a little aside rather than on what is taken", () => {
    const taken = [{ x: 0, y: 90, width: 85, height: 110 }];
    const [placed] = placeLabels([label(100)], bounds, taken);
    expect(placed?.way).toBe(1);
    expect(placed!.x).toBeGreaterThan(85);
    expect(placed!.x).toBeLessThan(100);
  });
});

describe("words", () => {
  it("round for people and claim no certainty", () => {
    expect([0.9914, 1, 0.99999, 0, 0.0000001, 0.5].map(percent)).toEqual([
      "99.1 %",
      "100.0 %",
      "> 99.9 %",
      "0.0 %",
      "< 0.1 %",
      "50.0 %",
    ]);
    expect([0, 1.834, 12.34, 0.0312, -0.5, 0.00001, 12345].map(decimal)).toEqual([
      "0",
      "1.83",
      "12.3",
      "0.0312",
      "−0.500",
      "1.0e−5",
      "12,345",
    ]);
    expect(predictionSentence("7", 0.991)).toBe("The network reads a 7 with 99.1 %");
    expect(predictionSentence("8", 0.991)).toBe("The network reads an 8 with 99.1 %");
    expect(predictionSentence("Ankle boot", 0.5)).toBe("The network reads “Ankle boot” with 50.0 %");
  });

  it("name layers and neurons", () => {
    const layers = standardLayers();
    expect(layers.map(shapeInWords)).toEqual([
      "28 × 28 pixels",
      "32 maps of 26 × 26",
      "32 maps of 13 × 13",
      "64 maps of 11 × 11",
      "64 maps of 5 × 5",
      "1,600 values",
      "128 units",
      "10 units",
    ]);
    const long = { ...layers[3], title: "the second convolution of the third block" };
    expect(titleInShort(long)).toBe("the second convolution of t…");
    expect(titleInShort(layers[3])).toBe("conv 2");
    const neuron = { wall: 3, channel: 17, row: 4, column: 9, index: 0 };
    expect(neuronInWords(layers[3], neuron, 1.8312, [])).toBe("conv 2, map 17, row 4, column 9: 1.83");
    expect(neuronInWords(long, neuron, 1.8312, [])).toContain(long.title); // in full where a neuron is named
    expect(neuronInWords(layers[7], { ...neuron, index: 7 }, 0.5, [..."0123456789"])).toBe(
      "output, “7”: 0.500",
    );
  });
});

describe("weights", () => {
  const file = safetensorsFile({ a: f32([1], [1]) });
  const answer = (status = 200) => new Response(status === 200 ? file : null, { status, statusText: "Gone" });

  it("are fetched once an address, and the youngest are kept", async () => {
    const asked: string[] = [];
    const source = new WeightsSource(async (url) => {
      asked.push(url);
      return answer();
    }, 8 * 4); // eight of one number each
    for (let index = 0; index < 9; index++) await source.load(`/${index}`);
    expect(asked).toHaveLength(9);
    expect(source.ready("/0")).toBeNull();
    expect(source.ready("/8")?.get("a")?.values).toEqual(Float32Array.of(1));
  });

  it("of a request that is overtaken never arrive", async () => {
    const answers: (() => void)[] = [];
    const source = new WeightsSource((_, { signal }) => {
      return new Promise((resolve, reject) => {
        answers.push(() => resolve(answer()));
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    });
    const first = source.load("/1");
    const second = source.load("/2");
    expect(source.loading).toBe("/2");
    answers[1]();
    expect(await first).toBeNull();
    expect((await second)?.has("a")).toBe(true);
    expect(source.loading).toBeNull();
  });

  it("that fail say why, and can be asked for again", async () => {
    let status = 410;
    const source = new WeightsSource(async () => answer(status));
    await expect(source.load("/1")).rejects.toThrow("the server answers 410 Gone");
    status = 200;
    expect(await source.load("/1")).not.toBeNull();
  });
});
