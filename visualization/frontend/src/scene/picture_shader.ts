/** A closed wall from afar: its colours are a picture already, a texel a neuron, and a pixel costs one look into it.
 *
 * It shows what wall_shader.ts shows where no neuron is large enough for its notch or hair line, nothing is lit and no
 * wave passes. A renderer in software pays for each of those cases in every pixel even where none of them holds.
 */
export const pictureVertexShader = /* glsl */ `
  varying vec2 tilePlace; // in tiles from the first one's corner
  varying vec2 fromMiddle; // units
  varying float haze; // share of the fog
  uniform vec2 wallSize, cells, fogRange;
  uniform vec4 measures;
  uniform vec3 eye;
  uniform float size;
  void main() {
    vec2 place = vec2(position.x + 0.5 * wallSize.x, 0.5 * wallSize.y - position.y);
    tilePlace = (place - measures.z) / (cells * measures.x + measures.y);
    fromMiddle = position.xy;
    float reach = size * distance(vec3(place, position.z), eye);
    haze = 0.28 * clamp((reach - fogRange.x) / (fogRange.y - fogRange.x), 0.0, 1.0);
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }
`;

export const pictureFragmentShader = /* glsl */ `
  precision highp float;
  varying vec2 tilePlace, fromMiddle;
  varying float haze;
  uniform sampler2D picture;
  uniform vec2 wallSize, cells, tiles, perPixel;
  uniform vec4 measures; // cell, gap, margin (units), number of values
  uniform vec3 frame, line, fog;
  // Neurons smaller than this many pixels are mixed with their neighbours (the texture's minFilter), instead of a random one.
  const float mixedBelow = 1.33;
  void main() {
    vec2 tile = clamp(floor(tilePlace), vec2(0.0), tiles - 1.0);
    vec2 extent = cells * measures.x;
    vec2 inTile = (tilePlace - tile) * (extent + measures.y);
    // Smooth edges of tiles: the share of this pixel that lies inside.
    vec2 inside = clamp(min(inTile, extent - inTile) / perPixel + 0.5, 0.0, 1.0);
    // Half a texel from the tile's edge, so that it takes nothing from the next tile.
    vec2 cell = clamp(inTile / measures.x, vec2(0.5), cells - 0.5);
    vec4 colour = texture2D(picture, (tile * cells + cell) / (tiles * cells), log2(mixedBelow));
    vec3 result = mix(frame, colour.rgb, inside.x * inside.y * colour.a);
    vec2 toRim = (0.5 * wallSize - abs(fromMiddle)) / perPixel;
    result = mix(line, result, smoothstep(0.6, 1.6, min(toRim.x, toRim.y)));
    gl_FragColor = vec4(mix(result, fog, haze), 1.0);
  }
`;
