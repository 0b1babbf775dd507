/** One scene on the page: owns the overlay, the network and the 3D view, and takes new data. */
import { ContractError } from "../checks";
import { decodePixels, parseSceneData, type SceneData, size } from "../contract";
import { Pad, type Room } from "../drawing/pad";
import type { Sketch } from "../drawing/sketch";
import { inputFromPixels, Network } from "../engine/network";
import { fillWindow } from "../fill";
import { stopsOf } from "../palette";
import type { Tensors } from "../safetensors";
import { prefersReducedMotion, readTheme, type Theme, watchTheme } from "../theme";
import { Hover } from "./hover";
import { listenToKeys } from "./keyboard";
import { Labels } from "./labels";
import { icons, Overlay, type Tool } from "./overlay";
import type { Viewport } from "./view";
import { View3d } from "./view_3d";
import { changeBetween, type Shown } from "./wave";
import { WeightsSource } from "./weights";
import { decimal, largestIndex, percent, predictionSentence, truthSentence } from "./words";

/** What the browser's console and the tests see of a scene, as the property `strata` of its root element. */
export interface SceneHandle {
  readonly run: string;
  readonly step: number;
  /** A copy of a layer's activations, flat, channels last. */
  activations(layer: string): Float32Array;
  readonly probabilities: Float32Array;
  /** Frames and draw calls so far and of the last frame. */
  readonly frames: number;
  readonly drawCalls: number;
  /** null where the browser gives no WebGL. */
  readonly view: View3d | null;
}

const noWebgl =
  "This browser gives no WebGL, so the network cannot be drawn in 3D. The prediction above is computed all the same; " +
  "switching on hardware acceleration in the browser’s settings usually helps.";
const narrow = 560; // CSS pixels of width below which everything is written smaller

export class Scene {
  readonly root: HTMLElement;
  readonly pad: Pad;
  private readonly overlay: Overlay;
  private readonly labels: Labels;
  private readonly view: View3d | null;
  private readonly hover: Hover;
  private readonly weights = new WeightsSource();
  private readonly themeWatch: { probe: HTMLElement; stop: () => void };
  private readonly sizeWatch: ResizeObserver;
  private readonly stopKeys: () => void;
  private readonly stopFilling: () => void;
  private theme: Theme;
  private data: SceneData | null = null; // the latest that came
  private drawn: SceneData | null = null; // what is on the screen
  private shown: Shown | null = null;
  private network: Network | null = null;
  private viewport: Viewport | null = null;
  private room: Room = { left: 0, bottom: 0, aboveLegend: 0 };

  constructor(parent: ParentNode & Node, sketch: Sketch) {
    this.overlay = new Overlay(parent, this.tools());
    this.root = this.overlay.root;
    this.labels = new Labels(this.overlay.labels);
    this.themeWatch = watchTheme(this.root, () => this.retheme());
    this.theme = readTheme(this.themeWatch.probe);
    this.view = this.makeView();
    this.view?.setTheme(this.theme);
    this.pad = new Pad(this.root, sketch, { follow: () => this.follow(), resized: () => this.resize() });
    this.pad.setTheme(this.theme);
    this.hover = new Hover(this.overlay, this.view, (layer) => this.network!.activations(layer));
    this.hover.changed = (wall) => this.showLegend(wall);
    this.sizeWatch = new ResizeObserver(() => this.resize());
    this.sizeWatch.observe(this.root);
    this.stopFilling = fillWindow(this.root);
    this.stopKeys = listenToKeys(this.root, this.overlay.canvas, {
      nudge: (turn, tilt, factor) => this.view?.stage.nudge(turn, tilt, factor),
      home: () => this.view?.home(),
    });
  }

  /** Take what the page sent. Wrong data and failed downloads are told in words; the last good view stays. */
  async update(value: unknown): Promise<void> {
    let data: SceneData;
    try {
      data = this.pad.receive(parseSceneData(value));
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      this.overlay.notice(`This network cannot be shown. ${error.message}`);
      return;
    }
    if (this.data && JSON.stringify(this.data) === JSON.stringify(data) && this.data === this.drawn) return;
    this.data = data;
    this.root.dataset.ready = "false";
    const ready = this.weights.ready(data.weights_url);
    if (ready) {
      this.weights.cancel();
      this.show(data, ready);
    } else if (this.weights.loading !== data.weights_url) await this.load(data);
  }

