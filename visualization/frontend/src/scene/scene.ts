/** One scene on the page: takes new data, has it computed and drawn, and tells what came of it. */
import { ContractError } from "../checks";
import { parseSceneData, type SceneData } from "../contract";
import { Pad } from "../drawing/pad";
import type { Sketch } from "../drawing/sketch";
import { computes } from "../engine/network";
import { fillWindow } from "../fill";
import type { Tensors } from "../safetensors";
import { prefersReducedMotion, readTheme, type Theme, watchTheme } from "../theme";
import { moments } from "../timeline/moments";
import { Computation } from "./computation";
import { leftOutInWords } from "./drawn";
import { EngineLine } from "./engine_line";
import { Framing } from "./framing";
import { handleOf } from "./handle";
import { Interaction } from "./interaction";
import { checkAgainstKeras, type KerasCheck } from "./keras_check";
import { Labels } from "./labels";
import { showLegend } from "./legend";
import { makeView, noWebgl } from "./make_view";
import { Overlay } from "./overlay";
import type { PickMessage } from "./picks";
import { tell } from "./reading";
import { Timings } from "./timings";
import type { View3d } from "./view_3d";
import { viewTools } from "./view_tools";
import type { Viewing } from "./viewing";
import { changeBetween, type Shown, shownOf } from "./wave";
import { weights } from "./weights";
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
  private readonly engineLine: EngineLine;
  private readonly timings = new Timings();
  private readonly themeWatch: { probe: HTMLElement; stop: () => void };
  private readonly sizeWatch: ResizeObserver;
  private readonly stops: readonly (() => void)[];
  private theme: Theme;
  private data: SceneData | null = null; // the latest that came
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
    const tools = viewTools(() => this.view);
    this.overlay = new Overlay(parent, tools);
    this.root = this.overlay.root;
    this.engineLine = new EngineLine(this.root, (words) => this.overlay.tellEngine(words));
    this.labels = new Labels(this.overlay.labels, {
      over: (index) => this.interaction.overOutput(index),
      pick: (index) => this.interaction.pickOutput(index),
    });
    this.themeWatch = watchTheme(this.root, () => this.retheme());
    this.theme = readTheme(this.themeWatch.probe);
    this.view = makeView(this.overlay, { drawn: () => this.afterFrame(), restored: () => this.retheme() });
    this.view?.setTheme(this.theme);
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
      compare: server ? () => this.compare() : null,
    });
    this.interaction.setTheme(this.theme);
    this.framing = new Framing(
      this.overlay,
      this.pad,
      this.labels,
      this.view,
      () => this.interaction.cardRoom,
    );
    this.sizeWatch = new ResizeObserver(() => this.fit());
    this.sizeWatch.observe(this.root);
    const travel = moments.watch(() => this.data && void this.take(moments.over(this.data)));
    const covered = this.overlay.watchCovered(() => this.framing.cover(this.theme.font));
    this.stops = [fillWindow(this.root), travel, covered];
  }

  /** Called with the neuron that was touched, once the reader has come to rest on it. */
  set picked(tell: (message: PickMessage) => void) {
    this.interaction.selection.tell = tell;
  }

  /** Take what the page sent. Wrong data and failed downloads are told in words; the last good view stays. */
  async update(value: unknown): Promise<void> {
    let data: SceneData;
    try {
      data = moments.over(this.pad.receive(parseSceneData(value)));
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      this.overlay.notice(`This network cannot be shown. ${error.message}`);
      return;
    }
    await this.take(data);
  }

  private async take(data: SceneData): Promise<void> {
    if (this.data && JSON.stringify(this.data) === JSON.stringify(data) && this.data === this.drawn) return;
    this.data = data;
    this.root.dataset.ready = "false";
    const ready = weights.ready(data.weights_url);
    if (ready) {
      weights.cancel();
      this.show(data, ready);
    } else if (weights.loading !== data.weights_url) await this.load(data);
  }

  dispose(): void {
    weights.cancel();
    this.sizeWatch.disconnect();
    this.themeWatch.stop();
    for (const stop of this.stops) stop();
    this.computation.dispose();
    this.engineLine.dispose();
    this.interaction.dispose();
    this.pad.dispose();
    if (this.view) this.viewing.camera = this.view.camera;
    this.view?.dispose();
    this.overlay.dispose();
  }

  private async load(data: SceneData): Promise<void> {
    if (!this.drawn) this.overlay.notice("Loading the network’s weights …");
    try {
      const tensors = await weights.load(data.weights_url);
      // The picture may have changed meanwhile: what is shown is always the latest data.
      if (tensors && this.data) this.show(this.data, tensors);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const rest = this.drawn ? ` Step ${this.drawn.step.toLocaleString("en")} is still on the screen.` : "";
      this.overlay.notice(
        `The weights of step ${data.step.toLocaleString("en")} did not load: ${reason}.${rest}`,
      );
    }
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
    this.data = this.pad.over(data);
    if (!drawn) return;
    if (this.show(data === drawn ? this.data : this.pad.over(drawn), null)) this.draw(since);
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
    try {
      this.viewing.settle(data.network, data.run);
      const muted = computes(data.network) && muteAsWished(data, this.viewing);
      const stale = change.network || change.weights || edited || muted || !computation.running;
      if (tensors && stale) computation.load(data, tensors);
      const here = computation.run(data);
      this.tellEngine();
      if (here) this.present(data, edited);
      return here;
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      this.overlay.notice(`This network cannot be run. ${error.message}`);
      return false;
    }
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
    const { running } = this.computation;
    tell(this.overlay, data, running!.probabilities, this.viewing.edits.count);
    Object.assign(this.root, { strata: handleOf(data, running!, this.view, this.timings) });
    this.interaction.readout.forget(`${data.weights_url} ${data.image.pixels}`);
    this.explainColours(null);
  }

  private tellEngine(): void {
    this.engineLine.show(this.computation.engine);
    this.interaction?.readout.tellEngine(this.computation.engine);
  }

  private explainColours(wall: number | null): void {
    const { layers } = this.drawn?.network ?? { layers: [] };
    this.engineLine.tellLeftOut(leftOutInWords(layers, this.view?.leftOut ?? new Set()));
    if (this.view && this.drawn) showLegend(this.overlay, this.view, this.theme, this.viewing, wall);
  }

  private async compare(): Promise<KerasCheck> {
    const { drawn, computation } = this;
    if (!drawn || !computation.running) throw new Error("the network is not on the screen yet");
    if (!computation.running.editable)
      throw new Error("these are Keras’s own numbers, which a worker has computed");
    return checkAgainstKeras(drawn, computation.running.snapshot);
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
