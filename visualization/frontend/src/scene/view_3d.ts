/** The network in space: walls, scaffold, beams and camera, from layers and activations to pixels. */
import { layoutBetween, sameLayers } from "../arrangement";
import type { LayerSpec } from "../contract";
import { type Arrangement, cornersOf, everythingClosed, type Layout, layOut, seenOf } from "../layout";
import type { PaletteKind } from "../palette";
import { prefersReducedMotion, type Theme } from "../theme";
import type { Beam, PatchBeam } from "./beam_segments";
import { Beams } from "./beams";
import { leftOut } from "./drawn";
import { eased, flightTime, type Standpoint } from "./flight";
import { heightOn, surroundingsOf } from "./places";
import { Scaffold } from "./scaffold";
import type { Extent } from "./scale";
import { Sight } from "./sight";
import { Stage, type StageEvents } from "./stage";
import { neuronsOf, type Statistics } from "./statistics";
import { fieldOfView, fitView, type HomeView, homeView, type Viewport } from "./view";
import { distanceTo, type Masks, type Touched, Walls } from "./walls";
import { sweep, waveLength } from "./wave";

const cheapShare = 0.08; // of the canvas: walls that cost more than their picture and yet may be drawn in full while moving

export class View3d extends Sight {
  private readonly scaffold: Scaffold;
  private readonly beams: Beams;
  private layers: readonly LayerSpec[] = [];
  /** What the reader has chosen; `arrangement` hides also what is too much. */
  private chosen: Arrangement = everythingClosed;
  private arrangement: Arrangement = everythingClosed;
  private tooMuch: ReadonlySet<string> = new Set();
  private fitted: HomeView | null = null;
  private change: { from: Layout; to: Layout; start: number } | null = null;
  private theme: Theme | null = null;
  private palette: PaletteKind = "perceptual";
  private waveStart: number | null = null; // milliseconds
  /** The reader has chosen a view: a new size keeps it. */
  private moved = false;

  constructor(canvas: HTMLCanvasElement, events: Omit<StageEvents, "frame">) {
    const stage = new Stage(canvas, {
      ...events,
      frame: (now) => this.frame(now),
      moved: () => {
        this.moved = true;
        events.moved();
      },
    });
    super(stage, new Walls(stage.content));
    this.scaffold = new Scaffold(this.stage.content);
    this.beams = new Beams(this.stage.content);
  }

  /** Other layers. What was opened and hidden stays so by name; light, beams and the reader's view go. */
  setNetwork(layers: readonly LayerSpec[]): void {
    this.layers = layers;
    this.chooseDrawn(this.chosen);
    this.space.forget();
    this.light(null, null);
    this.beams.set([], []);
    this.moved = false;
    this.change = null;
    this.setLayout(layOut(layers, { spacing: 1, slenderness: 2, openSlenderness: 2 }, this.arrangement));
    this.arrange(false);
  }

  /** Open, hide or bring forward; the camera follows unless the reader has moved it. */
  setArrangement(arrangement: Arrangement): void {
    this.chooseDrawn(arrangement);
    this.arrange(true);
  }

  /** Names of the layers that are too much to be drawn beside the others. */
  get leftOut(): ReadonlySet<string> {
    return this.tooMuch;
  }

  private chooseDrawn(arrangement: Arrangement): void {
    this.chosen = arrangement;
    this.tooMuch = leftOut(this.layers, arrangement.hidden);
    const hidden = new Set([...arrangement.hidden, ...this.tooMuch]);
    this.arrangement = { open: arrangement.open, forward: arrangement.forward, hidden };
  }

  show(activations: (layer: string) => Float32Array, wave: boolean): void {
    this.space.show(this.layers.map(({ name }) => activations(name)));
    this.waveStart = wave ? performance.now() : null;
    this.space.sweep(() => (wave ? 0 : 1));
    this.placeBeams();
    this.stage.invalidate();
  }

  get waving(): boolean {
    return this.waveStart !== null;
  }

  /** What the palette's ends mean, and which palette it is. */
  setScale(extent: Extent, palette: PaletteKind): void {
    this.palette = palette;
    this.space.setScale(extent, palette);
    if (this.theme) this.beams.colour(this.theme, palette);
    this.placeBeams();
    this.stage.invalidate();
  }

  /** Show what `masks` light up as it is, framed, and dim all else; a wall without a mask is dimmed whole.
   *
   * A mask has a byte for each neuron of its wall, flat, channels last; null dims nothing. The touched neuron has a
   * frame of its own, in a wall with a mask. */
  light(masks: Masks | null, touched: Touched | null): void {
    this.space.light(masks, touched);
    this.stage.invalidate();
  }

