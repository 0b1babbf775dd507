/** All walls on the GPU, and the map brought forward: their values, scale, light and solidity. */
import type { Group, PerspectiveCamera } from "three";
import { sameGrid } from "../arrangement";
import type { LayerSpec } from "../contract";
import { type Layout, seenOf, type Wall } from "../layout";
import { maximumOf, type PaletteKind } from "../palette";
import type { Theme } from "../theme";
import { type Effort, isSolid } from "./budget";
import { Palettes } from "./palettes";
import type { Pickable } from "./picking";
import { heightOn } from "./places";
import { type Extent, maximaOf, type Range, rangeIn, type Scale, scalesOf, writeStrengths } from "./scale";
import { WallMesh } from "./wall_mesh";

export interface Touched {
  readonly wall: number;
  /** Place in the layer's flat activations. */
  readonly index: number;
}
/** By wall, a byte a neuron (flat activations): not zero for lit. */
export type Masks = ReadonlyMap<number, Uint8Array>;

/** On a bright page a shadow is never black. */
const shades = { dark: [6, 8, 14], light: [84, 98, 124] } as const;

export class Walls {
  layout: Layout = { walls: [], forward: null };
  private meshes: (WallMesh | null)[] = []; // one for each layer; null where it is hidden, which costs no memory
  private forward: WallMesh | null = null;
  private activations: readonly Float32Array[] | null = null;
  private scales: readonly Scale[] = [];
  private maxima: readonly (readonly number[])[] = [];
  private extent: Extent = "layer";
  private palette: PaletteKind = "perceptual";
  private lit: { masks: Masks | null; touched: Touched | null } = { masks: null, touched: null };
  private theme: Theme | null = null;
  private readonly palettes = new Palettes();
  /** CSS pixels of the walls that were not drawn by their pictures in the last frame, as seen from before each. */
  dearPixels = 0;

  constructor(private readonly parent: Group) {}

  private get layers(): LayerSpec[] {
    return this.layout.walls.map(({ layer }) => layer);
  }

  /** Each wall with its layer's index, the map brought forward last. */
  private get all(): { mesh: WallMesh; index: number }[] {
    const all = this.meshes.flatMap((mesh, index) => (mesh ? [{ mesh, index }] : []));
    return this.forward ? [...all, { mesh: this.forward, index: this.forwardIndex }] : all;
  }

  private get forwardIndex(): number {
    return this.layout.walls.findIndex(({ layer }) => layer === this.layout.forward?.layer);
  }

  /** Place the walls; meshes are made anew only where a grid is another. */
  setLayout(layout: Layout): void {
    const before = this.all.map(({ mesh }) => mesh);
    const meshFor = (wall: Wall, old: WallMesh | null | undefined) => {
      if (!old || !sameGrid(wall, old.wall)) return this.make(wall);
      old.place(wall);
      return old;
    };
    this.meshes = layout.walls.map((wall, index) =>
      wall.state === "hidden" ? null : meshFor(wall, this.meshes[index]),
    );
    this.forward = layout.forward && meshFor(layout.forward, this.forward);
    this.layout = layout;
    const now = this.all.map(({ mesh }) => mesh);
    for (const mesh of before) if (!now.includes(mesh)) mesh.dispose();
    if (now.every((mesh) => before.includes(mesh))) return;
    this.recolour();
    this.setScale(this.extent, this.palette);
    this.light(this.lit.masks, this.lit.touched);
  }

  forget(): void {
    this.activations = null;
  }

  /** Activations of every layer, flat, channels last. */
  show(activations: readonly Float32Array[]): void {
    this.activations = activations;
    this.write((mesh, ...how) => mesh.show(...how));
  }

  setScale(extent: Extent, palette: PaletteKind): void {
    this.extent = extent;
    this.palette = palette;
    this.write((mesh, ...how) => mesh.rewrite(...how));
  }

  rangeOf(wall: number, channel: number | null): Range {
    const scale = this.scales[wall] ?? { kind: "layer", signed: false, highs: Float32Array.of(1) };
    return rangeIn(scale, channel);
  }

