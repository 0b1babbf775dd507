/** The line that says who computes, and what is waited for. */
import type { Engine } from "./computation";
import { engineInWords } from "./engine_words";
import type { Overlay } from "./overlay";

const patience = 300; // milliseconds that an answer may take before it is worth a word

export class EngineLine {
  private timer = 0;
  private shown = "";

  constructor(
    private readonly overlay: Overlay,
    private readonly root: HTMLElement,
  ) {}

  show(engine: Engine): void {
    clearTimeout(this.timer);
    const soon = engine.place === "worker" && engine.state.kind === "computing";
    this.timer = soon ? window.setTimeout(() => this.write(engine), patience) : 0;
    if (!soon) this.write(engine);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private write(engine: Engine): void {
    this.root.dataset.engine = engine.place;
    this.root.dataset.waiting = String(engine.place === "worker" && engine.state.kind !== "ready");
    const words = engineInWords(engine);
    if (words === this.shown) return;
    this.shown = words;
    this.overlay.tellEngine(words);
  }
}
