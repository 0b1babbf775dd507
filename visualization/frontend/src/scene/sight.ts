/** What is where in the view: walls and neurons in space, on the canvas and under the pointer. Asks, and changes nothing. */
import { Vector3 } from "three";
import { type Point, seenOf, type Wall } from "../layout";
import { wireAt, wireInWords } from "../wires";
import { type Neuron, nearestDistance, neuronFrom, pick } from "./picking";
import { outlinesOf } from "./places";
import type { Extent, Range } from "./scale";
import type { Stage } from "./stage";
import type { Viewport } from "./view";
import type { Walls } from "./walls";

export class Sight {
  protected viewport: Viewport | null = null;

  constructor(
    readonly stage: Stage,
    protected readonly space: Walls,
  ) {}

  /** One for each layer, where it is now; hidden ones too. */
  get walls(): readonly Wall[] {
    return this.space.layout.walls;
  }

  /** The map brought forward, where it is now. */
  get forward(): Wall | null {
    return this.space.layout.forward;
  }

  /** The range of a wall's colours; of one channel where each map has its own. */
  rangeOf(wall: number, channel: number | null = null): Range {
    return this.space.rangeOf(wall, channel);
  }

  /** The smallest and the largest of the maxima that full colour stands for; null if no wall seen has such a scale. */
  spanOf(extent: Extent): readonly [number, number] | null {
    return this.space.spanOf(extent);
  }

  /** The neuron at a place in the flat activations of a layer. */
  neuron(wall: number, index: number): Neuron {
    return neuronFrom(this.walls[wall], wall, index);
  }

  /** The neuron at a place of the canvas in CSS pixels. */
  neuronAt(x: number, y: number): Neuron | null {
    if (!this.viewport) return null;
    const { camera } = this.stage;
    const through = new Vector3((x / this.viewport.width) * 2 - 1, 1 - (y / this.viewport.height) * 2, 0.5);
    const direction = through.unproject(camera).sub(camera.position);
    return pick(this.space.pickable, camera.position.toArray(), direction.toArray());
  }

  /** Which layer goes to which by the line at a place of the canvas, in words; null where there is none. */
  wireAt(x: number, y: number): string | null {
    const { layout } = this.space;
    const wire = wireAt(layout, x, y, (point) => this.project(...point));
    return wire && wireInWords(layout, wire);
  }

  /** Corners of a neuron's face, or of its whole map, wherever it is drawn: on its wall, and on the map brought forward. */
  outlinesOf(neuron: Neuron, whole: boolean): Point[][] {
    return outlinesOf(this.space.layout, neuron, whole, (wall, index) => this.space.heightOf(wall, index));
  }

  /** The middle of a neuron's face on the canvas, in CSS pixels; null behind the camera. */
  middleOf(neuron: Neuron): { x: number; y: number } | null {
    const corners = this.outlinesOf(neuron, false)
      .at(-1)!
      .map((corner) => this.project(...corner));
    const [first, , third] = corners;
    return first && third && { x: (first.x + third.x) / 2, y: (first.y + third.y) / 2 };
  }

  /** CSS pixels of a point in space; null behind the camera. */
  project(x: number, y: number, z: number): { x: number; y: number } | null {
    if (!this.viewport) return null;
    const at = new Vector3(x, y, z).project(this.stage.camera);
    if (at.z > 1) return null;
    return { x: ((at.x + 1) / 2) * this.viewport.width, y: ((1 - at.y) / 2) * this.viewport.height };
  }

  /** Whether no other wall stands between the reader and this point of a wall. */
  sees(wall: Wall, point: Point): boolean {
    const eye = this.stage.camera.position.toArray();
    const ray: Point = [point[0] - eye[0], point[1] - eye[1], point[2] - eye[2]];
    const others = seenOf(this.space.layout).filter((other) => other !== wall);
    return nearestDistance(others, eye, ray) >= 1;
  }
}
