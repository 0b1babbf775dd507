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
import { cornersOf, type Wall } from "../layout";
import { type Colour, mixAll } from "./colours";

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
    parent.add(this.slabs, this.lines);
  }

  build(walls: readonly Wall[], background: Colour, text: Colour): void {
    this.slabs.geometry.dispose();
    this.slabs.geometry = slabGeometry(walls, background, text);
    this.lines.geometry.dispose();
    this.lines.geometry = lineGeometry(walls, background, text);
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
      positions.push(at.getX(index) + wall.x + thickness / 2 + 0.08, at.getY(index), at.getZ(index));
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

/** From each corner of a wall to the same corner of the next. */
function lineGeometry(walls: readonly Wall[], background: Colour, text: Colour): BufferGeometry {
  const positions: number[] = [];
  const colours: number[] = [];
  for (let index = 1; index < walls.length; index++) {
    const from = cornersOf(walls[index - 1]);
    const to = cornersOf(walls[index]);
    for (let corner = 0; corner < 4; corner++) {
      const [x, y, z] = from[corner];
      positions.push(x + thickness, y, z, ...to[corner]);
      colours.push(...mixAll(background, text, 0.5), ...mixAll(background, text, 0.22));
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(Float32Array.from(positions), 3));
  geometry.setAttribute("color", new BufferAttribute(Float32Array.from(colours), 3));
  return geometry;
}
