/** Layers that only move values: into a border of zeros, and into more rows and columns. */
import type { UpSampling2dLayer, ZeroPadding2dLayer } from "../contract";

export class ZeroPadding {
  constructor(private readonly layer: ZeroPadding2dLayer) {}

  /** The border of the output is never written to: a buffer begins with zeros. */
  run(input: Float32Array, output: Float32Array): void {
    const [height, width, channels] = this.layer.input_shape;
    const [[top], [left]] = this.layer.padding;
    const across = this.layer.output_shape[1];
    const length = width * channels;
    for (let row = 0; row < height; row++) {
      const from = row * length;
      output.set(input.subarray(from, from + length), ((row + top) * across + left) * channels);
    }
  }
}

/** Each value fills `size` rows and columns (nearest neighbour). */
export class UpSampling {
  constructor(private readonly layer: UpSampling2dLayer) {}

  run(input: Float32Array, output: Float32Array): void {
    const [, width, channels] = this.layer.input_shape;
    const [down, across] = this.layer.size;
    const [rows, columns] = this.layer.output_shape;
    for (let row = 0, to = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const place = Math.floor(row / down) * width + Math.floor(column / across);
        let from = place * channels;
        for (const end = to + channels; to < end; ) output[to++] = input[from++];
      }
    }
  }
}
