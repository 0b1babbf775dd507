/** The neuron under the pointer: its outline, its map's outline, and its value in words. */

import type { Overlay } from "./overlay";
import { type Neuron, outlineOf } from "./picking";
import type { View3d } from "./view_3d";
import { neuronInWords } from "./words";

const smallest = 7; // pixels: an outline around one tiny neuron must still be seen

export class Hover {
  /** Called with the wall under the pointer when it becomes another one. */
  changed: (wall: number | null) => void = () => {};
  private neuron: Neuron | null = null;
  private at = { x: 0, y: 0 };
  private classNames: readonly string[] = [];
  private readonly polygons: SVGPolygonElement[];
  private readonly listeners = new AbortController();

  constructor(
    private readonly overlay: Overlay,
    private readonly view: View3d | null,
    private readonly activations: (layer: string) => Float32Array,
  ) {
    this.polygons = ["halo", "mark", "halo", "mark"].map((kind) => {
      const polygon = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
      polygon.classList.add(kind);
      overlay.marks.append(polygon);
      return polygon;
    });
    const { canvas } = overlay;
    const { signal } = this.listeners;
    // While a button is down the reader turns the view; a finger has no hover, its tap comes as a click.
    canvas.addEventListener("pointermove", (event) => event.buttons === 0 && this.move(event), { signal });
    canvas.addEventListener("pointerdown", () => this.set(null), { signal });
    canvas.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && this.set(null), {
      signal,
    });
    canvas.addEventListener("click", (event) => this.move(event), { signal });
  }

  setNetwork(classNames: readonly string[]): void {
    this.classNames = classNames;
  }

  clear(): void {
    this.set(null);
  }

  /** New activations: the same neuron has another value. */
  refresh(): void {
    if (this.neuron) this.set(this.neuron);
  }

  /** The camera has moved: outlines follow their neuron. */
  redraw(): void {
    const { neuron, view } = this;
    for (const polygon of this.polygons) polygon.toggleAttribute("hidden", !neuron);
    if (!neuron || !view) {
      for (const polygon of this.polygons) polygon.setAttribute("points", "");
      return;
    }
    const wall = view.walls[neuron.wall];
    const single = wall.tiles.count === 1 && wall.cells.rows * wall.cells.columns === 1;
    const tile = this.project(outlineOf(wall, neuron, true));
    const cell = single ? tile : enlarge(this.project(outlineOf(wall, neuron, false)));
    for (const [index, points] of [tile, tile, cell, cell].entries()) {
      this.polygons[index].setAttribute(
        "points",
        points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "),
      );
    }
  }

  dispose(): void {
    this.listeners.abort();
  }

  private move(event: MouseEvent): void {
    const box = this.overlay.canvas.getBoundingClientRect();
    this.at = { x: event.clientX - box.left, y: event.clientY - box.top };
    this.set(this.view?.neuronAt(this.at.x, this.at.y) ?? null);
  }

  private set(neuron: Neuron | null): void {
    const before = this.neuron?.wall ?? null;
    this.neuron = neuron;
    const wall = neuron && this.view ? this.view.walls[neuron.wall] : null;
    const text =
      neuron && wall
        ? neuronInWords(
            wall.layer,
            neuron,
            this.activations(wall.layer.name)[neuron.index],
            this.outputNames(neuron),
          )
        : null;
    this.overlay.showTip(text, this.at.x, this.at.y);
    this.redraw();
    if (before !== (neuron?.wall ?? null)) this.changed(neuron?.wall ?? null);
  }

  /** Only the last layer's units are classes. */
  private outputNames(neuron: Neuron): readonly string[] {
    return neuron.wall === this.view!.walls.length - 1 ? this.classNames : [];
  }

  private project(corners: ReturnType<typeof outlineOf>): { x: number; y: number }[] {
    return corners.map((corner) => this.view!.project(...corner) ?? { x: -99, y: -99 });
  }
}

/** Grow a quadrangle about its centre until it can be seen. */
function enlarge(corners: { x: number; y: number }[]): { x: number; y: number }[] {
  const x = corners.reduce((sum, corner) => sum + corner.x, 0) / corners.length;
  const y = corners.reduce((sum, corner) => sum + corner.y, 0) / corners.length;
  const width =
    Math.max(...corners.map((corner) => corner.x)) - Math.min(...corners.map((corner) => corner.x));
  const height =
    Math.max(...corners.map((corner) => corner.y)) - Math.min(...corners.map((corner) => corner.y));
  const factor = Math.max(1, smallest / Math.max(1e-3, Math.min(width, height)));
  return corners.map((corner) => ({ x: x + (corner.x - x) * factor, y: y + (corner.y - y) * factor }));
}
