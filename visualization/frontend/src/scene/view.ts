/** The home view: a direction, and the nearest place from which everything can be seen. Pure. */
import type { LayerSpec } from "../contract";
import {
  type Arrangement,
  cornersOf,
  everythingClosed,
  type Layout,
  layOut,
  type Point,
  seenOf,
  type Wall,
} from "../layout";

export interface Insets {
  readonly left: number; // CSS pixels kept free
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}
export interface Viewport {
  readonly width: number; // CSS pixels
  readonly height: number;
  readonly insets: Insets;
}
export interface View {
  readonly position: Point;
  readonly target: Point;
  /** Units in front of the camera that one CSS pixel spans, at the target. */
  readonly unitsPerPixel: number;
}
export interface HomeView {
  readonly layout: Layout;
  readonly yaw: number; // radians from the walls' normal to the side
  readonly pitch: number; // radians above the horizon
}

/** Long focal length: near and far walls stay comparable, as in a technical drawing, yet depth still shows. */
export const fieldOfView = 11; // degrees, vertical

interface Basis {
  readonly right: Point;
  readonly up: Point;
  readonly back: Point;
}

const dot = (a: Point, b: Point) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Axes of a camera that stands at (−cos yaw, sin pitch, sin yaw) from its target. */
function basisFor(yaw: number, pitch: number): Basis {
  const back: Point = [-Math.cos(yaw) * Math.cos(pitch), Math.sin(pitch), Math.sin(yaw) * Math.cos(pitch)];
  const right: Point = [Math.sin(yaw), 0, Math.cos(yaw)];
  const up: Point = [
    back[1] * right[2] - back[2] * right[1],
    back[2] * right[0] - back[0] * right[2],
    back[0] * right[1] - back[1] * right[0],
  ];
  return { right, up, back };
}

/** The closest view of all points in that direction that keeps the insets free.
 *
 * With half-angle tangents k, a point (a, b) in camera axes (across, towards the reader) is inside the right edge if
 * a − c ≤ k (d − b): linear in the camera's distance d and shift c, so the extremes of a + k b decide.
 */
export function fitView(points: readonly Point[], yaw: number, pitch: number, viewport: Viewport): View {
  const { right, up, back } = basisFor(yaw, pitch);
  const { insets } = viewport;
  const pixel = (2 * Math.tan((fieldOfView * Math.PI) / 360)) / viewport.height; // tangent a pixel
  const across = fitAxis(points, right, back, {
    low: (viewport.width / 2 - insets.left) * pixel,
    high: (viewport.width / 2 - insets.right) * pixel,
  });
  const upward = fitAxis(points, up, back, {
    low: (viewport.height / 2 - insets.bottom) * pixel,
    high: (viewport.height / 2 - insets.top) * pixel,
  });
  const distance = Math.max(across.distance, upward.distance);
  const [x, y] = [across.centre(distance), upward.centre(distance)];
  const at = (depth: number): Point => [
    right[0] * x + up[0] * y + back[0] * depth,
    right[1] * x + up[1] * y + back[1] * depth,
    right[2] * x + up[2] * y + back[2] * depth,
  ];
  return { position: at(distance), target: at(0), unitsPerPixel: pixel * distance };
}

function fitAxis(points: readonly Point[], axis: Point, back: Point, tangent: { low: number; high: number }) {
  let high = Number.NEGATIVE_INFINITY;
  let low = Number.NEGATIVE_INFINITY;
  for (const point of points) {
    const [a, b] = [dot(point, axis), dot(point, back)];
    high = Math.max(high, a + tangent.high * b);
    low = Math.max(low, -a + tangent.low * b);
  }
  return {
    distance: (high + low) / (tangent.high + tangent.low),
    centre: (distance: number) => (high - tangent.high * distance + tangent.low * distance - low) / 2,
  };
}

/** Screen place in CSS pixels; `depth` grows away from the reader. */
export function projectPoint(point: Point, view: View, yaw: number, pitch: number, viewport: Viewport) {
  const { right, up, back } = basisFor(yaw, pitch);
  const from: Point = [point[0] - view.position[0], point[1] - view.position[1], point[2] - view.position[2]];
  const depth = -dot(from, back);
  const scale = viewport.height / (2 * Math.tan((fieldOfView * Math.PI) / 360)) / depth;
  return {
    x: viewport.width / 2 + dot(from, right) * scale,
    y: viewport.height / 2 - dot(from, up) * scale,
    depth,
  };
}

const degrees = Math.PI / 180;
const yaws = [36, 41, 46, 51, 56, 61].map((angle) => angle * degrees);
const pitches = [11, 15, 19, 24, 30].map((angle) => angle * degrees);
const easiestPitch = 17 * degrees;
const spacings = [0.9, 1, 1.1, 1.2, 1.35, 1.5, 1.75, 2];
const clear = 5; // pixels between two walls on the screen

