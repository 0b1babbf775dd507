/** What gives the walls body and shows the flow: slabs behind the planes and lines between them, two draw calls. */
import {
  BoxGeometry,
  BufferAttribute,
  BufferGeometry,
  type Group,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
} from "three";
import { cornersOf, type Layout, type Point, seenOf, type Wall } from "../layout";
import { pathOf, wiresOf } from "../wires";
import { type Colour, mixAll } from "./colours";
import { neuronOf, outlineOf } from "./picking";

const thickness = 1.6; // units

export class Scaffold {
  private readonly slabs: Mesh<BufferGeometry, MeshBasicMaterial>;
  private readonly lines: LineSegments<BufferGeometry, LineBasicMaterial>;

  constructor(parent: Group) {
    this.slabs = new Mesh(new BufferGeometry(), new MeshBasicMaterial({ vertexColors: true }));
    const material = new LineBasicMaterial({
      vertexColors: true,
      transparent: true,
      opacity: 0.5,
      depthWrite: false,
    });
    this.lines = new LineSegments(new BufferGeometry(), material);
    this.slabs.renderOrder = 1; // after the walls, which hide most of them
    parent.add(this.slabs, this.lines);
  }

  build(layout: Layout, background: Colour, text: Colour): void {
    this.slabs.geometry.dispose();
    this.slabs.geometry = slabGeometry(seenOf(layout), background, text);
    this.lines.geometry.dispose();
    this.lines.geometry = lineGeometry(layout, background, text);
  }

  dispose(): void {
    for (const part of [this.slabs, this.lines]) {
      part.removeFromParent();
      part.geometry.dispose();
      part.material.dispose();
    }
  }
}

/** Light comes from above: the top of a slab is brightest, its back darkest. Order of BoxGeometry's six sides. */
const light = [0.1, 0.1, 0.24, 0.05, 0.13, 0.1];

function slabGeometry(walls: readonly Wall[], background: Colour, text: Colour): BufferGeometry {
  const positions: number[] = [];
  const colours: number[] = [];
  const indices: number[] = [];
  for (const wall of walls) {
    const box = new BoxGeometry(thickness, wall.height, wall.width);
    const at = box.getAttribute("position");
    const first = positions.length / 3;
    for (let index = 0; index < at.count; index++) {
      // A little behind the plane, so that the two never fight for the same depth.
      positions.push(at.getX(index) + wall.x + thickness / 2 + 0.15, at.getY(index) + wall.y, at.getZ(index));
      colours.push(...mixAll(background, text, light[Math.floor(index / 4)]));
    }
    for (const index of box.index!.array) indices.push(first + index);
    box.dispose();
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(Float32Array.from(positions), 3));
  geometry.setAttribute("color", new BufferAttribute(Float32Array.from(colours), 3));
  geometry.setIndex(indices);
  return geometry;
}

interface Line {
  readonly from: Point;
  readonly to: Point;
  readonly dotted: boolean;
  /** A way of its own, that is to be seen among the walls. */
  readonly strong?: boolean;
}

const dots = 9; // pieces of a dotted line, every other one drawn

function lineGeometry(layout: Layout, background: Colour, text: Colour): BufferGeometry {
  const positions: number[] = [];
  const colours: number[] = [];
  const [near, far] = [mixAll(background, text, 0.5), mixAll(background, text, 0.22)];
  const strongColour = mixAll(background, text, 0.95);
  for (const { from, to, dotted, strong } of [...flowLines(layout), ...forwardLines(layout)]) {
    const pieces = dotted ? dots : 1;
    for (let piece = 0; piece < pieces; piece += 2) {
      positions.push(...between(from, to, piece / pieces), ...between(from, to, (piece + 1) / pieces));
      colours.push(...(strong ? [...strongColour, ...strongColour] : [...near, ...far]));
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(Float32Array.from(positions), 3));
  geometry.setAttribute("color", new BufferAttribute(Float32Array.from(colours), 3));
  return geometry;
}

/** From each corner of a wall to the same corner of the next one if that reads it, and over or around the walls between
 * two others; dotted past hidden ones.
 *
 * A map brought forward stands before its wall, and is computed from the same: the lines end there. */
function flowLines(layout: Layout): Line[] {
  const { walls, forward } = layout;
  return wiresOf(layout).flatMap((wire): Line[] => {
    const { from, to, dotted, next } = wire;
    if (next) {
      const end = forward?.layer === walls[to].layer ? forward : walls[to];
      return joined(cornersOf(walls[from]), cornersOf(end), dotted);
    }
    const path = pathOf(layout, wire);
    return path.slice(1).map((end, piece) => ({ from: path[piece], to: end, dotted, strong: true }));
  });
}

/** From the map brought forward to its tile. */
function forwardLines({ walls, forward }: Layout): Line[] {
  const own = walls.find(({ layer }) => layer === forward?.layer);
  if (!forward || !own) return [];
  const tile = neuronOf(own, 0, forward.channel, 0, 0);
  return tile ? joined(cornersOf(forward), outlineOf(own, tile, true), false) : [];
}

function joined(from: readonly Point[], to: readonly Point[], dotted: boolean): Line[] {
  return from.map(([x, y, z], corner) => ({ from: [x + thickness, y, z], to: to[corner], dotted }));
}

function between(from: Point, to: Point, share: number): Point {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}
