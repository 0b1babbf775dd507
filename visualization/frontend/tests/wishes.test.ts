import { describe, expect, it } from "vitest";
import type { SceneData } from "../src/contract";
import { parseWish } from "../src/scene/picks";
import { Viewing } from "../src/scene/viewing";
import { muteAsWished } from "../src/scene/wishes";
import { standardLayers } from "./examples";

const layers = standardLayers();
const [, conv, pool, , , , dense] = layers;
const place = { layer: "conv_1", channel: 3, row: 13, column: 13 };

function dataWith(serial: number, muted: object[] | null): Pick<SceneData, "wish" | "network"> {
  return { network: { title: "", layers }, wish: parseWish({ serial, ...place, muted }) };
}

describe("a wish to mute", () => {
  it("mutes exactly what it names, once", () => {
    const viewing = new Viewing();
    viewing.edits.mute(conv, 9);
    viewing.edits.set("conv_1/bias", 0, 2);
    const data = dataWith(1, [
      { layer: "conv_1", channel: 3 },
      { layer: "dense_1", channel: 127 },
    ]);
    expect(muteAsWished(data, viewing)).toBe(true);
    const muted = (layer: typeof conv, channel: number) => viewing.edits.isMuted(layer, channel);
    expect([muted(conv, 3), muted(dense, 127), muted(conv, 9)]).toEqual([true, true, false]);
    expect(viewing.edits.isEdited("conv_1/bias", 0)).toBe(true);
    viewing.edits.restore({ kind: "all" });
    expect(muteAsWished(data, viewing)).toBe(false);
    expect(viewing.edits.count).toBe(0);
  });

  it("lets be what this network does not have", () => {
    const viewing = new Viewing();
    const absent = [
      { layer: "conv_9", channel: 0 },
      { layer: "conv_1", channel: 32 },
      { layer: pool.name, channel: 0 },
    ];
    expect(muteAsWished(dataWith(1, absent), viewing)).toBe(true);
    expect(viewing.edits.count).toBe(0);
  });

  it("is none where nothing is said of muting", () => {
    const viewing = new Viewing();
    viewing.edits.mute(conv, 9);
    expect(muteAsWished(dataWith(1, null), viewing)).toBe(false);
    expect(viewing.edits.isMuted(conv, 9)).toBe(true);
    expect(parseWish({ serial: 1, ...place })?.muted).toBeNull();
  });

  it.each([
    ["everything", "wish.muted: expected a list"],
    [[{ layer: "conv_1", channel: -1 }], "wish.muted[0].channel: expected a whole number of at least 0"],
    [[{ layer: "", channel: 1 }], "wish.muted[0].layer: expected text that is not empty"],
  ])("is refused as %j", (muted, message) => {
    expect(() => parseWish({ serial: 1, ...place, muted })).toThrow(message);
  });
});
