/** Solid neurons without their vertices: each pixel walks its ray through the grid of cells (relief.ts does the same).
 *
 * A renderer in software pays for every vertex and every instance (25,000 instanced cubes: 3.6 frames a second), but
 * little for a pixel. So a wall is one box, drawn by its far sides, which cover the same pixels from within as well.
 */
import { mostSteps } from "./relief";
import { maximumMark } from "./scale";

export const voxelShader = /* glsl */ `
  // Light comes from above the reader: tops have all of it, level sides more than upright ones.
  const float upright = 0.5, level = 0.72;

  struct Hit {
    float along; // below zero: nothing is met
    float axis; // 0 the top, 1 an upright side, 2 a level side
    float height, strength, tile;
    vec2 cell;
  };

  Hit walk(vec3 from, vec3 along, vec3 span, float deepest) {
    float cellSize = measures.x;
    vec2 pitch = cells * cellSize + measures.y;
    vec2 start = from.xy + along.xy * span.x;
    vec2 tile = clamp(floor(start / pitch), vec2(0.0), tiles - 1.0);
    vec2 slot = clamp(floor((start - tile * pitch) / cellSize), vec2(0.0), cells);
    vec2 ahead = step(0.0, along.xy);
    float at = span.x;
    float axis = span.z;
    for (int count = 0; count < ${mostSteps}; count++) {
      vec2 toGap = step(cells - 0.5, slot) * ahead;
      vec2 edge = mix(tile * pitch + (slot + ahead) * cellSize, (tile + 1.0) * pitch, toGap);
      vec2 ends = (edge - from.xy) / along.xy;
      float next = min(min(ends.x, ends.y), span.y);
      float tileIndex = tile.y * tiles.x + tile.x;
      if (max(slot.x - cells.x, slot.y - cells.y) < -0.5 && tileIndex < tileCount - 0.5 &&
          placeOf(slot, tileIndex) < measures.w - 0.5) {
        bool isNew = measures.z + tile.x * pitch.x + slot.x * cellSize < swept * wallSize.x;
        float strength = strengthAt(slot, tileIndex, isNew);
        float height = deepest * (strength > 2.0 ? strength - ${maximumMark}.0 : abs(strength));
        if (height > 0.0) {
          if (from.z + along.z * at <= height) return Hit(at, axis, height, strength, tileIndex, slot);
          if (from.z + along.z * next <= height)
            return Hit((height - from.z) / along.z, 0.0, height, strength, tileIndex, slot);
        }
      }
      if (next >= span.y) break;
      at = next;
      bool across = ends.x <= ends.y;
      axis = across ? 1.0 : 2.0;
      vec2 move = across ? vec2(2.0 * ahead.x - 1.0, 0.0) : vec2(0.0, 2.0 * ahead.y - 1.0);
      slot += move;
      vec2 over = step(cells + 0.5, slot) - step(slot, vec2(-0.5));
      tile += over;
      slot -= over * (cells + 1.0);
    }
    return Hit(-1.0, 0.0, 0.0, 0.0, 0.0, vec2(0.0));
  }

  vec3 sideColour(Hit hit, vec3 colour, float height, float pixels) {
    float body = hit.axis < 1.5 ? upright : level;
    // Darker towards the wall, where less light comes.
    float low = mix(0.72, 1.0, clamp(height / max(hit.height, 1e-4), 0.0, 1.0));
    return mix(shade, colour, mix(1.0, body * low, clamp((pixels - 1.0) / 2.0, 0.0, 1.0)));
  }

  vec3 topColour(Hit hit, vec3 colour, vec2 at, float pixels) {
    vec2 inside = at - hit.cell;
    vec2 rim = min(inside, 1.0 - inside) * pixels;
    float edge = 1.0 - smoothstep(0.3, 1.2, min(rim.x, rim.y));
    float large = smoothstep(5.0, 12.0, pixels);
    vec3 face = notched(colour, hit.strength, inside, vec2(pixels));
    return mix(face, bright, edge * large * 0.45 * smoothstep(0.02, 0.5, hit.height / relief));
  }

  void main() {
    vec3 along = corner - eye;
    along += vec3(equal(along, vec3(0.0))) * 1e-6;
    float cellSize = measures.x;
    vec3 margin = vec3(measures.zz, 0.0);
    vec3 extent = vec3(wallSize - 2.0 * measures.z, relief);
    vec3 from = eye - margin;
    vec3 one = -from / along;
    vec3 other = (extent - from) / along;
    vec3 low = min(one, other);
    vec3 high = max(one, other);
    float enter = max(max(low.x, low.y), max(low.z, 0.0));
    float leave = min(high.x, min(high.y, high.z));
    float entered = enter == low.x ? 1.0 : enter == low.y ? 2.0 : 0.0;
    Hit hit = Hit(-1.0, 0.0, 0.0, 0.0, 0.0, vec2(0.0));
    if (enter < leave) hit = walk(from, along, vec3(enter, leave, entered), extent.z);

    vec3 colour;
    float across;
    float away = length(along);
    if (hit.along >= 0.0) {
      vec3 met = from + along * hit.along;
      float pixels = cellSize / unitsPerPixel;
      vec2 pitch = cells * cellSize + measures.y;
      vec2 tile = vec2(mod(hit.tile, tiles.x), floor(hit.tile / tiles.x));
      vec2 at = (met.xy - tile * pitch) / cellSize;
      vec3 own = colourOf(hit.strength);
      bool isTop = hit.axis < 0.5;
      own = isTop ? topColour(hit, own, at, pixels) : sideColour(hit, own, met.z, pixels);
      colour = dimmed(own, hit.cell, hit.tile);
      if (isTop) colour = framed(colour, hit.cell, hit.tile, at, vec2(pixels));
      across = (met.x + measures.z) / wallSize.x;
      away *= hit.along;
    } else {
      float base = along.z < 0.0 ? -eye.z / along.z : -1.0;
      vec2 place = eye.xy + along.xy * base;
      if (base < 0.0 || any(lessThan(place, vec2(0.0))) || any(greaterThan(place, wallSize))) discard;
      colour = flatColour(place);
      across = place.x / wallSize.x;
      away *= base;
    }
    gl_FragColor = vec4(fogged(waved(colour, across), size * away), 1.0);
  }
`;
