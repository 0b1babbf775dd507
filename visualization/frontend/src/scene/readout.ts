/** How fast it is and whether it is true: figures on demand, measured where the reader looks. */
import { hasSimd } from "../engine/simd";
import type { Engine } from "./computation";
import { workerInWords } from "./engine_words";
import type { KerasCheck } from "./keras_check";
import { element, icons } from "./overlay";
import { Panel } from "./panel";
import { median, type Timings } from "./timings";
import { decimal } from "./words";

const every = 500; // milliseconds between two readings
const latest = 60; // measurements that a reading is the median of

export class Readout {
  readonly panel: Panel;
  private readonly rows: Readonly<Record<string, HTMLElement>>;
  private readonly check = document.createElement("button");
  private timer = 0;
  private shown = "";

  /** `compare` holds the network on the screen against Keras; null where there is no server that has it. */
  constructor(
    parent: HTMLElement,
    private readonly timings: Timings,
    compare: (() => Promise<KerasCheck>) | null,
  ) {
    this.panel = new Panel(parent, "Speed and truth", icons.gauge, (open) => this.run(open));
    const list = document.createElement("dl");
    const row = (title: string) => {
      const [term, value] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = title;
      value.textContent = "not measured yet";
      list.append(term, value);
      return value;
    };
    this.rows = {
      frames: row("Frames"),
      forward: row("Forward pass"),
      pen: row("Pen to picture"),
      engine: row("Computed by"),
      ...(compare && { keras: row("Difference from Keras") }),
    };
    const help = element("p", "quiet");
    help.textContent = "Medians of the last 60. Nothing is drawn while nothing moves.";
    this.panel.root.append(list, help);
    this.tellEngine({ place: "browser" });
    if (compare) this.offerCheck(help, compare);
  }

  private offerCheck(help: HTMLElement, compare: () => Promise<KerasCheck>): void {
    this.rows.keras.setAttribute("aria-live", "polite");
    this.check.type = "button";
    this.check.textContent = "Check against Keras";
    this.check.addEventListener("click", () => void this.measure(compare));
    help.append(
      " The check sends the picture to Keras on the server and compares every activation of every layer, for this " +
        "snapshot and without your edits.",
    );
    help.before(this.check);
  }

  /** Who computes; there is nothing to hold against Keras where Keras does. */
  tellEngine(engine: Engine): void {
    const browser = hasSimd() ? "this browser, in TypeScript and WebAssembly" : "this browser, in TypeScript";
    this.rows.engine.textContent = engine.place === "browser" ? browser : workerInWords(engine.state);
    this.check.hidden = engine.place === "worker";
  }

  /** What is on the screen, in any words that differ when it does: a check of something else holds no more. */
  forget(shown: string): void {
    if (shown === this.shown) return;
    this.shown = shown;
    if (this.rows.keras) this.rows.keras.textContent = "not measured yet";
  }

  dispose(): void {
    clearInterval(this.timer);
  }

  private run(open: boolean): void {
    clearInterval(this.timer);
    if (!open) return;
    this.read();
    this.timer = window.setInterval(() => this.read(), every);
  }

  private read(): void {
    const reading = (kind: "frames" | "forward" | "penToPicture") =>
      median(this.timings.latest(kind, latest));
    const frame = reading("frames");
    const forward = reading("forward");
    const pen = reading("penToPicture");
    if (frame !== null) this.rows.frames.textContent = `${Math.round(1000 / frame)} a second while it moves`;
    if (forward !== null) this.rows.forward.textContent = `${decimal(forward)} ms`;
    this.rows.pen.textContent = pen === null ? "draw to measure it" : `${decimal(pen)} ms`;
  }

  /** What has been asked about holds for nothing else: an answer that comes too late is dropped. */
  private async measure(compare: () => Promise<KerasCheck>): Promise<void> {
    const asked = this.shown;
    this.check.disabled = true;
    this.rows.keras.textContent = "asking Keras …";
    try {
      const { largest, layer, values } = await compare();
      const compared = `over ${values.toLocaleString("en")} activations`;
      if (asked === this.shown) {
        this.rows.keras.textContent = `at most ${decimal(largest)}, in ${layer}, ${compared}`;
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (asked === this.shown) this.rows.keras.textContent = `not measured: ${reason}`;
    } finally {
      this.check.disabled = false;
    }
  }
}
