/** The picture of nodes and links on the page: takes new data, has it computed and drawn, and tells what came of it. */
import { ContractError } from "../checks";
import type { SceneData } from "../contract";
import { Pad } from "../drawing/pad";
import type { Sketch } from "../drawing/sketch";
import { Edits } from "../engine/edits";
import { fillWindow } from "../fill";
import type { Tensors } from "../safetensors";
import { Computation } from "../scene/computation";
import { EngineLine } from "../scene/engine_line";
import { engineInWords } from "../scene/engine_words";
import type { PickMessage } from "../scene/picks";
import { Timings } from "../scene/timings";
import { weights } from "../scene/weights";
import { largestIndex, predictionSentence, truthSentence } from "../scene/words";
import { readTheme, watchTheme } from "../theme";
import { moments } from "../timeline/moments";
import { type LinksData, parseLinksData } from "./contract";
import { Frame, icons } from "./frame";
import { handleOf } from "./handle";
import { Picture } from "./picture";
import { saveNumbers, savePicture } from "./saving";
import { Touching } from "./touching";
import { readoutOf, tableOf } from "./wording";

const rest = 300; // milliseconds without a change, before the table is written anew

export class Links {
  readonly pad: Pad;
  /** Called with the neuron that is to be seen in the scene. */
  brought: (message: PickMessage) => void = () => {};
  private readonly frame: Frame;
  private readonly picture: Picture;
  private readonly touching: Touching;
  private readonly timings = new Timings();
  private readonly computation = new Computation(new Edits(), this.timings, {
    computed: (data, since) => this.answered(data, since),
    changed: () => this.tellEngine(),
  });
  private readonly themeWatch: { probe: HTMLElement; stop: () => void };
  private readonly sizeWatch: ResizeObserver;
  private readonly stops: (() => void)[];
  private readonly engineLine: EngineLine;
  private computedBy = ""; // in words
  private settings: LinksData["settings"] | null = null;
  private data: SceneData | null = null; // the latest that came
  private drawn: SceneData | null = null; // what is on the screen
  private loaded = ""; // whose weights are computed with
  private request = 0;
  private timer = 0;
  private serial = 0;

  /** `sketch` outlives the picture, which goes whenever another view is chosen. */
  constructor(
    parent: ParentNode & Node,
    private readonly sketch: Sketch,
  ) {
    this.frame = new Frame(parent, [
      { name: "These numbers as CSV", icon: icons.download, act: () => saveNumbers(this.picture.graph) },
      { name: "This picture as PNG", icon: icons.camera, act: () => void this.savePicture() },
    ]);
    const { root, side, field, canvas, bring } = this.frame;
    this.engineLine = new EngineLine(root, (words) => this.tellComputedBy(words));
    this.themeWatch = watchTheme(root, () => this.retheme());
    const theme = readTheme(this.themeWatch.probe);
    this.picture = new Picture(canvas, theme);
    this.touching = new Touching(canvas, {
      changed: () => this.askForFrame(),
      walked: () => this.walk(),
    });
    this.pad = new Pad(side, sketch, {
      read: () => {}, // it is read when it is drawn
      follow: (since) => this.follow(since),
      resized: () => this.fit(),
    });
    this.pad.setTheme(theme);
    bring.addEventListener("click", () => this.bring());
    this.sizeWatch = new ResizeObserver(() => this.fit());
    for (const watched of [root, field]) this.sizeWatch.observe(watched);
    const stopTravelling = moments.watch(() => this.data && void this.take(moments.over(this.data)));
    this.stops = [fillWindow(root), stopTravelling];
  }

  /** Take what the page sent. Wrong data and failed downloads are told in words; the last good picture stays. */
  async update(value: unknown): Promise<void> {
    let data: LinksData;
    try {
      data = parseLinksData(value);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      this.frame.notice(`This network cannot be shown. ${error.message}`);
      return;
    }
    this.settings = data.settings;
    await this.take(moments.over(this.pad.receive(data.scene)));
  }

