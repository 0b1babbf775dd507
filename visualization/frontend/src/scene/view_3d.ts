/** The network in space: walls, scaffold and camera, from layers and activations to pixels. */
import { ClampToEdgeWrapping, DataTexture, LinearFilter, Vector3 } from "three";
import type { LayerSpec } from "../contract";
import { cornersOf, layOut, type Point, type Wall } from "../layout";
import { paletteTexels, stopsOf } from "../palette";
import type { Theme } from "../theme";
import { type Neuron, nearestDistance, pick } from "./picking";
import { Scaffold } from "./scaffold";
import { Stage, type StageEvents } from "./stage";
import { arrange, fitView, type Viewport } from "./view";
import { WallMesh } from "./wall_mesh";
import { sweep, waveLength } from "./wave";

const paletteWidth = 256; // texels

export class View3d {
  readonly stage: Stage;
  walls: Wall[] = [];
  private meshes: WallMesh[] = [];
  private layers: readonly LayerSpec[] = [];
  private activations: ((layer: string) => Float32Array) | null = null;
  private readonly scaffold: Scaffold;
  private readonly palettes = { sequential: paletteTexture(), diverging: paletteTexture() };
  private viewport: Viewport | null = null;
  private theme: Theme | null = null;
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
    this.scaffold = new Scaffold(this.stage.content);
  }

  setNetwork(layers: readonly LayerSpec[]): void {
    this.layers = layers;
    this.activations = null;
    this.moved = false;
    this.setWalls(layOut(layers, { spacing: 1, slenderness: 2 }));
    this.arrange(false);
  }

  show(activations: (layer: string) => Float32Array, wave: boolean): void {
    this.activations = activations;
    for (const mesh of this.meshes) mesh.show(activations(mesh.wall.layer.name));
    this.waveStart = wave ? performance.now() : null;
    for (const mesh of this.meshes) mesh.sweep(wave ? 0 : 1);
    this.stage.invalidate();
  }

  get waving(): boolean {
    return this.waveStart !== null;
  }

  rangeOf(wall: number): WallMesh["range"] {
    return this.meshes[wall].range;
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.recolour();
  }

  resize(viewport: Viewport): void {
    this.viewport = viewport;
    if (!this.moved) this.arrange(false);
    this.stage.resize(viewport.width, viewport.height);
  }

  /** Back to the view in which everything is seen. */
  home(): void {
    this.moved = false;
    this.arrange(true);
  }

  /** The neuron at a place of the canvas in CSS pixels. */
  neuronAt(x: number, y: number): Neuron | null {
    if (!this.viewport) return null;
    const { camera } = this.stage;
    const through = new Vector3((x / this.viewport.width) * 2 - 1, 1 - (y / this.viewport.height) * 2, 0.5);
    const direction = through.unproject(camera).sub(camera.position);
    return pick(this.walls, camera.position.toArray(), direction.toArray());
  }

  /** CSS pixels of a point in space; null behind the camera. */
  project(x: number, y: number, z: number): { x: number; y: number } | null {
    if (!this.viewport) return null;
    const at = new Vector3(x, y, z).project(this.stage.camera);
    if (at.z > 1) return null;
    return { x: ((at.x + 1) / 2) * this.viewport.width, y: ((1 - at.y) / 2) * this.viewport.height };
  }

  /** Whether no other wall stands between the reader and this point of a wall. */
  sees(wall: number, point: Point): boolean {
    const eye = this.stage.camera.position.toArray();
    const ray: Point = [point[0] - eye[0], point[1] - eye[1], point[2] - eye[2]];
    const others = this.walls.filter((_, index) => index !== wall);
    return nearestDistance(others, eye, ray) >= 1;
  }

  dispose(): void {
    for (const mesh of this.meshes) mesh.dispose();
    this.scaffold.dispose();
    this.palettes.sequential.dispose();
    this.palettes.diverging.dispose();
    this.stage.dispose();
  }

  private arrange(smooth: boolean): void {
    if (!this.viewport || this.layers.length === 0) return;
    const { walls, yaw, pitch } = arrange(this.layers, this.viewport);
    this.setWalls(walls);
    this.stage.goTo(fitView(walls.flatMap(cornersOf), yaw, pitch, this.viewport), smooth);
  }

  /** Other places are a move; another grid needs planes of another size. */
  private setWalls(walls: Wall[]): void {
    const sameSizes =
      walls.length === this.walls.length &&
      walls.every(({ layer, width, height, tiles }, index) => {
        const before = this.walls[index];
        const sameGrid =
          before.tiles.columns === tiles.columns && before.width === width && before.height === height;
        return before.layer === layer && sameGrid;
      });
    this.walls = walls;
    if (sameSizes) {
      for (const [index, mesh] of this.meshes.entries()) mesh.move(walls[index]);
      this.buildScaffold();
      return;
    }
    for (const mesh of this.meshes) mesh.dispose();
    this.meshes = walls.map((wall) => new WallMesh(wall, this.palettes, this.stage.content));
    this.recolour();
    if (this.activations) this.show(this.activations, false);
  }

  private frame(now: number): boolean {
    const { camera } = this.stage;
    const extent = Math.max(...this.walls.map((wall) => Math.abs(wall.x)), 1);
    const distance = camera.position.length();
    for (const mesh of this.meshes) mesh.fog(distance - 0.2 * extent, distance + 1.2 * extent);
    if (this.waveStart === null) return false;
    const elapsed = now - this.waveStart;
    for (const [index, share] of sweep(elapsed, this.meshes.length).entries())
      this.meshes[index].sweep(share);
    if (elapsed >= waveLength) this.waveStart = null;
    return true;
  }

  private recolour(): void {
    if (!this.theme) return;
    const { background, text, brightness } = this.theme;
    for (const scale of ["sequential", "diverging"] as const) {
      (this.palettes[scale].image.data as Uint8Array).set(
        paletteTexels(stopsOf(brightness, scale), paletteWidth),
      );
      this.palettes[scale].needsUpdate = true;
    }
    for (const mesh of this.meshes) mesh.colour(background, text);
    this.buildScaffold();
    this.stage.setBackground(`rgb(${background.map(Math.round).join(",")})`);
  }

  private buildScaffold(): void {
    if (this.theme) this.scaffold.build(this.walls, this.theme.background, this.theme.text);
  }
}

function paletteTexture(): DataTexture {
  const texture = new DataTexture(new Uint8Array(paletteWidth * 4), paletteWidth, 1);
  texture.magFilter = LinearFilter;
  texture.minFilter = LinearFilter;
  texture.wrapS = ClampToEdgeWrapping;
  return texture;
}
