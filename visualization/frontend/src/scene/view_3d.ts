/** The network in space: walls, scaffold, beams and camera, from layers and activations to pixels. */
import { Vector3 } from "three";
import { layoutBetween, sameLayers } from "../arrangement";
import { type LayerSpec, size } from "../contract";
import {
  type Arrangement,
  cornersOf,
  everythingClosed,
  type Layout,
  layOut,
  type Point,
  seenOf,
  type Wall,
} from "../layout";
import type { PaletteKind } from "../palette";
import { prefersReducedMotion, type Theme } from "../theme";
import type { Beam, PatchBeam } from "./beam_segments";
import { Beams } from "./beams";
import { type Neuron, nearestDistance, neuronFrom, pick } from "./picking";
import { heightOn, outlinesOf, surroundingsOf } from "./places";
import { Scaffold } from "./scaffold";
import type { Extent, Range } from "./scale";
import { flightTime, Stage, type StageEvents, type Standpoint } from "./stage";
import { fieldOfView, fitView, type HomeView, homeView, type Viewport } from "./view";
import { distanceTo, type Masks, type Touched, Walls } from "./walls";
import { sweep, waveLength } from "./wave";

/** What a benchmark reads: sums since the scene began, and the state of the last frame. */
export interface Statistics {
  /** Drawn, and each can be picked. */
  readonly neurons: number;
  readonly frames: number;
  readonly drawCalls: number;
  /** Milliseconds that all frames together kept the page's thread busy. */
  readonly busyMilliseconds: number;
  /** Walls drawn as solid neurons. */
  readonly solidWalls: number;
  /** Device pixels for a CSS pixel. */
  readonly pixelRatio: number;
}

const cheapShare = 0.08; // of the canvas: walls that cost more than their picture and yet may be drawn in full while moving

export class View3d {
  readonly stage: Stage;
  private readonly space: Walls;
  private readonly scaffold: Scaffold;
  private readonly beams: Beams;
  private layers: readonly LayerSpec[] = [];
  private arrangement: Arrangement = everythingClosed;
  private fitted: HomeView | null = null;
  private change: { from: Layout; to: Layout; start: number } | null = null;
  private viewport: Viewport | null = null;
  private theme: Theme | null = null;
  private palette: PaletteKind = "perceptual";
  private waveStart: number | null = null; // milliseconds
  /** The reader has chosen a view: a new size keeps it. */
  private moved = false;

  constructor(canvas: HTMLCanvasElement, events: Omit<StageEvents, "frame">) {
    this.stage = new Stage(canvas, {
      ...events,
      frame: (now) => this.frame(now),
      moved: () => {
        this.moved = true;
        events.moved();
      },
    });
    this.space = new Walls(this.stage.content);
    this.scaffold = new Scaffold(this.stage.content);
    this.beams = new Beams(this.stage.content);
  }

  /** One for each layer, where it is now; hidden ones too. */
  get walls(): readonly Wall[] {
    return this.space.layout.walls;
  }

  /** The map brought forward, where it is now. */
  get forward(): Wall | null {
    return this.space.layout.forward;
  }

  /** Other layers. What was opened and hidden stays so by name; light, beams and the reader's view go. */
  setNetwork(layers: readonly LayerSpec[]): void {
    this.layers = layers;
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
    this.arrangement = arrangement;
    this.arrange(true);
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

  /** The range of a wall's colours; of one channel where each map has its own. */
  rangeOf(wall: number, channel: number | null = null): Range {
    return this.space.rangeOf(wall, channel);
  }

  /** The smallest and the largest of the maxima that full colour stands for; null if no wall seen has such a scale. */
  spanOf(extent: Extent): readonly [number, number] | null {
    return this.space.spanOf(extent);
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
      neurons: this.walls.reduce((sum, wall) => sum + neuronsOf(wall), 0),
      frames,
      drawCalls,
      busyMilliseconds: busy,
      solidWalls: this.space.solid,
      pixelRatio,
    };
  }

  /** The neuron at a place in the flat activations of a layer. */
  neuron(wall: number, index: number): Neuron {
    return neuronFrom(this.walls[wall], wall, index);
  }

  /** The neuron at a place of the canvas in CSS pixels. */
  neuronAt(x: number, y: number): Neuron | null {
    if (!this.viewport) return null;
    const { camera } = this.stage;
    const through = new Vector3((x / this.viewport.width) * 2 - 1, 1 - (y / this.viewport.height) * 2, 0.5);
    const direction = through.unproject(camera).sub(camera.position);
    return pick(this.space.pickable, camera.position.toArray(), direction.toArray());
  }

  /** Corners of a neuron's face, or of its whole map, wherever it is drawn: on its wall, and on the map brought forward. */
  outlinesOf(neuron: Neuron, whole: boolean): Point[][] {
    return outlinesOf(this.space.layout, neuron, whole, (wall, index) => this.space.heightOf(wall, index));
  }

  /** CSS pixels of a point in space; null behind the camera. */
  project(x: number, y: number, z: number): { x: number; y: number } | null {
    if (!this.viewport) return null;
    const at = new Vector3(x, y, z).project(this.stage.camera);
    if (at.z > 1) return null;
    return { x: ((at.x + 1) / 2) * this.viewport.width, y: ((1 - at.y) / 2) * this.viewport.height };
  }

  /** Whether no other wall stands between the reader and this point of a wall. */
  sees(wall: Wall, point: Point): boolean {
    const eye = this.stage.camera.position.toArray();
    const ray: Point = [point[0] - eye[0], point[1] - eye[1], point[2] - eye[2]];
    const others = seenOf(this.space.layout).filter((other) => other !== wall);
    return nearestDistance(others, eye, ray) >= 1;
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
      const time = Math.min(1, Math.max(0, (now - start) / flightTime));
      this.setLayout(layoutBetween(from, to, time * time * (3 - 2 * time)));
      if (time === 1) this.change = null;
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

/** Flatten has none of its own: it shows the layer before in a row. */
function neuronsOf({ layer, state }: Wall): number {
  return state === "hidden" || layer.kind === "flatten" ? 0 : size(layer.output_shape);
}