  dispose(): void {
    cancelAnimationFrame(this.request);
    clearTimeout(this.timer);
    weights.cancel();
    this.data = null;
    this.sizeWatch.disconnect();
    this.themeWatch.stop();
    for (const stop of this.stops) stop();
    this.computation.dispose();
    this.engineLine.dispose();
    this.touching.dispose();
    this.pad.dispose();
    this.frame.dispose();
  }

  private async take(data: SceneData): Promise<void> {
    this.data = data;
    this.frame.root.dataset.ready = "false";
    const ready = weights.ready(data.weights_url);
    if (ready) {
      weights.cancel();
      this.show(data, ready);
    } else if (weights.loading !== data.weights_url) await this.load(data);
  }

  private async load(data: SceneData): Promise<void> {
    if (!this.drawn) this.frame.notice("Loading the network’s weights …");
    try {
      const tensors = await weights.load(data.weights_url);
      if (!this.data) return; // gone meanwhile
      // The picture may have changed meanwhile: what is shown is always the latest data.
      if (tensors) this.show(this.data, tensors);
      // The scene, which goes as this comes, may have called the download off.
      else if (this.data.weights_url === data.weights_url && !weights.loading) await this.load(this.data);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.frame.notice(`The weights of step ${data.step.toLocaleString("en")} did not load: ${reason}.`);
    }
  }

  /** The pen has moved: the same network reads what is on the pad, within this frame. */
  private follow(since: number | null): void {
    const { data, drawn } = this;
    if (!data) return;
    this.data = this.pad.over(data);
    if (!drawn) return; // its weights are still on their way
    if (this.show(data === drawn ? this.data : this.pad.over(drawn), null, since)) this.drawNow(since);
  }

  /** A worker's answer is here; what has come meanwhile is asked for next. */
  private answered(data: SceneData, since: number | null): void {
    this.present(data);
    this.drawNow(since);
    if (this.data && this.data !== data) this.show(this.data, null);
  }

  private drawNow(since: number | null): void {
    this.redraw();
    if (since !== null) this.timings.add("penToPicture", performance.now() - since);
  }

  private tellEngine(): void {
    const { engine } = this.computation;
    this.engineLine.show(engine);
    const calm = engine.place === "browser" || ["ready", "computing"].includes(engine.state.kind);
    if (!calm) this.frame.notice(engineInWords(engine));
  }

  private tellComputedBy(words: string): void {
    this.computedBy = words.charAt(0).toLowerCase() + words.slice(1);
    this.read();
  }

  /** Have `data` computed and shown: whether it is, or a worker's answer is waited for. `tensors` null: those that are
   * computed with. */
  private show(data: SceneData, tensors: Tensors | null, since: number | null = null): boolean {
    const of = JSON.stringify([data.weights_url, data.network]);
    try {
      if (tensors && of !== this.loaded) {
        this.computation.load(data, tensors);
        this.loaded = of;
      }
      const here = this.computation.run(data, since);
      this.tellEngine();
      if (here) this.present(data);
      return here;
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      this.frame.notice(`This network cannot be run. ${error.message}`);
      return false;
    }
  }

  private present(data: SceneData): void {
    this.drawn = data;
    this.choose();
    this.frame.notice(null);
    this.tell(data);
    this.askForFrame();
  }

