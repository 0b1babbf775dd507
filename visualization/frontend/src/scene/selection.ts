/** The touched neuron: its card, what it depends on in the light, what goes into it as beams; told to Python. */
import type { Card } from "../card/card";
import type { LayerSpec } from "../contract";
import { explain, strongest } from "../explain/arithmetic";
import type { Explanation } from "../explain/explanation";
import { reach, receptiveField } from "../explain/fields";
import { areaOf } from "../explain/patch";
import { type Place, positionOf, samePlace } from "../explain/place";
import type { Beam, PatchBeam } from "./beam_segments";
import type { Running } from "./computation";
import type { PickMessage } from "./picks";
import type { View3d } from "./view_3d";
import type { Viewing } from "./viewing";

const settled = 300; // milliseconds without another touch until Python is told: each telling is a run of its script

export class Selection {
  /** Tell Python; set by whoever can. */
  tell: (message: PickMessage) => void = () => {};
  private place: Place | null = null;
  private timer = 0;
  private lastTouch = Number.NEGATIVE_INFINITY; // milliseconds
  private static serial = 0;

  constructor(
    private readonly card: Card,
    private readonly view: View3d | null,
    private readonly viewing: Viewing,
    private readonly running: () => Running | null,
    /** The card came, went or moved to a neuron elsewhere. */
    private readonly changed: () => void,
  ) {}

  get current(): Place | null {
    return this.place;
  }

  select(place: Place): void {
    if (this.place && samePlace(place, this.place)) return;
    this.place = place;
    this.remember();
    this.lightUp();
    this.refresh();
    this.changed();
  }

  clear(): void {
    if (!this.place) return;
    this.place = null;
    this.remember();
    this.card.hide();
    this.view?.light(null, null);
    this.view?.showBeams([]);
    this.changed();
  }

  /** The neuron that was touched before the view went, or nothing where the network has no such layer any more. */
  restore(): void {
    const { picked } = this.viewing;
    const running = this.running();
    if (!picked || !running || this.place) return;
    const layer = running.spec.layers.findIndex(({ name }) => name === picked.layer);
    if (layer >= 0) this.select({ layer, index: picked.index });
  }

  /** The network is another one. */
  drop(): void {
    this.place = null;
    this.card.hide();
    this.view?.light(null, null);
    this.view?.showBeams([]);
  }

  /** New activations, weights or edits. */
  refresh(): void {
    const running = this.running();
    const { place } = this;
    if (!place || !running) return;
    const { spec, snapshot, weights, activations, classNames, editable } = running;
    const explanation = explain(spec, weights, activations, place);
    this.view?.showBeams(beamsOf(place, explanation), patchesOf(spec.layers, explanation));
    const { edits } = this.viewing;
    this.card.show({ spec, place, explanation, edits, editable, snapshot, classNames, activations });
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  /** From a pixel everything it can reach, from any other neuron everything it depends on. */
  private lightUp(): void {
    const { place } = this;
    const layers = this.running()?.spec.layers;
    if (!place || !layers || !this.view) return;
    const masks = place.layer === 0 ? reach(layers, place) : receptiveField(layers, place);
    const own = new Uint8Array(layers[place.layer].output_shape.reduce((a, b) => a * b, 1));
    own[place.index] = 1;
    masks.set(place.layer, own);
    this.view.light(masks, { wall: place.layer, index: place.index });
  }

  private remember(): void {
    const layer = this.place ? this.running()!.spec.layers[this.place.layer].name : null;
    const index = this.place?.index ?? null;
    this.viewing.picked = layer === null || index === null ? null : { layer, index };
    clearTimeout(this.timer);
    const tell = () => this.tell({ schema: 1, serial: ++Selection.serial, layer, index });
    const now = performance.now();
    // The first of several touches is told at once, as the view may go; a kernel that slides when it has come to rest.
    if (now - this.lastTouch > settled) tell();
    else this.timer = window.setTimeout(tell, settled);
    this.lastTouch = now;
  }
}

/** What goes in most, as beams: strengths are shares of the strongest. */
function beamsOf(place: Place, explanation: Explanation): Beam[] {
  const parts = strongest(explanation);
  const most = Math.max(...parts.map(({ product }) => Math.abs(product)), Number.MIN_VALUE);
  return parts.map((part) => ({
    from: { wall: part.place.layer, index: part.place.index },
    to: { wall: place.layer, index: place.index },
    strength: part.product / most,
  }));
}

/** The patch that a window sees, in the map that gives most; the padding has no place in space. */
function patchesOf(layers: readonly LayerSpec[], explanation: Explanation): PatchBeam[] {
  if (!("patch" in explanation)) return [];
  const { place, from } = explanation;
  const patch = areaOf(explanation.patch);
  const [rows, columns] = layers[place.layer].input_shape;
  const most = strongest(explanation)[0];
  const input = layers[from].output_shape;
  // Where everything in the window is 0 nothing is strongest.
  const own = positionOf(layers[place.layer].output_shape, place.index).channel;
  const otherwise = "firstChannel" in explanation ? explanation.firstChannel : own;
  return [
    {
      wall: from,
      channel: most ? positionOf(input, most.place.index).channel : otherwise,
      rows: [Math.max(0, patch.row), Math.min(rows, patch.row + patch.rows) - 1],
      columns: [Math.max(0, patch.column), Math.min(columns, patch.column + patch.columns) - 1],
      to: { wall: place.layer, index: place.index },
    },
  ];
}