  dispose(): void {
    this.weights.cancel();
    this.sizeWatch.disconnect();
    this.themeWatch.stop();
    this.stopKeys();
    this.stopFilling();
    this.hover.dispose();
    this.pad.dispose();
    this.view?.dispose();
    this.overlay.dispose();
  }

  private async load(data: SceneData): Promise<void> {
    if (!this.drawn) this.overlay.notice("Loading the network’s weights …");
    try {
      const tensors = await this.weights.load(data.weights_url);
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

  /** The pen has moved: the same network reads what is on the pad, within this frame. */
  private follow(): void {
    const { data, drawn } = this;
    if (!data) return;
    this.data = this.pad.over(data);
    if (!drawn) return; // its weights are still on their way
    this.show(data === drawn ? this.data : this.pad.over(drawn), null);
    this.view?.stage.drawNow();
  }

  /** `tensors` null: those of the network that is on the screen. */
  private show(data: SceneData, tensors: Tensors | null): void {
    const next: Shown = {
      run: data.run,
      weights_url: data.weights_url,
      network: JSON.stringify([data.network, data.class_names]),
      pixels: data.image.pixels,
      drawing: data.pad.shown,
    };
    const change = changeBetween(this.shown, next);
    try {
      if (tensors && (change.network || change.weights || !this.network))
        this.network = new Network(data.network, tensors);
      if (!this.network) return;
      this.network.run(inputFromPixels(decodePixels(data.image.pixels, size(data.image.shape))));
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      this.overlay.notice(`This network cannot be run. ${error.message}`);
      return;
    }
    const { network } = this;
    this.shown = next;
    this.drawn = data;
    if (change.network) this.rebuild(data);
    this.view?.show((layer) => network.activations(layer), change.wave && !prefersReducedMotion());
    this.labels.setProbabilities(network.probabilities);
    this.tell(data, network);
    this.hover.refresh();
    this.overlay.notice(this.view ? null : noWebgl);
    if (!this.view) this.markReady();
  }

  private rebuild(data: SceneData): void {
    this.hover.clear();
    if (!this.view) return;
    this.view.setNetwork(data.network.layers);
    this.labels.setNetwork(this.view.walls, data.class_names);
    this.hover.setNetwork(data.class_names);
    this.resize(); // class names differ in width, so the view does too
    this.overlay.showHint();
  }

  /** Words, attributes and the handle, from the network's last run. */
  private tell(data: SceneData, network: Network): void {
    const probabilities = network.probabilities.slice();
    const predicted = largestIndex(probabilities);
    const name = data.class_names[predicted];
    const sentence = predictionSentence(name, probabilities[predicted]);
    const truth = truthSentence(data, predicted);
    this.overlay.read(sentence, data.image.caption ? `${truth} · ${data.image.caption}` : truth);
    this.overlay.describe(
      `${data.network.title} in 3D. ${sentence}. ${truth}. ` +
        `Second: ${this.runnerUp(data, probabilities)}. Arrow keys turn, plus and minus zoom, R resets.`,
      `${sentence}.`,
    );
    Object.assign(this.root.dataset, { run: data.run, step: String(data.step), prediction: name });
    const { view } = this;
    const stage = view?.stage;
    const handle: SceneHandle = {
      run: data.run,
      step: data.step,
      activations: (layer) => network.activations(layer).slice(),
      probabilities,
      get frames() {
        return stage?.frames ?? 0;
      },
      get drawCalls() {
        return stage?.drawCalls ?? 0;
      },
      view,
    };
    Object.assign(this.root, { strata: handle });
    this.showLegend(null);
  }

  private runnerUp(data: SceneData, probabilities: Float32Array): string {
    const second = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a])[1];
    return second === undefined
      ? "none"
      : `${data.class_names[second]} with ${percent(probabilities[second])}`;
  }

