/** The palettes as textures, and which of them a wall wears. */
import { DataTexture, NearestFilter } from "three";
import { type Brightness, type PaletteKind, paletteTexels, type Scale, stopsOf } from "../palette";

/** Texels: more than a screen has steps. */
export const paletteWidth = 256;
const scales = ["sequential", "diverging", "sign"] as const;

export class Palettes {
  private readonly textures = {
    sequential: paletteTexture(),
    diverging: paletteTexture(),
    sign: paletteTexture(),
  };

  setBrightness(brightness: Brightness): void {
    for (const scale of scales) {
      const texture = this.textures[scale];
      (texture.image.data as Uint8Array).set(paletteTexels(stopsOf(brightness, scale), paletteWidth));
      texture.needsUpdate = true;
    }
  }

  /** For values that are `signed` or not. Zero is in the middle of a palette that diverges. */
  textureFor(kind: PaletteKind, signed: boolean): { texture: DataTexture; diverging: boolean } {
    const scale: Scale = kind === "sign" ? "sign" : signed ? "diverging" : "sequential";
    return { texture: this.textures[scale], diverging: scale !== "sequential" };
  }

  dispose(): void {
    for (const scale of scales) this.textures[scale].dispose();
  }
}

function paletteTexture(): DataTexture {
  const texture = new DataTexture(new Uint8Array(paletteWidth * 4), paletteWidth, 1);
  texture.magFilter = NearestFilter;
  texture.minFilter = NearestFilter;
  return texture;
}
