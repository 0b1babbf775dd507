/** One wall on the GPU: a plane, or a box of solid neurons; its strengths now and before. */
import {
  BoxGeometry,
  type BufferGeometry,
  type Camera,
  type DataTexture,
  type Group,
  Mesh,
  PlaneGeometry,
  type ShaderMaterial,
  type Texture,
  Vector3,
} from "three";
import { size } from "../contract";
import { reliefOf, type Wall } from "../layout";
import type { Colour } from "../palette";
import { mixAll } from "./colours";
import { PicturePlane } from "./picture_plane";
import { maximumMark } from "./scale";
import {
  flatMaterial,
  maskTexture,
  valueTexture,
  voxelMaterial,
  type WallUniforms,
  wallUniforms,
} from "./wall_material";

export interface WallColours {
  readonly background: Colour;
  readonly text: Colour;
  /** Of the neuron that is the maximum of its range. */
  readonly maximum: Colour;
  /** Where no light comes. */
  readonly shade: Colour;
}

export class WallMesh {
  /** What is drawn, −1 … 1, by place in the layer's activations. */
  readonly strengths: Float32Array;
  solid = false;
  private current: DataTexture;
  private before: DataTexture;
  private mask: DataTexture | null = null;
  private readonly uniforms: WallUniforms;
  private readonly full: ShaderMaterial;
  private readonly picture: PicturePlane | null;
  private readonly plane: Mesh<BufferGeometry, ShaderMaterial>;
  private box: Mesh<BufferGeometry, ShaderMaterial> | null = null;
  private readonly built: Wall;

  constructor(
    public wall: Wall,
    palette: Texture,
    private readonly parent: Group,
  ) {
    this.built = wall;
    this.strengths = new Float32Array(size(wall.layer.output_shape));
    this.current = valueTexture(wall);
    this.before = valueTexture(wall);
    this.uniforms = wallUniforms(wall, this.current, this.before, palette);
    this.full = flatMaterial(this.uniforms);
    this.picture = PicturePlane.of(wall, this.uniforms);
    this.plane = this.add(new PlaneGeometry(wall.width, wall.height), this.full);
    this.place(wall);
  }

  /** The same grid elsewhere, in another size, or hidden. */
  place(wall: Wall): void {
    this.wall = wall;
    const factor = wall.cell / this.built.cell;
    this.uniforms.size.value = factor;
    for (const mesh of [this.plane, this.box]) {
      mesh?.position.set(wall.x, wall.y, 0);
      mesh?.scale.setScalar(factor);
    }
    this.choose();
  }

  /** Drawn by its picture alone, the cheapest way there is. */
  get isPicture(): boolean {
    return !this.solid && this.plane.material !== this.full;
  }

  /** Solid neurons or flat tiles. */
  setSolid(solid: boolean): void {
    this.solid = solid;
    if (solid && !this.box) {
      const { width, height } = this.built;
      const depth = reliefOf(this.built);
      const geometry = new BoxGeometry(width, height, depth);
      geometry.translate(0, 0, depth / 2);
      this.box = this.add(geometry, voxelMaterial(this.uniforms));
      this.place(this.wall);
    }
    this.choose();
  }

  /** Show `strengths` anew; the old ones stay until the wave has passed (`sweep`). `maxima` are marked. */
  show(maxima: readonly number[], diverging: boolean, palette: Texture): void {
    [this.current, this.before] = [this.before, this.current];
    this.rewrite(maxima, diverging, palette);
    this.uniforms.values.value = this.current;
    this.uniforms.valuesBefore.value = this.before;
  }

  /** The same values on another scale. */
  rewrite(maxima: readonly number[], diverging: boolean, palette: Texture): void {
    const texels = this.current.image.data as Float32Array;
    texels.set(this.strengths);
    for (const index of maxima) texels[index] += maximumMark;
    this.current.needsUpdate = true;
    this.picture?.forget();
    this.uniforms.diverging.value = diverging;
    this.uniforms.palette.value = palette;
  }

  sweep(share: number): void {
    this.uniforms.swept.value = share;
  }

  /** Light up the neurons whose byte in `mask` is not zero; "all" as they are, "none" dims the whole wall. */
  light(mask: Uint8Array | "all" | "none", touched: number | null): void {
    const { uniforms } = this;
    uniforms.touched.value = touched ?? -1;
    uniforms.lighting.value = mask === "all" ? 0 : mask === "none" ? 1 : 2;
    if (typeof mask === "string") return;
    this.mask ??= maskTexture(this.built);
    const texels = this.mask.image.data as Uint8Array;
    for (let index = 0; index < mask.length; index++) texels[index] = mask[index] ? 255 : 0;
    this.mask.needsUpdate = true;
    uniforms.lit.value = this.mask;
  }

  colour({ background, text, maximum, shade }: WallColours): void {
    const { uniforms } = this;
    uniforms.frame.value.fromArray(mixAll(background, text, 0.035));
    uniforms.line.value.fromArray(mixAll(background, text, 0.34));
    uniforms.fog.value.fromArray(mixAll(background, text, 0));
    uniforms.bright.value.fromArray(mixAll(background, text, 0.95));
    uniforms.maximum.value.fromArray(mixAll(maximum, maximum, 0));
    uniforms.shade.value.fromArray(mixAll(shade, shade, 0));
    this.picture?.forget();
  }

  /** What the shader must know of the camera, before each frame. */
  look(camera: Camera, tangentPerPixel: number, fogNear: number, fogFar: number): void {
    const { eye, unitsPerPixel, perPixel, fogRange, wallSize } = this.uniforms;
    this.plane.updateMatrixWorld();
    const local = this.plane.worldToLocal(new Vector3().copy(camera.position));
    const { x: width, y: height } = wallSize.value;
    eye.value.set(local.x + width / 2, height / 2 - local.y, local.z);
    unitsPerPixel.value = local.length() * tangentPerPixel;
    // Foreshortened: a slanted wall has more units in a pixel. One measure for the whole wall, as the lens is long.
    const slant = (across: number) => unitsPerPixel.value * Math.hypot(1, across / local.z);
    perPixel.value.set(slant(local.x), slant(local.y));
    fogRange.value.set(fogNear, fogFar);
    this.chooseMaterial();
  }

  dispose(): void {
    for (const mesh of [this.plane, this.box]) {
      mesh?.removeFromParent();
      mesh?.geometry.dispose();
    }
    this.full.dispose();
    this.box?.material.dispose();
    this.picture?.dispose();
    for (const texture of [this.current, this.before, this.mask]) texture?.dispose();
  }

  private add(geometry: BufferGeometry, material: ShaderMaterial): Mesh<BufferGeometry, ShaderMaterial> {
    const mesh = new Mesh(geometry, material);
    // The plane looks along +z as made; turned, it looks along −x and its right edge lies at +z.
    mesh.rotation.y = -Math.PI / 2;
    this.parent.add(mesh);
    return mesh;
  }

  private chooseMaterial(): void {
    const { picture, current, strengths } = this;
    if (this.solid || !picture?.suffices) {
      this.plane.material = this.full;
      return;
    }
    picture.look();
    picture.paint(this.built, (current.image.data as Float32Array).subarray(0, strengths.length));
    this.plane.material = picture.material;
  }

  private choose(): void {
    const seen = this.wall.state !== "hidden";
    this.plane.visible = seen && !this.solid;
    if (this.box) this.box.visible = seen && this.solid;
  }
}
