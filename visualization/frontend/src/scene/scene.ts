/** One scene on the page: takes new data, has it computed and drawn, and tells what came of it. */
import { parseSceneData, type SceneData } from "../contract";
import { Pad } from "../drawing/pad";
import type { Sketch } from "../drawing/sketch";
import { computes } from "../engine/network";
import { fillWindow } from "../fill";
import type { Tensors } from "../safetensors";
import { prefersReducedMotion, readTheme, type Theme, watchTheme } from "../theme";
import { moments } from "../timeline/moments";
import { Computation } from "./computation";
import { Delivery } from "./delivery";
import { Framing } from "./framing";
import { Interaction } from "./interaction";
import { checkShown } from "./keras_check";
import { Labels } from "./labels";
import { makeView, noWebgl } from "./make_view";
import { Overlay } from "./overlay";
import type { PickMessage } from "./picks";
import { Telling } from "./telling";
import { Timings } from "./timings";
import type { View3d } from "./view_3d";
import { viewTools } from "./view_tools";
import type { Viewing } from "./viewing";
import { changeBetween, type Shown, shownOf } from "./wave";
import { followWish, muteAsWished } from "./wishes";

export class Scene {
  readonly root: HTMLElement;
  readonly pad: Pad;
  private readonly overlay: Overlay;
  private readonly labels: Labels;
  private readonly view: View3d | null;
  private readonly interaction: Interaction;
  private readonly computation: Computation;
  private readonly framing: Framing;
  private readonly telling: Telling;
  private readonly timings = new Timings();
  private readonly delivery = new Delivery(() => this.drawn, {
    complete: (data, tensors) => this.show(data, tensors),
    told: (words) => this.overlay.notice(words),
  });
  private readonly themeWatch: { probe: HTMLElement; stop: () => void };
  private readonly sizeWatch: ResizeObserver;
  private readonly stops: readonly (() => void)[];
  private theme: Theme;
  private drawn: SceneData | null = null; // what is on the screen
  private shown: Shown | null = null;

  /** `sketch` and `viewing` outlive the scene, which goes whenever another view is chosen. `server`: whether there is one
   * that can be asked what Keras computes. */
  constructor(
    parent: ParentNode & Node,
    sketch: Sketch,
    private readonly viewing: Viewing,
    server = true,
  ) {
    this.overlay = new Overlay(
      parent,
      viewTools(() => this.view),
    );
    this.root = this.overlay.root;
    this.labels = new Labels(this.overlay.labels, {
      over: (index) => this.interaction.overOutput(index),
      pick: (index) => this.interaction.pickOutput(index),
    });
    this.themeWatch = watchTheme(this.root, () => this.retheme());
    this.theme = readTheme(this.themeWatch.probe);
    this.view = makeView(this.overlay, { drawn: () => this.afterFrame(), restored: () => this.retheme() });
    this.view?.setTheme(this.theme);
    this.telling = new Telling(this.overlay, this.view, viewing, this.timings);
    this.computation = new Computation(viewing.edits, this.timings, {
      computed: (data, since) => this.answered(data, since),
      changed: () => this.tellEngine(),
    });
    this.pad = new Pad(this.root, sketch, {
      read: (since) => this.read(since),
      follow: (since) => this.follow(since),
      resized: () => this.fit(),
    });
    this.pad.setTheme(this.theme);
    this.interaction = new Interaction(this.overlay, this.view, viewing, this.computation, this.timings, {
      edited: () => this.recompute(),
      resized: () => this.fit(),
      explainColours: (wall) => this.explainColours(wall),
      compare: server ? () => checkShown(this.drawn, this.computation.running) : null,
    });
    this.interaction.setTheme(this.theme);
    const cardRoom = () => this.interaction.cardRoom;
    this.framing = new Framing(this.overlay, this.pad, this.labels, this.view, cardRoom);
    this.sizeWatch = new ResizeObserver(() => this.fit());
    this.sizeWatch.observe(this.root);
    const travel = moments.watch(() => this.data && void this.take(moments.over(this.data)));
    const covered = this.overlay.watchCovered(() => this.framing.cover(this.theme.font));
    this.stops = [fillWindow(this.root), travel, covered];
  }

  /** The latest that came. */
  private get data(): SceneData | null {
    return this.delivery.data;
  }

  /** Called with the neuron that was touched, once the reader has come to rest on it. */
  set picked(tell: (message: PickMessage) => void) {
    this.interaction.selection.tell = tell;
  }

  /** Take what the page sent. Wrong data and failed downloads are told in words; the last good view stays. */
  async update(value: unknown): Promise<void> {
    const data = this.delivery.attempt("This network cannot be shown.", () =>
      moments.over(this.pad.receive(parseSceneData(value))),
    );
    if (data) await this.take(data);
  }

  private async take(data: SceneData): Promise<void> {
    if (this.data && JSON.stringify(this.data) === JSON.stringify(data) && this.data === this.drawn) return;
    this.root.dataset.ready = "false";
    await this.delivery.take(data);
  }

