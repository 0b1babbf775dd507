/** Frames around a neuron, its map or its whole layer, drawn over the canvas. */
import { cornersOf, type Point, type Wall } from "../layout";
import type { Project } from "./labels";
import { type Neuron, outlineOf } from "./picking";
import type { Level } from "./walk";

const smallest = 7; // pixels: an outline around one tiny neuron must still be seen

interface Spot {
  readonly x: number;
  readonly y: number;
}

export class Outline {
  private readonly polygons: SVGPolygonElement[];

  /** `kind` is the class of the marks, for the styles. */
  constructor(parent: SVGElement, kind: "hovered" | "focused") {
    this.polygons = ["halo", "mark", "halo", "mark"].map((part) => {
      const polygon = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
      polygon.classList.add(part, kind);
      parent.append(polygon);
      return polygon;
    });
  }

  /** Frame what `neuron` stands for at this level: itself within its map, its map, or its layer. */
  show(wall: Wall, neuron: Neuron, level: Level, project: Project): void {
    const onScreen = (corners: readonly Point[]) =>
      corners.map((corner) => project(...corner) ?? { x: -99, y: -99 });
    const single = wall.tiles.count === 1 && wall.cells.rows * wall.cells.columns === 1;
    const outer = onScreen(level === "layer" ? cornersOf(wall) : outlineOf(wall, neuron, true));
    const inner =
      level === "neuron" && !single ? enlarge(onScreen(outlineOf(wall, neuron, false))) : outer;
    for (const [index, corners] of [outer, outer, inner, inner].entries()) {
      const points = corners.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`);
      this.polygons[index].setAttribute("points", points.join(" "));
    }
  }

  hide(): void {
    for (const polygon of this.polygons) polygon.setAttribute("points", "");
  }
}

/** Grow a quadrangle about its centre until it can be seen. */
function enlarge(corners: Spot[]): Spot[] {
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  const side = Math.min(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  const factor = Math.max(1, smallest / Math.max(1e-3, side));
  return corners.map((corner) => ({ x: x + (corner.x - x) * factor, y: y + (corner.y - y) * factor }));
}
