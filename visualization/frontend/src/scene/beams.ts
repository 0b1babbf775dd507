/** Thin ribbons between neurons, as wide on the screen as their share is large; all in one draw call. */
import {
  BufferAttribute,
  BufferGeometry,
  DoubleSide,
  type Group,
  Mesh,
  ShaderMaterial,
  Vector2,
  Vector3,
} from "three";
import type { Layout, Point } from "../layout";
import { type PaletteKind, parseHex, stopsFor } from "../palette";
import type { Theme } from "../theme";
import { type Beam, type PatchBeam, type Segment, segmentsOf } from "./beam_segments";
import { mixAll } from "./colours";
import type { HeightOf } from "./places";

const vertexShader = /* glsl */ `
  attribute vec3 other; // the ribbon's other end
  attribute vec4 ribbon; // strength; 1 or -1 for the two edges; 1 at the near and -1 at the far end; units from the near end
  uniform vec2 viewport; // CSS pixels
  varying float strength, edge, along, halfWidth;
  void main() {
    strength = ribbon.x;
    along = ribbon.w;
    vec4 here = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
    vec4 there = projectionMatrix * modelViewMatrix * vec4(other, 1.0);
    // An end behind the camera has no place on the screen: use where the ribbon comes into sight.
    float least = 0.5;
    if (there.w < least && here.w > least) there = mix(here, there, (here.w - least) / (here.w - there.w));
    else if (here.w < least && there.w > least) here = mix(there, here, (there.w - least) / (there.w - here.w));
    vec2 direction = (there.xy / there.w - here.xy / here.w) * viewport * ribbon.z;
    vec2 aside = normalize(vec2(-direction.y, direction.x) + 1e-9);
    halfWidth = 0.5 * (1.0 + 4.0 * abs(strength)) + 0.5; // half a pixel more, for smooth edges
    edge = ribbon.y * halfWidth;
    here.xy += aside * edge * 2.0 / viewport * here.w;
    gl_Position = here;
  }
`;

const fragmentShader = /* glsl */ `
  varying float strength, edge, along, halfWidth;
  uniform vec3 positive, negative, neutral;
  uniform float dash; // units
  void main() {
    if (strength < 0.0 && fract(along / dash) > 0.58) discard;
    float cover = clamp(halfWidth - abs(edge), 0.0, 1.0);
    vec3 colour = strength > 0.0 ? positive : strength < 0.0 ? negative : neutral;
    gl_FragColor = vec4(colour, cover * 0.9);
  }
`;

const dashLength = 8; // CSS pixels, a dash and its gap

export class Beams {
  private beams: readonly Beam[] = [];
  private patches: readonly PatchBeam[] = [];
  private readonly mesh: Mesh<BufferGeometry, ShaderMaterial>;
  private readonly uniforms = {
    viewport: { value: new Vector2(1, 1) },
    positive: { value: new Vector3() },
    negative: { value: new Vector3() },
    neutral: { value: new Vector3() },
    dash: { value: 1 },
  };

  constructor(parent: Group) {
    const { uniforms } = this;
    // Not hidden by walls: a beam begins on the face of one and ends on the next, behind the first one's back.
    const material = new ShaderMaterial({
      vertexShader,
      fragmentShader,
      uniforms,
      transparent: true,
      depthTest: false,
      depthWrite: false,
      side: DoubleSide,
    });
    this.mesh = new Mesh(new BufferGeometry(), material);
    this.mesh.renderOrder = 1;
    this.mesh.frustumCulled = false;
    this.mesh.visible = false;
    parent.add(this.mesh);
  }

  /** What is drawn after the next `place`. */
  set(beams: readonly Beam[], patches: readonly PatchBeam[]): void {
    this.beams = beams;
    this.patches = patches;
  }

  /** Draw between the neurons as they stand now. */
  place(layout: Layout, heightOf: HeightOf): void {
    const segments = segmentsOf(layout, this.beams, this.patches, heightOf);
    if (segments.length === 0 && !this.mesh.visible) return;
    this.mesh.geometry.dispose();
    this.mesh.geometry = ribbonGeometry(segments);
    this.mesh.visible = segments.length > 0;
  }

  /** Signs wear the palette's colours, patches the text's. */
  colour({ brightness, text }: Theme, palette: PaletteKind): void {
    const stops = stopsFor(brightness, palette, true);
    const [negative, positive] = [parseHex(stops[2]), parseHex(stops[stops.length - 3])];
    this.uniforms.positive.value.fromArray(mixAll(positive, positive, 0));
    this.uniforms.negative.value.fromArray(mixAll(negative, negative, 0));
    this.uniforms.neutral.value.fromArray(mixAll(text, text, 0));
  }

  /** Before each frame: CSS pixels of the canvas, and units that one of them spans where the reader looks. */
  look(width: number, height: number, unitsPerPixel: number): void {
    this.uniforms.viewport.value.set(width, height);
    this.uniforms.dash.value = dashLength * unitsPerPixel;
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}

/** Two triangles for each ribbon; the shader gives them their width. */
function ribbonGeometry(segments: readonly Segment[]): BufferGeometry {
  const positions: number[] = [];
  const others: number[] = [];
  const ribbons: number[] = [];
  const indices: number[] = [];
  for (const { from, to, strength } of segments) {
    const first = positions.length / 3;
    const length = distance(from, to);
    for (const edge of [1, -1]) {
      positions.push(...from, ...to);
      others.push(...to, ...from);
      ribbons.push(strength, edge, 1, 0, strength, edge, -1, length);
    }
    indices.push(first, first + 1, first + 2, first + 2, first + 1, first + 3);
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(Float32Array.from(positions), 3));
  geometry.setAttribute("other", new BufferAttribute(Float32Array.from(others), 3));
  geometry.setAttribute("ribbon", new BufferAttribute(Float32Array.from(ribbons), 4));
  geometry.setIndex(indices);
  return geometry;
}

function distance(from: Point, to: Point): number {
  return Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
}