const attention = 20; // how much more the size of an opened wall's neurons counts than another's

/** One way to look at the network. */
interface Way {
  readonly slenderness: number;
  readonly openSlenderness: number;
  readonly yaw: number;
  readonly pitch: number;
  readonly shelves: number;
  readonly spacings: readonly number[];
}

const mostInALine = 18; // walls: more stand on shelves
const crowded = { slendernesses: [1, 2], yaws: [50, 62], pitch: 9 } as const; // degrees
const shelfSpacings = [1, 1.2, 1.5, 2];
const fewestOnAShelf = 5;
const mostShelves = 24;

/** Every way that is tried for so many walls. */
function* waysFor(seen: number, opened: boolean): Generator<Way> {
  if (seen > mostInALine) {
    const most = Math.min(mostShelves, Math.ceil(seen / fewestOnAShelf));
    const pitch = crowded.pitch * degrees;
    for (const slenderness of crowded.slendernesses)
      for (const yaw of crowded.yaws.map((angle) => angle * degrees))
        for (let shelves = 2; shelves <= most; shelves++)
          yield { slenderness, openSlenderness: slenderness, yaw, pitch, shelves, spacings: shelfSpacings };
    return;
  }
  for (const slenderness of [2, 4])
    for (const openSlenderness of opened ? [1, 2, 4] : [slenderness])
      for (const yaw of yaws)
        for (const pitch of pitches) yield { slenderness, openSlenderness, yaw, pitch, shelves: 1, spacings };
}

/** Grid, spacing, shelves and direction in which neurons are largest on this viewport without a wall hiding another.
 *
 * Compared by the mean logarithm of a neuron's width in pixels, so that no single layer decides; what the reader has
 * opened counts more. A wall must keep clear of the next one on the screen. Views far from the usual cost a little,
 * because a neuron seen from far above or aside is no square any more.
 */
export function homeView(
  layers: readonly LayerSpec[],
  viewport: Viewport,
  arrangement: Arrangement = everythingClosed,
): HomeView {
  let best: HomeView | undefined;
  let most = Number.NEGATIVE_INFINITY;
  const seen = layers.filter(({ name }) => !arrangement.hidden.has(name)).length;
  for (const way of waysFor(seen, arrangement.open.size > 0)) {
    const { yaw, pitch } = way;
    const layout = closest(layers, arrangement, way, viewport);
    const score = neuronSize(layout, yaw, pitch, viewport) + squareness(yaw, pitch);
    if (score > most || !best) {
      most = score;
      best = { layout, yaw, pitch };
    }
  }
  return best!;
}

/** Mean logarithm of a neuron's width in pixels. */
function neuronSize(layout: Layout, yaw: number, pitch: number, viewport: Viewport): number {
  const seen = seenOf(layout);
  const { unitsPerPixel } = fitView(seen.flatMap(cornersOf), yaw, pitch, viewport);
  let [sum, weights] = [0, 0];
  for (const { cell, state } of seen) {
    const weight = state === "open" ? attention : 1;
    sum += weight * Math.log(cell / unitsPerPixel);
    weights += weight;
  }
  return sum / weights;
}

function squareness(yaw: number, pitch: number): number {
  return Math.log(Math.cos(yaw)) + 2 * Math.log(Math.cos(pitch - easiestPitch));
}

/** The walls with the smallest spacing at which none hides another. */
function closest(
  layers: readonly LayerSpec[],
  arrangement: Arrangement,
  { yaw, pitch, spacings, ...grid }: Way,
  viewport: Viewport,
): Layout {
  let layout: Layout | undefined;
  const tilt = Math.tan(pitch) / Math.sin(yaw);
  for (const spacing of spacings) {
    layout = layOut(layers, { spacing: spacing / Math.tan(yaw), tilt, ...grid }, arrangement);
    if (apart(seenOf(layout), yaw, pitch, viewport)) break;
  }
  return layout!;
}

/** Whether each wall ends on the screen before the next one on its shelf begins. */
export function apart(walls: readonly Wall[], yaw: number, pitch: number, viewport: Viewport): boolean {
  const view = fitView(walls.flatMap(cornersOf), yaw, pitch, viewport);
  let [end, shelf] = [Number.NEGATIVE_INFINITY, 0];
  for (const wall of walls) {
    const across = cornersOf(wall).map((corner) => projectPoint(corner, view, yaw, pitch, viewport).x);
    if (wall.shelf === shelf && Math.min(...across) < end + clear) return false;
    [end, shelf] = [Math.max(...across), wall.shelf];
  }
  return true;
}
