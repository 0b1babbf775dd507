/** The line that says who computes, what is waited for, and what is not drawn. */
import type { Engine } from "./computation";
import { engineInWords } from "./engine_words";

const patience = 300; // milliseconds that an answer may take before it is worth a word

export class EngineLine {
  private timer = 0;
  private shown = "";
  private leftOut = "";
  private engine: Engine = { place: "browser" };

  /** `tell` is told the line; the root's attributes say the same to its styles, which mark a wait by what moves. */
  constructor(
    private readonly root: HTMLElement,
    private readonly tell: (words: string) => void,
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
    this.root.dataset.waiting = String(waits(engine));
    const words = [engineInWords(engine), leftOut].filter(Boolean).join(" · ");
    if (words === this.shown) return;
    this.shown = words;
    this.tell(words);
  }
}

/** Whether an answer is to come: none is where the server refuses the network. */
function waits(engine: Engine): boolean {
  return engine.place === "worker" && ["connecting", "computing", "lost"].includes(engine.state.kind);
}
