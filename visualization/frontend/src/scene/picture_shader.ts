/** A closed wall from afar: its colours are a picture already, a texel a neuron, and a pixel costs one look into it.
 *
 * It shows what wall_shader.ts shows where no neuron is large enough for its notch or hair line, nothing is lit and no
 * wave passes. A renderer in software pays for each of those cases in every pixel even where none of them holds; it pays
 * for all arithmetic, so whatever is the same for the whole wall comes as a uniform.
 */
export const pictureVertexShader = /* glsl */ `
  varying vec2 tilePlace; // in tiles from the first one's corner
  varying vec2 fromMiddle; // pixels
  varying float haze; // share of the fog
  uniform vec2 wallSize, cells, perPixel, fogRange;
  uniform vec4 measures; // cell, gap, margin (units), number of values
  uniform vec3 eye;
  uniform float size;
  void main() {
    vec2 place = vec2(position.x + 0.5 * wallSize.x, 0.5 * wallSize.y - position.y);
    tilePlace = (place - measures.z) / (cells * measures.x + measures.y);
    fromMiddle = position.xy / perPixel;
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
  uniform vec2 cells, lastTile, lastTexel, texel;
  uniform vec2 pitchInPixels, tileInPixels, pitchInTexels, halfWall;
  uniform float mixing; // above 0 the four nearest neurons are mixed, as where one is smaller than a pixel
  uniform vec3 frame, line, fog;
  void main() {
    vec2 tile = floor(clamp(tilePlace, vec2(0.0), lastTile));
    vec2 inTile = tilePlace - tile;
    // Smooth edges of tiles: the share of this pixel that lies inside.
    vec2 at = inTile * pitchInPixels;
    vec2 inside = clamp(min(at, tileInPixels - at) + 0.5, 0.0, 1.0);
    // Half a texel from the tile's edge, so that it takes nothing from the next tile.
    vec2 spot = clamp(inTile * pitchInTexels, vec2(0.5), lastTexel);
    vec4 colour = textureLod(picture, (tile * cells + spot) * texel, mixing);
    vec3 result = mix(frame, colour.rgb, inside.x * inside.y * colour.a);
    vec2 toRim = halfWall - abs(fromMiddle);
    result = mix(line, result, clamp(min(toRim.x, toRim.y) - 0.6, 0.0, 1.0));
    gl_FragColor = vec4(mix(result, fog, haze), 1.0);
  }
`;
