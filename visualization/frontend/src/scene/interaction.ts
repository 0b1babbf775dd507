/** What the reader does with the network: point, touch, walk, edit, open layers, ask how fast and how true it is. */
import { Card } from "../card/card";
import type { Change, Restoration } from "../engine/edits";
import type { Theme } from "../theme";
import type { Computation } from "./computation";
import { Hover } from "./hover";
import type { KerasCheck } from "./keras_check";
import { listenToKeys } from "./keyboard";
import type { Overlay } from "./overlay";
import type { Panel } from "./panel";
import type { Neuron } from "./picking";
import { Readout } from "./readout";
import type { CardRoom } from "./room";
import { Selection } from "./selection";
import type { Timings } from "./timings";
import type { View3d } from "./view_3d";
import { ViewPanel } from "./view_panel";
import type { Viewing } from "./viewing";
import { Walking } from "./walking";

export interface InteractionEvents {
  /** The weights have been edited. */
  readonly edited: () => void;
  /** The card takes another part of the view. */
  readonly resized: () => void;
  /** What the colours mean is to be told, for a wall or for all. */
  readonly explainColours: (wall: number | null) => void;
  /** null where there is nobody to compare with. */
  readonly compare: (() => Promise<KerasCheck>) | null;
}

export class Interaction {
  readonly selection: Selection;
  readonly readout: Readout;
  private readonly card: Card;
  private readonly hover: Hover;
  private readonly walking: Walking | null;
  private readonly viewPanel: ViewPanel;
  private readonly stopKeys: () => void;

  constructor(
    private readonly overlay: Overlay,
    private readonly view: View3d | null,
    private readonly viewing: Viewing,
    private readonly computation: Computation,
    timings: Timings,
    private readonly events: InteractionEvents,
  ) {
    const running = () => computation.running;
    this.card = new Card(overlay.root, {
      select: (place) => this.selection.select(place),
      edit: (change) => this.edit(change),
      restore: (what) => this.restore(what),
      forward: (layer, channel) => this.bringForward(layer, channel),
      close: () => this.closeCard(),
    });
    overlay.canvas.after(this.card.root); // by Tab it comes next
    this.selection = new Selection(this.card, view, viewing, running, () => {
      overlay.hideHint();
      events.resized();
    });
    this.hover = new Hover(overlay, view, (layer) => computation.running!.activations(layer), {
      over: (wall) => events.explainColours(wall),
      click: (neuron) => (neuron ? this.pick(neuron) : this.selection.clear()),
    });
    this.walking = view && this.makeWalking(view);
    this.readout = new Readout(overlay.root, timings, events.compare);
    this.viewPanel = new ViewPanel(overlay.root, viewing, () => this.arrange());
    this.readout.panel.excludes(this.viewPanel.panel);
    overlay.addTools(this.panels.map(({ button }) => button));
    for (const panel of this.panels) panel.resized = () => events.resized();
    this.stopKeys = listenToKeys(overlay.root, overlay.canvas, {
      walk: (key) => this.walking?.key(key) ?? false,
      nudge: (turn, tilt, factor) => view?.stage.nudge(turn, tilt, factor),
      home: () => view?.home(),
    });
  }

  /** CSS pixels that the open card takes: at the right, or as a sheet from below where it has the whole width. An open
   * panel stands beside it, or lies over the network where there is no such room. */
  get cardRoom(): CardRoom {
    const { offsetWidth: width, offsetHeight: height } = this.card.root;
    const { shown } = this.card;
    const { classList } = this.overlay.root;
    const sheet = classList.contains("narrow") || classList.contains("docked");
    if (sheet) return { right: 0, bottom: shown ? height : 0, panel: 0 };
    const panel = Math.max(...this.panels.map((each) => each.width));
    return { right: shown ? width + 16 : 0, bottom: 0, panel };
  }

  private get panels(): Panel[] {
    return [this.viewPanel.panel, this.readout.panel];
  }

  /** Other layers: nothing that was touched is there any more. */
  setNetwork(): void {
    const running = this.computation.running!;
    this.hover.clear();
    this.hover.setNetwork(running.classNames);
    this.walking?.stop();
    this.selection.drop();
    this.viewPanel.setNetwork(running.spec.layers);
    this.view?.setArrangement(this.viewing);
    this.colour();
  }

  /** New activations. */
  refresh(): void {
    this.hover.refresh();
    this.selection.refresh();
  }

  /** A frame was drawn: frames in HTML follow the camera. */
  redraw(): void {
    this.hover.redraw();
    this.walking?.redraw();
  }

  setTheme(theme: Theme): void {
    this.card.setPalette(this.viewing.palette);
    this.card.setTheme(theme);
  }

  dispose(): void {
    this.stopKeys();
    this.hover.dispose();
    this.walking?.dispose();
    this.readout.dispose();
    this.selection.dispose();
    this.card.dispose();
  }

  /** The pointer is on the row of an output, or has left it. */
  overOutput(index: number | null): void {
    const last = (this.view?.walls.length ?? 0) - 1;
    this.hover.rest(index === null || last < 0 ? null : this.view!.neuron(last, index));
  }

  /** The row of an output is touched, as if its neuron was. */
  pickOutput(index: number): void {
    if (this.view) this.pick(this.view.neuron(this.view.walls.length - 1, index));
  }

  private closeCard(): void {
    const focused = (this.overlay.root.getRootNode() as Document | ShadowRoot).activeElement;
    const within = this.card.root.contains(focused);
    this.selection.clear();
    if (within) this.overlay.canvas.focus({ preventScroll: true }); // the focus must not be lost with its button
  }

  private pick(neuron: Neuron): void {
    this.walking?.standOn(neuron);
    this.selection.select({ layer: neuron.wall, index: neuron.index });
  }

  private makeWalking(view: View3d): Walking {
    return new Walking(this.overlay, view, () => this.computation.running, {
      pick: (neuron) => this.pick(neuron),
      leave: () => {
        const picked = this.selection.current !== null;
        this.selection.clear();
        return picked;
      },
      moved: ({ level, neuron }) => {
        this.events.explainColours(neuron.wall);
        // While a card is open it follows the walk.
        if (level === "neuron" && this.selection.current) this.pick(neuron);
      },
    });
  }

  private edit(change: Change): void {
    this.viewing.edits.make(change);
    this.events.edited();
  }

  private restore(what: Restoration): void {
    this.viewing.edits.restore(what);
    this.events.edited();
  }

  private bringForward(layer: number, channel: number): void {
    this.viewing.forward = { layer: this.computation.running!.spec.layers[layer].name, channel };
    this.viewPanel.refresh();
    this.arrange();
  }

  private colour(): void {
    const { extent, palette } = this.viewing;
    this.view?.setScale(extent, palette);
    this.card.setPalette(palette);
  }

  private arrange(): void {
    this.view?.setArrangement(this.viewing);
    this.view?.setScale(this.viewing.extent, this.viewing.palette);
    this.card.setPalette(this.viewing.palette);
    this.events.explainColours(null);
  }
}