  /** Draw these beams in place of those before. */
  showBeams(beams: readonly Beam[], patches: readonly PatchBeam[] = []): void {
    this.beams.set(beams, patches);
    this.placeBeams();
    this.stage.invalidate();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.space.setTheme(theme);
    this.beams.colour(theme, this.palette);
    this.buildScaffold();
    this.stage.setBackground(`rgb(${theme.background.map(Math.round).join(",")})`);
  }

  /** `sameSize`: only what lies over the canvas has changed, and the network makes way for it smoothly. */
  resize(viewport: Viewport, sameSize = false): void {
    this.viewport = viewport;
    if (!this.moved) this.arrange(sameSize);
    if (!sameSize) this.stage.resize(viewport.width, viewport.height);
  }

  /** Back to the view in which everything is seen. */
  home(): void {
    this.moved = false;
    this.arrange(true);
  }

  /** Fly to a wall, or to a neuron (place in the flat activations) among its neighbours. Hidden walls are not flown to. */
  focusOn(wall: number, index: number | null): void {
    const layout = this.change?.to ?? this.space.layout; // where the walls will be when the flight ends
    const at = layout.walls[wall];
    if (!this.viewport || !this.fitted || !at || at.state === "hidden") return;
    const { yaw, pitch } = this.fitted;
    const points = index === null ? cornersOf(at) : surroundingsOf(layout, wall, index);
    this.moved = true;
    this.stage.approach(fitView(points, yaw, pitch, this.viewport), true);
  }

  /** The view that the reader has chosen, to keep it; null for the one in which everything is seen. */
  get camera(): Standpoint | null {
    return this.moved ? this.stage.standpoint : null;
  }

  set camera(standpoint: Standpoint | null) {
    if (!standpoint) {
      this.home();
      return;
    }
    this.moved = true;
    this.stage.standpoint = standpoint;
  }

  get statistics(): Statistics {
    const { frames, drawCalls, busy, pixelRatio } = this.stage;
    return {
      neurons: neuronsOf(this.walls),
      frames,
      drawCalls,
      busyMilliseconds: busy,
      solidWalls: this.space.solid,
      pixelRatio,
    };
  }

  dispose(): void {
    this.space.dispose();
    this.scaffold.dispose();
    this.beams.dispose();
    this.stage.dispose();
  }

  private arrange(smooth: boolean): void {
    if (!this.viewport || this.layers.length === 0) return;
    this.fitted = homeView(this.layers, this.viewport, this.arrangement);
    const { layout, yaw, pitch } = this.fitted;
    const from = this.space.layout;
    this.change = null;
    if (smooth && sameLayers(from, layout) && !prefersReducedMotion()) {
      this.change = { from, to: layout, start: performance.now() };
    } else this.setLayout(layout);
    const view = fitView(seenOf(layout).flatMap(cornersOf), yaw, pitch, this.viewport);
    if (!this.moved) this.stage.goTo(view, smooth);
    this.stage.invalidate();
  }

  private setLayout(layout: Layout): void {
    this.space.setLayout(layout);
    this.buildScaffold();
    this.placeBeams();
  }

  private frame(now: number): boolean {
    let again = false;
    if (this.change) {
      const { from, to, start } = this.change;
      this.setLayout(layoutBetween(from, to, eased(now - start)));
      if (now - start >= flightTime) this.change = null;
      again = true;
    }
    this.look();
    if (this.waveStart === null) return again;
    const elapsed = now - this.waveStart;
    const shares = sweep(elapsed, this.walls.length);
    this.space.sweep((wall) => shares[wall]);
    if (elapsed >= waveLength) this.waveStart = null;
    return true;
  }

  /** What is drawn by where the camera is. */
  private look(): void {
    if (!this.viewport) return;
    const { camera, controls, pixelRatio, budget } = this.stage;
    const { width, height } = this.viewport;
    const tangent = (2 * Math.tan((fieldOfView * Math.PI) / 360)) / height; // of one CSS pixel
    const seen = seenOf(this.space.layout);
    this.stage.setNear(Math.min(...seen.map((wall) => distanceTo(wall, camera) - heightOn(wall, 1))));
    this.space.look(camera, tangent, pixelRatio, budget.effort);
    this.stage.cheap = this.space.dearPixels < cheapShare * width * height;
    this.beams.look(width, height, tangent * camera.position.distanceTo(controls.target));
  }

  private placeBeams(): void {
    this.beams.place(this.space.layout, (wall, index) => this.space.heightOf(wall, index));
  }

  private buildScaffold(): void {
    if (this.theme) this.scaffold.build(this.space.layout, this.theme.background, this.theme.text);
  }
}