  dispose(): void {
    this.delivery.dispose();
    this.sizeWatch.disconnect();
    this.themeWatch.stop();
    for (const stop of this.stops) stop();
    this.computation.dispose();
    this.telling.dispose();
    this.interaction.dispose();
    this.pad.dispose();
    if (this.view) this.viewing.camera = this.view.camera;
    this.view?.dispose();
    this.overlay.dispose();
  }

  /** The pen has moved: the network on the screen reads what is on the pad, before anything is drawn. */
  private read(since: number): void {
    const { drawn, computation } = this;
    if (!drawn || !computation.running) return; // its weights are still on their way
    if (computation.run(this.pad.over(drawn), since))
      this.timings.add("penToActivations", performance.now() - since);
  }

  /** The worker has answered: that is on the screen at once, and what has come meanwhile is asked for next. */
  private answered(data: SceneData, since: number | null): void {
    if (since !== null) this.timings.add("penToActivations", performance.now() - since);
    this.present(data, false);
    this.draw(since);
    if (this.data && this.data !== data) this.show(this.data, null);
  }

  /** What the pen has drawn is shown, within this frame. */
  private follow(since: number | null): void {
    const { data, drawn } = this;
    if (!data) return;
    const latest = this.pad.over(data);
    this.delivery.data = latest;
    if (!drawn) return;
    if (this.show(data === drawn ? latest : this.pad.over(drawn), null)) this.draw(since);
  }

  private draw(since: number | null): void {
    this.view?.stage.drawNow();
    if (since !== null) this.timings.add("penToPicture", performance.now() - since);
  }

  /** The reader has edited the weights. */
  private recompute(): void {
    if (this.drawn) this.show(this.drawn, this.computation.running!.snapshot, true);
  }

  /** Have `data` computed and drawn: whether it is, or a worker's answer is waited for. `tensors` null: those of the
   * network that is on the screen. */
  private show(data: SceneData, tensors: Tensors | null, edited = false): boolean {
    const change = changeBetween(this.shown, shownOf(data));
    const { computation } = this;
    const here = this.delivery.attempt("This network cannot be run.", () => {
      this.viewing.settle(data.network, data.run);
      const muted = computes(data.network) && muteAsWished(data, this.viewing);
      const stale = change.network || !computation.holds(data) || edited || muted;
      if (tensors && stale) computation.load(data, tensors);
      const read = computation.run(data);
      this.tellEngine();
      if (read) this.present(data, edited);
      return read;
    });
    return here === true;
  }

  /** Put on the screen what `data` came to. */
  private present(data: SceneData, edited: boolean): void {
    const { view, computation } = this;
    const running = computation.running!;
    const next = shownOf(data);
    const change = changeBetween(this.shown, next);
    this.shown = next;
    this.drawn = data;
    if (change.network) this.rebuild(data);
    // Often only words have changed: a wave that is on its way then goes on.
    if (change.network || change.weights || change.picture || edited) {
      view?.show((layer) => running.activations(layer), change.wave && !prefersReducedMotion());
      this.labels.setProbabilities(running.probabilities);
    } else view?.stage.invalidate(); // the next frame says that all is on the screen
    this.tell(data);
    this.interaction.refresh();
    if (change.network) this.interaction.selection.restore();
    if (view) followWish(data, this.viewing, view, this.interaction.selection);
    this.overlay.notice(view ? null : noWebgl);
    if (!view) this.markReady();
  }

  private rebuild(data: SceneData): void {
    const { view } = this;
    view?.setNetwork(data.network.layers);
    this.interaction.setNetwork();
    if (!view) return;
    this.labels.setNetwork(view.walls, data.class_names);
    this.overlay.showHint();
    this.fit(); // class names differ in width, so the view does too
    if (this.viewing.camera) view.camera = this.viewing.camera;
  }

  private tell(data: SceneData): void {
    this.telling.answer(data, this.computation);
    this.interaction.readout.forget(`${data.weights_url} ${data.image.pixels}`);
    this.explainColours(null);
  }

  private tellEngine(): void {
    this.telling.engine(this.computation);
    this.interaction?.readout.tellEngine(this.computation.engine);
  }

  private explainColours(wall: number | null): void {
    this.telling.colours(this.drawn, this.theme, wall);
  }

  private fit(): void {
    this.framing.fit(this.theme.font);
  }

  private afterFrame(): void {
    this.timings.frame(performance.now());
    if (!this.drawn) return;
    this.framing.placeLabels();
    this.interaction.redraw();
    if (this.drawn === this.data && !this.view?.waving) this.markReady();
  }

  private markReady(): void {
    // Each writing has the browser look for styles, and this comes with every frame.
    if (this.root.dataset.ready !== "true") this.root.dataset.ready = "true";
  }

  private retheme(): void {
    this.theme = readTheme(this.themeWatch.probe);
    this.view?.setTheme(this.theme);
    this.pad.setTheme(this.theme);
    this.interaction.setTheme(this.theme);
    this.framing.measureLabels(this.theme.font);
    this.explainColours(null);
  }
}
