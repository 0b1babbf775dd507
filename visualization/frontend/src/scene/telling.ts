/** What is said of what is on the screen: the answer, who computes it, what is left out, what the colours mean. */
import type { SceneData } from "../contract";
import type { Theme } from "../theme";
import type { Computation } from "./computation";
import { leftOutInWords } from "./drawn";
import { EngineLine } from "./engine_line";
import { handleOf } from "./handle";
import { showLegend } from "./legend";
import type { Overlay } from "./overlay";
import { tell } from "./reading";
import type { Timings } from "./timings";
import type { View3d } from "./view_3d";
import type { Viewing } from "./viewing";

export class Telling {
  private readonly engineLine: EngineLine;

  constructor(
    private readonly overlay: Overlay,
    private readonly view: View3d | null,
    private readonly viewing: Viewing,
    private readonly timings: Timings,
  ) {
    this.engineLine = new EngineLine(overlay.root, (words) => overlay.tellEngine(words));
  }

  /** The answer to `data`, in words and for scripts. */
  answer(data: SceneData, { running }: Computation): void {
    tell(this.overlay, data, running!.probabilities, this.viewing.edits.count);
    Object.assign(this.overlay.root, { strata: handleOf(data, running!, this.view, this.timings) });
  }

  /** Who computes, and whether an answer is awaited. */
  engine({ engine }: Computation): void {
    this.engineLine.show(engine);
  }

  /** What the colours stand for, on a wall or on all; and which layers have no wall. */
  colours(drawn: SceneData | null, theme: Theme, wall: number | null): void {
    const { overlay, view, viewing } = this;
    this.engineLine.tellLeftOut(leftOutInWords(drawn?.network.layers ?? [], view?.leftOut ?? new Set()));
    if (view && drawn) showLegend(overlay, view, theme, viewing, wall);
  }

  dispose(): void {
    this.engineLine.dispose();
  }
}
