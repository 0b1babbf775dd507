/** The keyboard's place in the network: framed, said aloud, and picked with Enter. */
import { inputsOf } from "../contract";
import { explain } from "../explain/arithmetic";
import type { Running } from "./computation";
import { layerInWords, madeOf, mapInWords } from "./narration";
import { Outline } from "./outline";
import type { Overlay } from "./overlay";
import type { Neuron } from "./picking";
import type { View3d } from "./view_3d";
import { type Step, startAt, walk } from "./walk";
import { neuronInWords } from "./words";

export interface WalkEvents {
  /** Enter on a neuron. */
  readonly pick: (neuron: Neuron) => void;
  /** Escape: leave the picked neuron; false if none is. */
  readonly leave: () => boolean;
  /** Another neuron, map or layer has the keyboard's place. */
  readonly moved: (step: Step) => void;
}

export class Walking {
  private step: Step | null = null;
  private readonly outline: Outline;
  private readonly listeners = new AbortController();

  constructor(
    private readonly overlay: Overlay,
    private readonly view: View3d,
    private readonly running: () => Running | null,
    private readonly events: WalkEvents,
  ) {
    this.outline = new Outline(overlay.marks, view, "focused");
    // The frame says where the keys go; without the focus they go elsewhere.
    const { signal } = this.listeners;
    for (const kind of ["focus", "blur"]) {
      overlay.canvas.addEventListener(kind, () => this.redraw(), { signal });
    }
  }

  /** Another network, or the focus has left. */
  stop(): void {
    this.step = null;
    this.outline.hide();
  }

  /** Go on from a neuron that was picked otherwise. */
  standOn(neuron: Neuron): void {
    this.step = { level: "neuron", neuron };
  }

  /** Take a key; false if the walk has no use for it. */
  key(key: string): boolean {
    if (!this.running()) return false;
    const { walls } = this.view;
    const seen = walls.map((wall) => wall.state !== "hidden");
    if (!this.step) {
      if (!/^(Arrow|Enter|Home|End)/.test(key)) return false;
      this.stand(startAt(walls, seen.indexOf(true)));
      return true;
    }
    const before = this.step;
    if (key === "Enter" && before.level === "neuron") {
      this.events.pick(before.neuron);
      return true;
    }
    if (key === "Escape" && this.events.leave()) return true;
    if (key === "Escape" && before.level === "layer") {
      this.stop();
      return true;
    }
    const next = walk(walls, before, key, seen);
    if (next) this.stand(next);
    return next !== null;
  }

  /** The camera has moved: the frame follows. */
  redraw(): void {
    const { step, view } = this;
    const wall = step ? view.walls[step.neuron.wall] : null;
    const shown = step && wall?.state !== "hidden" && this.overlay.canvas.matches(":focus");
    if (shown) this.outline.show(step.neuron, step.level);
    else this.outline.hide();
  }

  dispose(): void {
    this.listeners.abort();
  }

  private stand(step: Step): void {
    this.step = step;
    this.redraw();
    this.overlay.say(this.words(step));
    this.events.moved(step);
  }

  private words({ level, neuron }: Step): string {
    const { spec, classNames, weights, activations } = this.running()!;
    const layer = spec.layers[neuron.wall];
    const values = activations(layer.name);
    if (level === "layer") {
      const reads = inputsOf(spec.layers, neuron.wall);
      const told = reads.length > 1 || reads[0] !== neuron.wall - 1; // not the one that stands before it
      return layerInWords(layer, values, told ? reads.map((read) => spec.layers[read].title) : []);
    }
    if (level === "map") return mapInWords(layer, neuron.channel, values);
    const names = neuron.wall === spec.layers.length - 1 ? classNames : [];
    const place = { layer: neuron.wall, index: neuron.index };
    const explanation = explain(spec, weights, activations, place);
    return `${neuronInWords(layer, neuron, values[neuron.index], names)}. ${madeOf(explanation, spec.layers, classNames)}`;
  }
}
