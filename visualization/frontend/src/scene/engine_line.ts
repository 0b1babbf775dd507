/** The line that says who computes, what is waited for, and what is not drawn. */
import type { Engine } from "./computation";
import { engineInWords } from "./engine_words";
import type { Overlay } from "./overlay";

const patience = 300; // milliseconds that an answer may take before it is worth a word

export class EngineLine {
  private timer = 0;
  private shown = "";
  private leftOut = "";
  private engine: Engine = { place: "browser" };

  constructor(
    private readonly overlay: Overlay,
    private readonly root: HTMLElement,
  ) {}

  show(engine: Engine): void {
    clearTimeout(this.timer);
    this.engine = engine;
    const soon = engine.place === "worker" && engine.state.kind === "computing";
    this.timer = soon ? window.setTimeout(() => this.write(), patience) : 0;
    if (!soon) this.write();
  }

  /** What is not drawn, in words; empty for nothing. */
  tellLeftOut(words: string): void {
    this.leftOut = words;
    this.write();
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private write(): void {
    const { engine, leftOut } = this;
    this.root.dataset.engine = engine.place;
    this.root.dataset.waiting = String(engine.place === "worker" && engine.state.kind !== "ready");
    const words = [engineInWords(engine), leftOut].filter(Boolean).join(" · ");
    if (words === this.shown) return;
    this.shown = words;
    this.overlay.tellEngine(words);
  }
}
