/** What is said of the picture: the answer, a node in words, all of it as a table. */
import type { SceneData } from "../contract";
import type { Running } from "../scene/computation";
import type { Timings } from "../scene/timings";
import { largestIndex, predictionSentence, truthSentence } from "../scene/words";
import type { Frame } from "./frame";
import { handleOf } from "./handle";
import type { Picture } from "./picture";
import type { Touching } from "./touching";
import { leftOutAfter, readoutOf, tableOf } from "./wording";

const rest = 300; // milliseconds without a change, before the table is written anew

export class Telling {
  private timer = 0;

  constructor(
    private readonly frame: Frame,
    private readonly picture: Picture,
    private readonly touching: Touching,
    private readonly timings: Timings,
  ) {}

  /** The answer to `data`, for who hears it and for scripts. */
  answer(data: SceneData, running: Running): void {
    const predicted = largestIndex(running.probabilities);
    const name = data.class_names[predicted];
    const sentence = predictionSentence(name, running.probabilities[predicted]);
    this.frame.describe(
      `${data.network.title} as nodes and links. ${sentence}. ${truthSentence(data, predicted)}. ` +
        "Arrow keys walk from node to node, Enter keeps one, Escape lets go; the numbers follow as a table.",
      `${sentence}.`,
    );
    Object.assign(this.frame.root.dataset, { run: data.run, step: String(data.step), prediction: name });
    Object.assign(this.frame.root, { strata: handleOf(data, running, this.picture, this.timings) });
  }

  /** The table is written once nothing has moved for a moment: it is for reading, not for watching. */
  tabulate(data: SceneData): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const { graph } = this.picture;
      if (!graph) return;
      const step = data.step.toLocaleString("en");
      const caption = `${data.network.title}, step ${step}: the most active nodes of each layer`;
      this.frame.tabulate(caption, tableOf(graph, data.class_names));
    }, rest);
  }

  /** The answer as it is read above the picture, and beside it the node that is touched. `computedBy`: in words. */
  read(data: SceneData, { probabilities }: Running, computedBy: string): void {
    const { frame, picture } = this;
    if (!picture.graph) return;
    const predicted = largestIndex(probabilities);
    const { isolated, kept } = this.touching;
    frame.read(
      predictionSentence(data.class_names[predicted], probabilities[predicted]),
      isolated
        ? readoutOf(picture.graph, isolated, data.class_names)
        : `${truthSentence(data, predicted)} · ${data.image.caption} · ${computedBy} · touch a node for what goes into it`,
    );
    frame.bring.hidden = !kept;
    const column = isolated && picture.graph.columns[isolated.column];
    frame.root.dataset.isolated = column ? `${column.layer.name} ${column.shown[isolated.row].number}` : "";
  }

  /** The node that the keyboard has come to, aloud. */
  walk(data: SceneData): void {
    const { focused } = this.touching;
    const { graph, layout } = this.picture;
    if (!focused || !graph || !layout) return;
    this.frame.say(readoutOf(graph, focused, data.class_names) + leftOutAfter(graph, focused));
    this.frame.scrollTo(layout.columns[focused.column].x, layout.pitch);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}
