/** A closed wall from afar on the GPU: its picture, painted only when it is looked at and has changed. */
import { DataTexture, LinearFilter, NearestFilter, ShaderMaterial, type Texture } from "three";
import type { Wall } from "../layout";
import { pictureFragmentShader, pictureVertexShader } from "./picture_shader";
import type { WallUniforms } from "./wall_material";
import { paintPicture, pictureSize } from "./wall_picture";

/** Pixels of a neuron, above which it shows more than its colour: the full shader then has to draw it. */
const largest = 6;

export class PicturePlane {
  readonly material: ShaderMaterial;
  private readonly texture: DataTexture;
  private readonly texels: Uint32Array;
  private stale = true;

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
      uniforms: { ...uniforms, picture: { value: this.texture } },
    });
  }

  /** Whether it shows all that is to be seen now. */
  get suffices(): boolean {
    const { lighting, swept, measures, perPixel } = this.uniforms;
    const { x: across, y: down } = perPixel.value;
    return lighting.value === 0 && swept.value >= 1 && measures.value.x <= largest * Math.max(across, down);
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
