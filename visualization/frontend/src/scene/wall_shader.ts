/** The shader of one wall: strengths as the engine leaves them, channels last, coloured through a palette texture.
 *
 * The same text draws flat tiles on a plane, or with `VOXELS` defined solid neurons inside a box (voxel_shader.ts).
 */
import { paletteWidth } from "./palettes";
import { voxelShader } from "./voxel_shader";

export const textureWidth = 256; // texels; a layer of n values takes ⌈n / 256⌉ rows

export const vertexShader = /* glsl */ `
  varying vec3 corner; // units: right of the wall's left edge, below its top edge, out of it
  varying float reach; // units from the eye
  uniform vec2 wallSize;
  uniform vec3 eye; // in the measures of corner
  uniform float size;
  void main() {
    corner = vec3(position.x + 0.5 * wallSize.x, 0.5 * wallSize.y - position.y, position.z);
    reach = size * distance(corner, eye);
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }
`;

const declarations = /* glsl */ `
  precision highp float;
  precision highp sampler2D;
  varying vec3 corner;
  varying float reach;
  uniform sampler2D values, valuesBefore, palette, lit;
  uniform vec2 wallSize, cells, tiles;
  uniform vec2 perPixel; // units that a pixel spans on the wall without relief
  uniform vec4 measures; // cell, gap, margin (units), number of values
  uniform vec3 eye; // in the measures of corner
  uniform float channel, channels, tileCount, swept, relief, unitsPerPixel, size;
  uniform bool diverging; // the middle of the palette is zero
  uniform int lighting; // 0 all as it is, 1 all dimmed, 2 by the mask lit
  uniform float touched; // place of the touched neuron in the values; below zero for none
  uniform vec3 frame, line, fog, bright, maximum, shade;
  uniform vec2 fogRange; // units from the eye

  float placeOf(vec2 cell, float tile) {
    return (cell.y * cells.x + cell.x) * channels + channel + tile;
  }
  float fetch(sampler2D source, float place) {
    int index = int(place + 0.5);
    return texelFetch(source, ivec2(index & ${textureWidth - 1}, index / ${textureWidth}), 0).r;
  }
  // Strength -1 … 1; more than 2 with the maximum's mark.
  float strengthAt(vec2 cell, float tile, bool isNew) {
    float place = placeOf(cell, tile);
    if (swept >= 1.0 || isNew) return fetch(values, place);
    return fetch(valuesBefore, place);
  }
  vec3 colourOf(float strength) {
    if (strength > 2.0) return maximum;
    float position = clamp(diverging ? 0.5 + 0.5 * strength : strength, 0.0, 1.0);
    // Not filtered: its steps are finer than the screen's, and a software renderer pays dearly for filtering.
    return texelFetch(palette, ivec2(int(position * float(${paletteWidth - 1}) + 0.5), 0), 0).rgb;
  }
`;

/** What a neuron's face shows beside its colour. `at` is the place in cells, `pixels` how many a cell spans. */
const faces = /* glsl */ `
  bool isLit(vec2 cell, float tile) {
    if (lighting == 0) return true;
    if (lighting == 1 || any(lessThan(cell, vec2(0.0))) || any(greaterThanEqual(cell, cells))) return false;
    return fetch(lit, placeOf(cell, tile)) > 0.5;
  }
  vec3 dimmed(vec3 colour, vec2 cell, float tile) {
    return isLit(cell, tile) ? colour : mix(colour, fog, 0.76);
  }
  // The frame around what is lit, on both sides of its border, and a stronger one around the touched neuron.
  vec3 framed(vec3 colour, vec2 cell, float tile, vec2 at, vec2 pixels) {
    if (lighting != 2) return colour;
    bool own = isLit(cell, tile);
    vec2 inside = at - cell;
    float near = 1e3; // pixels to the next border
    if (isLit(cell - vec2(1.0, 0.0), tile) != own) near = min(near, inside.x * pixels.x);
    if (isLit(cell + vec2(1.0, 0.0), tile) != own) near = min(near, (1.0 - inside.x) * pixels.x);
    if (isLit(cell - vec2(0.0, 1.0), tile) != own) near = min(near, inside.y * pixels.y);
    if (isLit(cell + vec2(0.0, 1.0), tile) != own) near = min(near, (1.0 - inside.y) * pixels.y);
    bool isTouched = abs(placeOf(cell, tile) - touched) < 0.5;
    if (isTouched) {
      vec2 rim = min(inside, 1.0 - inside) * pixels;
      near = min(near, min(rim.x, rim.y));
    }
    float width = isTouched ? 2.4 : 1.1;
    return mix(bright, colour, smoothstep(width - 0.5, width + 0.5, near));
  }
  // Negative neurons carry a dark notch in the middle, so that the sign can be read without colour.
  vec3 notched(vec3 colour, float strength, vec2 inside, vec2 pixels) {
    float large = smoothstep(6.0, 10.0, min(pixels.x, pixels.y));
    vec2 away = abs(inside - 0.5);
    float hole = 1.0 - smoothstep(0.15, 0.19, max(away.x, away.y));
    return strength < -0.02 ? mix(colour, shade, 0.75 * hole * large) : colour;
  }
  vec3 fogged(vec3 colour, float distanceToEye) {
    float far = clamp((distanceToEye - fogRange.x) / (fogRange.y - fogRange.x), 0.0, 1.0);
    return mix(colour, fog, far * 0.28);
  }
`;

