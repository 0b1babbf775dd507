/** The picture of nodes and links on the page: takes new data, has it computed and drawn, and tells what came of it. */
import type { SceneData } from "../contract";
import { Pad } from "../drawing/pad";
import type { Sketch } from "../drawing/sketch";
import { Edits } from "../engine/edits";
import { fillWindow } from "../fill";
import type { Tensors } from "../safetensors";
import { Computation } from "../scene/computation";
import { Delivery } from "../scene/delivery";
import { EngineLine } from "../scene/engine_line";
import { engineInWords } from "../scene/engine_words";
import type { PickMessage } from "../scene/picks";
import { Timings } from "../scene/timings";
import { readTheme, watchTheme } from "../theme";
import { moments } from "../timeline/moments";
import { type LinksData, parseLinksData } from "./contract";
import { Frame, icons } from "./frame";
import { Picture } from "./picture";
import { saveNumbers, savePicture } from "./saving";
import { Telling } from "./telling";
import { Touching } from "./touching";

export class Links {
  readonly pad: Pad;
  /** Called with the neuron that is to be seen in the scene. */
  brought: (message: PickMessage) => void = () => {};
  private readonly frame: Frame;
  private readonly picture: Picture;
  private readonly touching: Touching;
  private readonly telling: Telling;
  private readonly timings = new Timings();
  private readonly delivery = new Delivery(() => this.drawn, {
    complete: (data, tensors) => this.show(data, tensors),
    told: (words) => this.frame.notice(words),
  });
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
  private drawn: SceneData | null = null; // what is on the screen
  private loaded = ""; // whose weights are computed with
  private request = 0;
  private serial = 0;

  /** `sketch` outlives the picture, which goes whenever another view is chosen. */
  constructor(
    parent: ParentNode & Node,
    private readonly sketch: Sketch,
  ) {
    this.frame = new Frame(
      parent,
      [
        { name: "These numbers as CSV", icon: icons.download, act: () => saveNumbers(this.picture.graph) },
        { name: "This picture as PNG", icon: icons.camera, act: () => void this.savePicture() },
      ],
      () => this.askForFrame(),
    );
    const { root, side, field, canvas, bring } = this.frame;
    this.engineLine = new EngineLine(root, (words) => this.tellComputedBy(words));
    this.themeWatch = watchTheme(root, () => this.retheme());
    const theme = readTheme(this.themeWatch.probe);
    this.picture = new Picture(canvas, theme);
    const touched = {
      changed: () => this.askForFrame(),
      walked: () => this.drawn && this.telling.walk(this.drawn),
    };
    this.touching = new Touching(canvas, touched, () => this.frame.left);
    this.telling = new Telling(this.frame, this.picture, this.touching, this.timings);
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

  /** The latest that came. */
  private get data(): SceneData | null {
    return this.delivery.data;
  }

  /** Take what the page sent. Wrong data and failed downloads are told in words; the last good picture stays. */
  async update(value: unknown): Promise<void> {
    const data = this.delivery.attempt("This network cannot be shown.", () => parseLinksData(value));
    if (!data) return;
    this.settings = data.settings;
    await this.take(moments.over(this.pad.receive(data.scene)));
  }

  dispose(): void {
    cancelAnimationFrame(this.request);
    this.telling.dispose();
    this.delivery.dispose();
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
    this.frame.root.dataset.ready = "false";
    await this.delivery.take(data);
  }

  /** The pen has moved: the same network reads what is on the pad, within this frame. */
  private follow(since: number | null): void {
    const { data, drawn } = this;
    if (!data) return;
    const latest = this.pad.over(data);
    this.delivery.data = latest;
    if (!drawn) return; // its weights are still on their way
    if (this.show(data === drawn ? latest : this.pad.over(drawn), null, since)) this.drawNow(since);
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
    const here = this.delivery.attempt("This network cannot be run.", () => {
      if (tensors && of !== this.loaded) {
        this.computation.load(data, tensors);
        this.loaded = of;
      }
      const read = this.computation.run(data, since);
      this.tellEngine();
      if (read) this.present(data);
      return read;
    });
    return here === true;
  }

  private present(data: SceneData): void {
    this.drawn = data;
    this.choose();
    this.frame.notice(null);
    this.telling.answer(data, this.computation.running!);
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
    this.telling.tabulate(drawn);
  }

  private read(): void {
    const { running } = this.computation;
    if (this.drawn && running) this.telling.read(this.drawn, running, this.computedBy);
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
    this.frame.setWidth(this.picture.layout!.width);
    this.picture.draw(this.touching, this.frame.left);
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