  /** The smallest and the largest of all maxima that full colour stands for, on the walls that are seen. */
  spanOf(extent: Extent): readonly [number, number] | null {
    const highs = this.scales.flatMap(({ kind, highs }, wall) => {
      const seen = this.layout.walls[wall]?.state !== "hidden";
      return seen && kind === extent ? [...highs] : [];
    });
    return highs.length ? [Math.min(...highs), Math.max(...highs)] : null;
  }

  light(masks: Masks | null, touched: Touched | null): void {
    this.lit = { masks, touched };
    for (const { mesh, index } of this.all) {
      const mask = masks === null ? "all" : (masks.get(index) ?? "none");
      mesh.light(mask, touched?.wall === index ? touched.index : null);
    }
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.recolour();
  }

  sweep(share: (wall: number) => number): void {
    for (const { mesh, index } of this.all) mesh.sweep(share(index));
  }

  /** What can be picked: walls that are seen, each with the relief it is drawn with. */
  get pickable(): Pickable[] {
    return this.all
      .filter(({ mesh }) => mesh.wall.state !== "hidden")
      .map(({ mesh, index }) => ({ wall: mesh.wall, index, strengths: mesh.solid ? mesh.strengths : null }));
  }

  /** Units that a neuron stands out of a wall, or of the map brought forward. */
  heightOf(wall: Wall, index: number): number {
    const mesh = this.all.find((other) => other.mesh.wall === wall)?.mesh;
    return mesh?.solid ? heightOn(wall, mesh.strengths[index]) : 0;
  }

  /** How many walls are drawn solid now. */
  get solid(): number {
    return this.all.filter(({ mesh }) => mesh.solid && mesh.wall.state !== "hidden").length;
  }

  /** Before each frame. `tangent`: units that a CSS pixel spans at a distance of one unit; `ratio`: device pixels to it. */
  look(camera: PerspectiveCamera, tangent: number, ratio: number, effort: Effort): void {
    const extent = Math.max(...seenOf(this.layout).map((wall) => Math.abs(wall.x)), 1);
    const distance = camera.position.length();
    this.dearPixels = 0;
    for (const { mesh } of this.all) {
      const { wall } = mesh;
      const scale = 1 / (tangent * distanceTo(wall, camera)); // pixels that a unit spans
      const pixels = wall.cell * scale;
      // Outputs, a tile each, are told by the bars beside them: solid only when opened.
      const single = wall.cells.rows * wall.cells.columns === 1;
      mesh.setSolid(isSolid(wall.state, single ? 0 : pixels, mesh.solid, effort));
      mesh.look(camera, tangent / ratio, distance - 0.2 * extent, distance + 1.2 * extent);
      if (wall.state !== "hidden" && !mesh.isPicture)
        this.dearPixels += wall.width * wall.height * scale * scale;
    }
  }

  dispose(): void {
    for (const { mesh } of this.all) mesh.dispose();
    this.palettes.dispose();
  }

  private make(wall: Wall): WallMesh {
    return new WallMesh(wall, this.palettes.textureFor(this.palette, false).texture, this.parent);
  }

  private write(into: (mesh: WallMesh, ...how: Parameters<WallMesh["rewrite"]>) => void): void {
    const { activations, layers } = this;
    if (!activations) return;
    this.scales = scalesOf(layers, activations, this.extent);
    this.maxima = this.palette === "sign" ? maximaOf(layers, activations, this.scales) : layers.map(() => []);
    for (const { mesh, index } of this.all) {
      writeStrengths(activations[index], this.scales[index], mesh.strengths);
      const { texture, diverging } = this.palettes.textureFor(this.palette, this.scales[index].signed);
      into(mesh, this.maxima[index], diverging, texture);
    }
  }

  private recolour(): void {
    if (!this.theme) return;
    const { background, text, brightness } = this.theme;
    this.palettes.setBrightness(brightness);
    const colours = { background, text, maximum: maximumOf(brightness), shade: shades[brightness] };
    for (const { mesh } of this.all) mesh.colour(colours);
  }
}

/** From the camera to the nearest point of a wall. */
export function distanceTo(wall: Wall, { position }: PerspectiveCamera): number {
  const beyond = (value: number, half: number) => Math.max(0, Math.abs(value) - half);
  return Math.hypot(
    position.x - wall.x,
    beyond(position.y - wall.y, wall.height / 2),
    beyond(position.z, wall.width / 2),
  );
}
