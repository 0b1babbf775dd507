/** What a wall's shader is given: textures, measures and colours. */
import {
  BackSide,
  DataTexture,
  FloatType,
  NearestFilter,
  RedFormat,
  ShaderMaterial,
  type Texture,
  UnsignedByteType,
  Vector2,
  Vector3,
  Vector4,
} from "three";
import { size } from "../contract";
import { reliefOf, type Wall } from "../layout";
import { fragmentShader, textureWidth, vertexShader } from "./wall_shader";

/** One number a neuron, for strengths. */
export function valueTexture(wall: Wall): DataTexture {
  const rows = Math.ceil(size(wall.layer.output_shape) / textureWidth);
  return crisp(
    new DataTexture(new Float32Array(rows * textureWidth), textureWidth, rows, RedFormat, FloatType),
  );
}

/** One byte a neuron: 255 for lit. */
export function maskTexture(wall: Wall): DataTexture {
  const rows = Math.ceil(size(wall.layer.output_shape) / textureWidth);
  return crisp(
    new DataTexture(new Uint8Array(rows * textureWidth), textureWidth, rows, RedFormat, UnsignedByteType),
  );
}

function crisp(texture: DataTexture): DataTexture {
  texture.minFilter = NearestFilter;
  texture.magFilter = NearestFilter;
  texture.needsUpdate = true;
  return texture;
}

export type WallUniforms = ReturnType<typeof wallUniforms>;

/** The measures of `wall` as it is built; a wall that grows is the same mesh at another size. */
export function wallUniforms(wall: Wall, current: Texture, before: Texture, palette: Texture) {
  return {
    values: { value: current },
    valuesBefore: { value: before },
    palette: { value: palette },
    lit: { value: current },
    wallSize: { value: new Vector2(wall.width, wall.height) },
    cells: { value: new Vector2(wall.cells.columns, wall.cells.rows) },
    tiles: { value: new Vector2(wall.tiles.columns, wall.tiles.rows) },
    measures: { value: new Vector4(wall.cell, wall.gap, wall.margin, size(wall.layer.output_shape)) },
    eye: { value: new Vector3() },
    channel: { value: wall.channel },
    channels: { value: wall.channels },
    tileCount: { value: wall.tiles.count },
    swept: { value: 1 },
    relief: { value: reliefOf(wall) },
    unitsPerPixel: { value: 1 },
    perPixel: { value: new Vector2(1, 1) },
    size: { value: 1 },
    diverging: { value: false },
    lighting: { value: 0 },
    touched: { value: -1 },
    frame: { value: new Vector3() },
    line: { value: new Vector3() },
    fog: { value: new Vector3() },
    bright: { value: new Vector3() },
    maximum: { value: new Vector3() },
    shade: { value: new Vector3() },
    fogRange: { value: new Vector2(0, 1) },
  };
}

export function flatMaterial(uniforms: WallUniforms): ShaderMaterial {
  return new ShaderMaterial({ vertexShader, fragmentShader, uniforms });
}

export function voxelMaterial(uniforms: WallUniforms): ShaderMaterial {
  return new ShaderMaterial({
    vertexShader,
    fragmentShader,
    uniforms,
    defines: { VOXELS: 1 },
    side: BackSide,
  });
}