  /** What the colours mean: for all layers, or in numbers for the one under the pointer. */
  private showLegend(wall: number | null): void {
    const { view } = this;
    if (!view || !this.drawn) return;
    const { brightness } = this.theme;
    if (wall !== null) {
      const { low, high, signed } = view.rangeOf(wall);
      const title = `Activation of ${view.walls[wall].layer.title}`;
      const stops = stopsOf(brightness, signed ? "diverging" : "sequential");
      this.overlay.showLegend(title, stops, decimal(low), decimal(high));
      return;
    }
    const ranges = view.walls.map((_, index) => view.rangeOf(index));
    const signed = ranges.some((range) => range.signed);
    const highs = ranges.map((range) => range.high);
    const largest = `layer max, ${decimal(Math.min(...highs))}–${decimal(Math.max(...highs))}`;
    const stops = stopsOf(brightness, signed ? "diverging" : "sequential");
    this.overlay.showLegend("Activation, per layer", stops, signed ? "−max" : "0", largest);
  }

  private makeView(): View3d | null {
    try {
      return new View3d(this.overlay.canvas, {
        drawn: () => this.afterFrame(),
        moved: () => this.overlay.hideHint(),
        lost: () =>
          this.overlay.notice(
            "The browser has taken the graphics away for a moment. The prediction above still holds.",
          ),
        restored: () => {
          this.overlay.notice(null);
          this.retheme(); // the new context knows no clear colour
        },
      });
    } catch {
      this.overlay.hideTools();
      return null;
    }
  }

  private afterFrame(): void {
    const { view, viewport } = this;
    if (!view || !viewport || !this.drawn) return;
    const { width, insets } = viewport;
    const { left, bottom, aboveLegend } = this.room;
    const height = viewport.height - bottom;
    const bounds = {
      x: left + 4,
      y: insets.top - 12,
      width: width - left - 8,
      height: height - insets.top + 8,
    };
    const legendHeight = 58 + aboveLegend;
    const legend = {
      x: left,
      y: height - legendHeight,
      width: Math.min(190, width - 200),
      height: legendHeight,
    };
    const buttons = { x: width - 205, y: height - 50, width: 205, height: 50 };
    this.labels.place(view, bounds, [legend, buttons]);
    this.hover.redraw();
    if (this.drawn === this.data && !view.waving) this.markReady();
  }

  private markReady(): void {
    this.root.dataset.ready = "true";
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (width === 0 || height === 0) return; // hidden tab
    this.room = this.pad.layOut(width, height);
    const { left, bottom } = this.room;
    const small = width - left < narrow;
    this.root.classList.toggle("narrow", small);
    const right = this.labels.rowsWidth(small ? 12 : 13, this.theme.font, small) + 10;
    const insets = small
      ? { left: 12 + left, right, top: left ? 58 : 76, bottom: 92 + bottom }
      : { left: 30 + left, right, top: 70, bottom: 104 + bottom };
    this.viewport = { width, height, insets };
    this.measureLabels();
    this.view?.resize(this.viewport);
    this.view?.stage.invalidate();
  }

  private measureLabels(): void {
    const small = this.root.classList.contains("narrow");
    this.labels.measure(small ? 11 : 12, small ? 13 : 15, this.theme.font);
  }

  private retheme(): void {
    this.theme = readTheme(this.themeWatch.probe);
    this.view?.setTheme(this.theme);
    this.pad.setTheme(this.theme);
    this.measureLabels();
    this.showLegend(null);
  }

  private tools(): Tool[] {
    const step = Math.PI / 12; // 15 degrees
    return [
      { name: "Turn left", icon: icons.left, act: () => this.view?.stage.nudge(-step, 0, 1) },
      { name: "Turn right", icon: icons.right, act: () => this.view?.stage.nudge(step, 0, 1) },
      { name: "Zoom out", icon: icons.farther, act: () => this.view?.stage.nudge(0, 0, 1.3) },
      { name: "Zoom in", icon: icons.nearer, act: () => this.view?.stage.nudge(0, 0, 1 / 1.3) },
      { name: "Show the whole network (R)", icon: icons.home, act: () => this.view?.home() },
    ];
  }
}
