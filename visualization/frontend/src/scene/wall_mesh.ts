/** One wall on the GPU: a single plane, its values now and before. */
import { type DataTexture, type Group, Mesh, PlaneGeometry, type ShaderMaterial, type Texture } from "three";
import type { Wall } from "../layout";
import { type Colour, mixAll } from "./colours";
import { valueTexture, wallMaterial } from "./wall_material";

/** What the palette's ends mean for a layer. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Per layer: 0 … the largest, or symmetric about zero where a value is negative. */
export function rangeOf(values: Float32Array): Range & { readonly signed: boolean } {
  let [least, most] = [0, 0];
  for (const value of values) {
    if (value < least) least = value;
    else if (value > most) most = value;
  }
  const signed = least < 0;
  const high = Math.max(most, -least) || 1; // a layer of zeros still needs a scale
  return { low: signed ? -high : 0, high, signed };
}

export class WallMesh {
  range = { low: 0, high: 1, signed: false };
  private current: DataTexture;
  private before: DataTexture;
  private readonly material: ShaderMaterial;
  private readonly mesh: Mesh<PlaneGeometry, ShaderMaterial>;

  constructor(
    public wall: Wall,
    private readonly palettes: { readonly sequential: Texture; readonly diverging: Texture },
    parent: Group,
  ) {
    this.current = valueTexture(wall);
    this.before = valueTexture(wall);
    this.material = wallMaterial(wall, this.current, this.before, palettes.sequential);
    this.mesh = new Mesh(new PlaneGeometry(wall.width, wall.height), this.material);
    // The plane looks along +z as made; turned, it looks along −x and its right edge lies at +z.
    this.mesh.rotation.y = -Math.PI / 2;
    parent.add(this.mesh);
    this.move(wall);
  }

  /** Another spacing: the same wall elsewhere. */
  move(wall: Wall): void {
    this.wall = wall;
    this.mesh.position.set(wall.x, 0, 0);
  }

  /** Show new values; the old ones stay until the wave has passed (`sweep`). */
  show(values: Float32Array): void {
    const { uniforms } = this.material;
    [this.current, this.before] = [this.before, this.current];
    (this.current.image.data as Float32Array).set(values);
    this.current.needsUpdate = true;
    uniforms.lowBefore.value = this.range.low;
    uniforms.highBefore.value = this.range.high;
    this.range = rangeOf(values);
    uniforms.values.value = this.current;
    uniforms.valuesBefore.value = this.before;
    uniforms.low.value = this.range.low;
    uniforms.high.value = this.range.high;
    uniforms.palette.value = this.range.signed ? this.palettes.diverging : this.palettes.sequential;
  }

  sweep(share: number): void {
    this.material.uniforms.swept.value = share;
  }

  colour(background: Colour, text: Colour): void {
    const { uniforms } = this.material;
    uniforms.frame.value.fromArray(mixAll(background, text, 0.035));
    uniforms.line.value.fromArray(mixAll(background, text, 0.34));
    uniforms.fog.value.fromArray(mixAll(background, text, 0));
  }

  fog(near: number, far: number): void {
    this.material.uniforms.fogRange.value.set(near, far);
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.material.dispose();
    this.current.dispose();
    this.before.dispose();
  }
}
