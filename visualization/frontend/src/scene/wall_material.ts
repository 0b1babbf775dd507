/** The shader of one wall: a value texture, channels last as the engine leaves it, coloured through a palette texture. */

import type { Texture } from "three";
import {
  DataTexture,
  FloatType,
  NearestFilter,
  RedFormat,
  ShaderMaterial,
  Vector2,
  Vector3,
  Vector4,
} from "three";
import { size } from "../contract";
import type { Wall } from "../layout";

export const textureWidth = 256; // texels; a layer of n values takes ⌈n / 256⌉ rows

export function valueTexture(wall: Wall): DataTexture {
  const rows = Math.ceil(size(wall.layer.output_shape) / textureWidth);
  const texture = new DataTexture(
    new Float32Array(rows * textureWidth),
    textureWidth,
    rows,
    RedFormat,
    FloatType,
  );
  texture.minFilter = NearestFilter;
  texture.magFilter = NearestFilter;
  texture.needsUpdate = true;
  return texture;
}

const vertexShader = /* glsl */ `
  varying vec2 place; // units from the wall's top left corner, frame included
  varying float distanceToEye; // units
  uniform vec2 wallSize;
  void main() {
    place = vec2(uv.x, 1.0 - uv.y) * wallSize;
    vec4 seen = modelViewMatrix * vec4(position, 1.0);
    distanceToEye = -seen.z;
    gl_Position = projectionMatrix * seen;
  }
`;

const fragmentShader = /* glsl */ `
  precision highp float;
  precision highp sampler2D;
  varying vec2 place;
  varying float distanceToEye;
  uniform sampler2D values, valuesBefore, palette;
  uniform vec2 wallSize, cells, tiles;
  uniform vec4 measures; // cell, gap, margin (units), number of values
  uniform float tileCount, low, high, lowBefore, highBefore, swept;
  uniform vec3 frame, line, fog;
  uniform vec2 fogRange; // units from the eye

  float valueAt(sampler2D source, vec2 cell, float tile) {
    float flatIndex = (cell.y * cells.x + cell.x) * tileCount + tile;
    int index = int(flatIndex + 0.5);
    return texelFetch(source, ivec2(index % ${textureWidth}, index / ${textureWidth}), 0).r;
  }

  // Position in the palette: 0 … 1.
  float shown(vec2 cell, float tile, bool isNew) {
    if (isNew) return (valueAt(values, cell, tile) - low) / (high - low);
    return (valueAt(valuesBefore, cell, tile) - lowBefore) / (highBefore - lowBefore);
  }

  void main() {
    float cellSize = measures.x;
    vec2 pitch = cells * cellSize + measures.y;
    vec2 inner = place - measures.z;
    vec2 tile = clamp(floor(inner / pitch), vec2(0.0), tiles - 1.0);
    vec2 inTile = inner - tile * pitch;
    vec2 extent = cells * cellSize;
    vec2 perPixel = vec2(length(vec2(dFdx(place.x), dFdy(place.x))), length(vec2(dFdx(place.y), dFdy(place.y))));
    // Smooth edges of tiles: the share of this pixel that lies inside.
    vec2 inside = clamp((min(inTile, extent - inTile)) / perPixel + 0.5, 0.0, 1.0);
    float channel = tile.y * tiles.x + tile.x;
    float covered = inside.x * inside.y * step(channel, tileCount - 0.5);

    bool isNew = place.x / wallSize.x < swept;
    vec2 at = inTile / cellSize;
    vec2 cellsPerPixel = perPixel / cellSize;
    vec2 last = cells - 1.0;
    float position = shown(clamp(floor(at), vec2(0.0), last), channel, isNew);
    if (max(cellsPerPixel.x, cellsPerPixel.y) > 0.75) {
      // Neurons smaller than a pixel: the mean of four places instead of a random one.
      vec2 quarter = 0.25 * max(cellsPerPixel, 0.0);
      position = 0.0;
      for (int corner = 0; corner < 4; corner++) {
        vec2 shift = vec2(corner % 2 == 0 ? -1.0 : 1.0, corner / 2 == 0 ? -1.0 : 1.0) * quarter;
        position += 0.25 * shown(clamp(floor(at + shift), vec2(0.0), last), channel, isNew);
      }
    }
    vec3 colour = texture2D(palette, vec2(position, 0.5)).rgb;
    float flatIndex = (floor(clamp(at.y, 0.0, last.y)) * cells.x + floor(clamp(at.x, 0.0, last.x))) * tileCount + channel;
    covered *= step(flatIndex, measures.w - 0.5);

    // A hair line between neurons once they are large enough to be told apart.
    vec2 toLine = abs(fract(at - 0.5) - 0.5) / cellsPerPixel;
    float grid = (1.0 - smoothstep(0.4, 1.1, min(toLine.x, toLine.y)));
    float large = smoothstep(7.0, 16.0, 1.0 / max(cellsPerPixel.x, cellsPerPixel.y));
    colour = mix(colour, frame, grid * large * 0.55);

    vec3 result = mix(frame, colour, covered);
    vec2 toRim = min(place, wallSize - place) / perPixel;
    result = mix(line, result, smoothstep(0.6, 1.6, min(toRim.x, toRim.y)));

    // The wave's front: a narrow light that is gone when the wall is swept.
    float front = exp(-pow((place.x / wallSize.x - swept) * 9.0, 2.0)) * step(0.001, swept) * step(swept, 0.999);
    result = mix(result, line, front * 0.6);
    float far = clamp((distanceToEye - fogRange.x) / (fogRange.y - fogRange.x), 0.0, 1.0);
    gl_FragColor = vec4(mix(result, fog, far * 0.28), 1.0);
  }
`;

export function wallMaterial(
  wall: Wall,
  current: Texture,
  before: Texture,
  palette: Texture,
): ShaderMaterial {
  return new ShaderMaterial({
    vertexShader,
    fragmentShader,
    uniforms: {
      values: { value: current },
      valuesBefore: { value: before },
      palette: { value: palette },
      wallSize: { value: new Vector2(wall.width, wall.height) },
      cells: { value: new Vector2(wall.cells.columns, wall.cells.rows) },
      tiles: { value: new Vector2(wall.tiles.columns, wall.tiles.rows) },
      measures: { value: new Vector4(wall.cell, wall.gap, wall.margin, size(wall.layer.output_shape)) },
      tileCount: { value: wall.tiles.count },
      low: { value: 0 },
      high: { value: 1 },
      lowBefore: { value: 0 },
      highBefore: { value: 1 },
      swept: { value: 1 },
      frame: { value: new Vector3() },
      line: { value: new Vector3() },
      fog: { value: new Vector3() },
      fogRange: { value: new Vector2(0, 1) },
    },
  });
}
