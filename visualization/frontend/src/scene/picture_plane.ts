/** A closed wall from afar on the GPU: its picture, painted only when it is looked at and has changed. */
import { DataTexture, LinearFilter, NearestFilter, ShaderMaterial, type Texture, Vector2 } from "three";
import type { Wall } from "../layout";
import { pictureFragmentShader, pictureVertexShader } from "./picture_shader";
import type { WallUniforms } from "./wall_material";
import { paintPicture, pictureSize } from "./wall_picture";

/** Pixels of a neuron, above which it shows more than its colour: the full shader then has to draw it. */
const largest = 6;
const mixedBelow = 1.33; // pixels of a neuron: smaller ones are mixed with their neighbours instead of a random one

export class PicturePlane {
  readonly material: ShaderMaterial;
  private readonly texture: DataTexture;
  private readonly texels: Uint32Array;
  private stale = true;
  /** What is the same in every pixel. */
  private readonly own = {
    picture: { value: null as DataTexture | null },
    texel: { value: new Vector2() },
    lastTile: { value: new Vector2() },
    lastTexel: { value: new Vector2() },
    pitchInTexels: { value: new Vector2() },
    pitchInPixels: { value: new Vector2() },
    tileInPixels: { value: new Vector2() },
    halfWall: { value: new Vector2() },
    mixing: { value: 0 },
  };

  /** null for a wall with more neurons on a side than a texture may have. */
  static of(wall: Wall, uniforms: WallUniforms): PicturePlane | null {
    const size = pictureSize(wall);
    return size && new PicturePlane(size.width, size.height, uniforms);
  }

  private constructor(
    width: number,
    height: number,
    private readonly uniforms: WallUniforms,
  ) {
    this.texels = new Uint32Array(width * height);
    this.texture = new DataTexture(new Uint8Array(this.texels.buffer), width, height);
    this.texture.magFilter = NearestFilter; // neurons are crisp
    this.texture.minFilter = LinearFilter;
    this.material = new ShaderMaterial({
      vertexShader: pictureVertexShader,
      fragmentShader: pictureFragmentShader,
      uniforms: { ...uniforms, ...this.own },
    });
    const { cells, tiles } = uniforms;
    this.own.picture.value = this.texture;
    this.own.texel.value.set(1 / width, 1 / height);
    this.own.lastTile.value.copy(tiles.value).subScalar(0.5);
    this.own.lastTexel.value.copy(cells.value).subScalar(0.5);
  }

  /** Whether it shows all that is to be seen now. */
  get suffices(): boolean {
    const { lighting, swept, measures, perPixel, cells, diverging } = this.uniforms;
    if (lighting.value !== 0 || swept.value < 1) return false;
    // A tile of one neuron has no lines between neurons, and a palette without a sign no notch.
    if (cells.value.x * cells.value.y === 1 && !diverging.value) return true;
    return measures.value.x <= largest * Math.max(perPixel.value.x, perPixel.value.y);
  }

  /** The camera stands elsewhere. */
  look(): void {
    const { cells, measures, perPixel, wallSize } = this.uniforms;
    const { x: cell, y: gap } = measures.value;
    const { pitchInTexels, pitchInPixels, tileInPixels, halfWall, mixing } = this.own;
    tileInPixels.value.copy(cells.value).multiplyScalar(cell).divide(perPixel.value);
    pitchInTexels.value.copy(cells.value).addScalar(gap / cell);
    pitchInPixels.value.copy(pitchInTexels.value).multiplyScalar(cell).divide(perPixel.value);
    halfWall.value.copy(wallSize.value).multiplyScalar(0.5).divide(perPixel.value);
    mixing.value = cell < mixedBelow * Math.max(perPixel.value.x, perPixel.value.y) ? 1 : 0;
  }

  /** Strengths or colours have changed. */
  forget(): void {
    this.stale = true;
  }

  /** Before it is drawn. `values`: strengths with the maximum's mark, flat. */
  paint(wall: Wall, values: Float32Array): void {
    if (!this.stale) return;
    this.stale = false;
    const { diverging, maximum } = this.uniforms;
    const palette = new Uint32Array(bytesOf(this.uniforms.palette.value).buffer);
    const colour = Uint8Array.from([...maximum.value.toArray().map((share) => Math.round(255 * share)), 255]);
    const [marked] = new Uint32Array(colour.buffer);
    paintPicture(wall, values, { palette, diverging: diverging.value, maximum: marked }, this.texels);
    this.texture.needsUpdate = true;
  }

  dispose(): void {
    this.texture.dispose();
    this.material.dispose();
  }
}

function bytesOf(texture: Texture): Uint8Array {
  return (texture as DataTexture).image.data as Uint8Array;
}
