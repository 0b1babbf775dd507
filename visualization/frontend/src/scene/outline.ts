/** Frames around a neuron, its map or its whole layer, drawn over the canvas. */
import { cornersOf, type Point } from "../layout";
import type { Neuron } from "./picking";
import type { View3d } from "./view_3d";
import type { Level } from "./walk";

const smallest = 7; // pixels: an outline around one tiny neuron must still be seen

interface Spot {
  readonly x: number;
  readonly y: number;
}

export class Outline {
  private readonly polygons: SVGPolygonElement[];

  /** `kind` is the class of the marks, for the styles. */
  constructor(
    parent: SVGElement,
    private readonly view: View3d,
    kind: "hovered" | "focused",
  ) {
    // A map brought forward is framed there too; each frame has a halo, to be seen on any colour.
    this.polygons = Array.from({ length: 8 }, (_, index) => {
      const polygon = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
      polygon.classList.add(index % 2 ? "mark" : "halo", kind);
      parent.append(polygon);
      return polygon;
    });
  }

  /** Frame what `neuron` stands for at this level: itself within its map, its map, or its layer. */
  show(neuron: Neuron, level: Level): void {
    const frames =
      level === "layer"
        ? [this.onScreen(cornersOf(this.view.walls[neuron.wall]))]
        : this.view.outlinesOf(neuron, true).map((corners) => this.onScreen(corners));
    if (level === "neuron") {
      const cells = this.view.outlinesOf(neuron, false);
      frames.push(...cells.map((corners) => enlarge(this.onScreen(corners))));
    }
    for (const [index, polygon] of this.polygons.entries()) {
      const corners = frames[Math.floor(index / 2)] ?? [];
      write(polygon, corners.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "));
    }
  }

  hide(): void {
    for (const polygon of this.polygons) write(polygon, "");
  }

  private onScreen(corners: readonly Point[]): Spot[] {
    return corners.map((corner) => this.view.project(...corner) ?? { x: -99, y: -99 });
  }
}

/** Only what is new: writing the same points again would have the browser lay out and paint the page in every frame. */
function write(polygon: SVGPolygonElement, points: string): void {
  if (polygon.getAttribute("points") !== points) polygon.setAttribute("points", points);
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