  /** What of the last run is shown. While a drawing is ahead of Python, the pen is in use: nodes are to stay. */
  private choose(): void {
    const { running } = this.computation;
    const { drawn, settings, picture } = this;
    if (!running || !drawn || !settings) return;
    const { weights, activations } = running;
    const reading = { layers: drawn.network.layers, weights, activations };
    const calm = this.sketch.held && drawn.pad.taken !== this.sketch.serial;
    picture.read(reading, drawn.class_names, settings, calm);
    this.touching.follow(picture.graph!, picture.layout!);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.settle(), rest);
  }

  private tell(data: SceneData): void {
    const { probabilities } = this.computation.running!;
    const predicted = largestIndex(probabilities);
    const name = data.class_names[predicted];
    const sentence = predictionSentence(name, probabilities[predicted]);
    this.frame.describe(
      `${data.network.title} as nodes and links. ${sentence}. ${truthSentence(data, predicted)}. ` +
        "Arrow keys walk from node to node, Enter keeps one, Escape lets go; the numbers follow as a table.",
      `${sentence}.`,
    );
    Object.assign(this.frame.root.dataset, { run: data.run, step: String(data.step), prediction: name });
    const strata = handleOf(data, this.computation.running!, this.picture, this.timings);
    Object.assign(this.frame.root, { strata });
  }

  /** Nothing has moved for a moment: the table is for reading, not for watching. */
  private settle(): void {
    const { drawn, picture } = this;
    if (!drawn || !picture.graph) return;
    const { title } = drawn.network;
    const caption = `${title}, step ${drawn.step.toLocaleString("en")}: the most active nodes of each layer`;
    this.frame.tabulate(caption, tableOf(picture.graph, drawn.class_names));
  }

  private read(): void {
    const { drawn, picture, frame } = this;
    if (!drawn || !picture.graph) return;
    const { probabilities } = this.computation.running!;
    const predicted = largestIndex(probabilities);
    const { isolated, kept } = this.touching;
    frame.read(
      predictionSentence(drawn.class_names[predicted], probabilities[predicted]),
      isolated
        ? readoutOf(picture.graph, isolated, drawn.class_names)
        : `${truthSentence(drawn, predicted)} · ${drawn.image.caption} · ${this.computedBy} · touch a node for what goes into it`,
    );
    frame.bring.hidden = !kept;
    const column = isolated && picture.graph.columns[isolated.column];
    frame.root.dataset.isolated = column ? `${column.layer.name} ${column.shown[isolated.row].number}` : "";
  }

  private walk(): void {
    const { focused } = this.touching;
    const { graph, layout } = this.picture;
    if (!focused || !graph || !layout || !this.drawn) return;
    this.frame.say(readoutOf(graph, focused, this.drawn.class_names));
    this.frame.scrollTo(layout.columns[focused.column].x, layout.pitch);
  }

  private bring(): void {
    const { kept } = this.touching;
    const { graph } = this.picture;
    if (!kept || !graph) return;
    const { layer, shown } = graph.columns[kept.column];
    this.serial++;
    this.brought({ schema: 1, serial: this.serial, layer: layer.name, index: shown[kept.row].index });
  }

  private askForFrame(): void {
    this.request ||= requestAnimationFrame(() => this.redraw());
  }

  private redraw(): void {
    cancelAnimationFrame(this.request);
    this.request = 0;
    if (!this.picture.graph) return;
    const start = performance.now();
    this.picture.draw(this.touching);
    this.read();
    this.timings.add("frames", performance.now() - start);
    this.frame.root.dataset.ready = String(this.drawn === this.data);
  }

  private fit(): void {
    const { root, side, field } = this.frame;
    if (root.clientWidth === 0) return;
    this.pad.layOut(root.clientWidth, root.clientHeight);
    root.classList.toggle("under", side.classList.contains("docked"));
    side.classList.toggle("empty", Boolean(this.pad.root.hidden));
    this.picture.setSize(field.clientWidth, field.clientHeight);
    this.choose();
    this.redraw(); // at once: a canvas of the old size would be seen for a frame
  }

  private retheme(): void {
    const theme = readTheme(this.themeWatch.probe);
    this.picture.setTheme(theme);
    this.pad.setTheme(theme);
    this.askForFrame();
  }

  private async savePicture(): Promise<void> {
    if (!(await savePicture(this.picture, this.touching.kept)))
      this.frame.notice(
        "The picture was not saved: the browser is out of memory. Close other tabs and try again.",
      );
  }
}
