import { describe, expect, it } from "vitest";
import type { LayerSpec } from "../src/contract";
import { layOut, type Wall } from "../src/layout";
import { neuronFrom } from "../src/scene/picking";
import { maximumMark } from "../src/scene/scale";
import { paintPicture, pictureSize } from "../src/scene/wall_picture";

function wallOf(output_shape: readonly number[]): Wall {
  const layer = { name: "it", kind: "conv", output_shape, input_shape: output_shape } as unknown as LayerSpec;
  return layOut([layer, layer], { spacing: 1, slenderness: 2, openSlenderness: 2 }).walls[0];
}

/** Colours that say which step of the palette they are. */
const palette = Uint32Array.from({ length: 256 }, (_, step) => step + 1);
const sequential = { palette, diverging: false, maximum: 999 };

describe("the picture of a wall", () => {
  it("has each neuron's colour where picking finds the neuron", () => {
    const wall = wallOf([3, 4, 5]);
    const values = Float32Array.from({ length: 60 }, (_, index) => index / 255);
    const { width, height } = pictureSize(wall)!;
    const texels = new Uint32Array(width * height);
    paintPicture(wall, values, sequential, texels);
    for (let index = 0; index < 60; index++) {
      const { channel, row, column } = neuronFrom(wall, 0, index);
      const x = (channel % wall.tiles.columns) * wall.cells.columns + column;
      const y = Math.floor(channel / wall.tiles.columns) * wall.cells.rows + row;
      expect(texels[y * width + x]).toBe(index + 1);
    }
    // Places of the grid without a map stay empty.
    expect(texels.filter((texel) => texel === 0)).toHaveLength(width * height - 60);
  });

  it("shows one map where one is brought forward", () => {
    const wall = { ...wallOf([2, 2, 1]), channel: 2, channels: 3 };
    const texels = new Uint32Array(4);
    paintPicture(
      wall,
      Float32Array.from({ length: 12 }, (_, index) => index / 255),
      sequential,
      texels,
    );
    expect([...texels]).toEqual([3, 6, 9, 12]);
  });

  it("takes the nearest step of the palette, its ends beyond them, and the maximum's own colour", () => {
    const wall = wallOf([1, 6, 1]);
    const texels = new Uint32Array(6);
    const values = Float32Array.of(-1, 0, 0.4 / 255, 0.6 / 255, 1, 1 + maximumMark);
    paintPicture(wall, values, sequential, texels);
    expect([...texels]).toEqual([1, 1, 1, 2, 256, 999]);
    paintPicture(wall, values, { ...sequential, diverging: true }, texels);
    expect([...texels]).toEqual([1, 129, 129, 129, 256, 999]);
  });

  it("leaves a wall that no texture can hold to the full shader", () => {
    expect(pictureSize(wallOf([28, 28, 32]))).not.toBeNull();
    expect(pictureSize({ ...wallOf([1, 1, 1]), cells: { columns: 4, rows: 2049 } })).toBeNull();
  });
});