const flat = /* glsl */ `
  // The wall without relief at \`place\`, units from its top left corner.
  vec3 flatColour(vec2 place) {
    float cellSize = measures.x;
    vec2 pitch = cells * cellSize + measures.y;
    vec2 inner = place - measures.z;
    vec2 tile = clamp(floor(inner / pitch), vec2(0.0), tiles - 1.0);
    vec2 inTile = inner - tile * pitch;
    vec2 extent = cells * cellSize;
    // Smooth edges of tiles: the share of this pixel that lies inside.
    vec2 inside = clamp((min(inTile, extent - inTile)) / perPixel + 0.5, 0.0, 1.0);
    float tileIndex = tile.y * tiles.x + tile.x;
    float covered = inside.x * inside.y * step(tileIndex, tileCount - 0.5);

    bool isNew = place.x / wallSize.x < swept;
    vec2 at = inTile / cellSize;
    vec2 pixels = cellSize / perPixel; // pixels a neuron spans
    vec2 last = cells - 1.0;
    vec2 cell = clamp(floor(at), vec2(0.0), last);
    float strength;
    if (min(pixels.x, pixels.y) < 1.33) {
      // Neurons smaller than a pixel: the mean of four places instead of a random one.
      vec2 quarter = 0.25 / pixels;
      vec2 low = clamp(floor(at - quarter), vec2(0.0), last);
      vec2 high = clamp(floor(at + quarter), vec2(0.0), last);
      strength = 0.25 * (
        min(1.0, strengthAt(low, tileIndex, isNew)) + min(1.0, strengthAt(high, tileIndex, isNew)) +
        min(1.0, strengthAt(vec2(low.x, high.y), tileIndex, isNew)) +
        min(1.0, strengthAt(vec2(high.x, low.y), tileIndex, isNew)));
    } else {
      strength = strengthAt(cell, tileIndex, isNew);
    }
    vec3 colour = colourOf(strength);
    covered *= step(placeOf(cell, tileIndex), measures.w - 0.5);
    if (diverging) colour = notched(colour, strength, at - cell, pixels);

    // A hair line between neurons once they are large enough to be told apart.
    float smallest = min(pixels.x, pixels.y);
    if (smallest > 7.0) {
      vec2 toLine = abs(fract(at - 0.5) - 0.5) * pixels;
      float grid = 1.0 - smoothstep(0.4, 1.1, min(toLine.x, toLine.y));
      colour = mix(colour, frame, grid * smoothstep(7.0, 16.0, smallest) * 0.55);
    }
    if (lighting != 0) colour = framed(dimmed(colour, cell, tileIndex), cell, tileIndex, at, pixels);

    vec3 result = mix(frame, colour, covered);
    vec2 toRim = min(place, wallSize - place) / perPixel;
    return mix(lighting == 0 ? line : mix(line, fog, 0.5), result, smoothstep(0.6, 1.6, min(toRim.x, toRim.y)));
  }

  // The wave's front: a narrow light that is gone when the wall is swept.
  vec3 waved(vec3 colour, float across) {
    if (swept < 0.001 || swept > 0.999) return colour;
    float away = (across - swept) * 9.0;
    return mix(colour, line, 0.6 * exp(-away * away));
  }
`;

const flatMain = /* glsl */ `
  void main() {
    vec3 colour = waved(flatColour(corner.xy), corner.x / wallSize.x);
    gl_FragColor = vec4(fogged(colour, reach), 1.0);
  }
`;

export const fragmentShader = [
  declarations,
  faces,
  flat,
  "#ifdef VOXELS",
  voxelShader,
  "#else",
  flatMain,
  "#endif",
].join("\n");
