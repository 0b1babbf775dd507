/** The neuron under the pointer: its outline and its value in words; a click on it picks it. */
import { Outline } from "./outline";
import type { Overlay } from "./overlay";
import type { Neuron } from "./picking";
import { Press } from "./press";
import type { View3d } from "./view_3d";
import { neuronInWords } from "./words";

export interface HoverEvents {
  /** Another wall is under the pointer, or none. */
  readonly over: (wall: number | null) => void;
  /** A click, on a neuron or on nothing. */
  readonly click: (neuron: Neuron | null) => void;
}

export class Hover {
  private neuron: Neuron | null = null;
  private wire: string | null = null; // the line under the pointer, in words
  private at = { x: 0, y: 0 };
  private readonly press = new Press();
  private classNames: readonly string[] = [];
  private readonly outline: Outline | null;
  private readonly listeners = new AbortController();

  constructor(
    private readonly overlay: Overlay,
    private readonly view: View3d | null,
    private readonly activations: (layer: string) => Float32Array,
    private readonly events: HoverEvents,
  ) {
    this.outline = view && new Outline(overlay.marks, view, "hovered");
    const { canvas } = overlay;
    const { signal } = this.listeners;
    // While a button is down the reader turns the view; a finger has no hover, its tap comes as a click.
    const moved = (event: PointerEvent) => {
      if (event.buttons === 0) this.move(event);
      else this.press.moveTo(event.clientX, event.clientY);
    };
    canvas.addEventListener("pointermove", moved, { signal });
    canvas.addEventListener("pointerdown", (event) => this.begin(event), { signal });
    canvas.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && this.clear(), {
      signal,
    });
    canvas.addEventListener("click", (event) => this.click(event), { signal });
  }

  setNetwork(classNames: readonly string[]): void {
    this.classNames = classNames;
  }

  clear(): void {
    this.wire = null;
    this.set(null);
  }

  /** The pointer is on what tells of a neuron, beside the canvas; null: it has left it. */
  rest(neuron: Neuron | null): void {
    const at = neuron && this.view?.middleOf(neuron);
    if (at) this.at = at;
    this.set(neuron);
  }

  /** New activations: the same neuron has another value. */
  refresh(): void {
    if (this.neuron) this.set(this.neuron);
  }

  /** The camera has moved: the outline follows its neuron. */
  redraw(): void {
    if (this.neuron) this.outline?.show(this.neuron, "neuron");
    else this.outline?.hide();
  }

  dispose(): void {
    this.listeners.abort();
  }

  private begin(event: PointerEvent): void {
    this.press.begin(event.clientX, event.clientY);
    this.clear();
  }

  private click(event: MouseEvent): void {
    this.press.moveTo(event.clientX, event.clientY);
    if (!this.press.isClick) return;
    this.move(event);
    this.events.click(this.neuron);
  }

  private move(event: MouseEvent): void {
    const box = this.overlay.canvas.getBoundingClientRect();
    this.at = { x: event.clientX - box.left, y: event.clientY - box.top };
    const neuron = this.view?.neuronAt(this.at.x, this.at.y) ?? null;
    this.wire = neuron ? null : (this.view?.wireAt(this.at.x, this.at.y) ?? null);
    this.set(neuron);
  }

  private set(neuron: Neuron | null): void {
    if (neuron) this.wire = null;
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
        : this.wire;
    this.overlay.showTip(text, this.at.x, this.at.y);
    this.redraw();
    if (before !== (neuron?.wall ?? null)) this.events.over(neuron?.wall ?? null);
  }

  /** Only the last layer's units are classes. */
  private outputNames(neuron: Neuron): readonly string[] {
    return neuron.wall === this.view!.walls.length - 1 ? this.classNames : [];
  }
}
