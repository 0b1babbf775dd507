/** What lies where on the scene's area: the network beside pad and card, the labels where nothing else is. */
import type { Room } from "../drawing/docking";
import type { Pad } from "../drawing/pad";
import type { Labels } from "./labels";
import type { Overlay } from "./overlay";
import { type CardRoom, type Covered, insetsFor, isNarrow, labelRoom } from "./room";
import type { Viewport } from "./view";
import type { View3d } from "./view_3d";

export class Framing {
  private viewport: Viewport | null = null;
  private room: Room = { left: 0, leftHeight: 0, bottom: 0, aboveLegend: 0 };
  private card: CardRoom = { right: 0, bottom: 0, panel: 0 };
  private covered: Covered = { top: 0, legend: { width: 0, height: 0 } };

  constructor(
    private readonly overlay: Overlay,
    private readonly pad: Pad,
    private readonly labels: Labels,
    private readonly view: View3d | null,
    private readonly cardRoom: () => CardRoom,
  ) {}

  /** The scene has another size, or something over it takes another part of it. `font`: the labels'. */
  fit(font: string): void {
    const { root } = this.overlay;
    const { clientWidth: width, clientHeight: height } = root;
    if (width === 0 || height === 0) return; // hidden tab
    this.room = this.pad.layOut(width, height);
    const small = isNarrow(width, this.room);
    root.classList.toggle("narrow", small);
    this.card = this.cardRoom();
    root.style.setProperty("--card-right", `${this.card.right}px`);
    root.style.setProperty("--card-bottom", `${this.card.bottom}px`);
    this.pad.root.inert = this.card.bottom > 0; // the card lies over it
    const rows = this.labels.rowsWidth(small ? 12 : 13, font, small);
    this.covered = this.overlay.covered;
    const insets = insetsFor({ width, height }, this.room, this.card, rows, small, this.covered);
    const sameSize = this.viewport?.width === width && this.viewport.height === height;
    this.viewport = { width, height, insets };
    this.measureLabels(font);
    this.view?.resize(this.viewport, sameSize);
    this.view?.stage.invalidate();
  }

  measureLabels(font: string): void {
    const { small } = this;
    this.labels.measure(small ? 11 : 12, small ? 13 : 15, font);
  }

  /** Words over the scene have another size: the labels keep clear of them, and the network of what is read. */
  cover(font: string): void {
    const { top, legend } = this.overlay.covered;
    const moved = Math.abs(top - this.covered.top) > 1;
    this.covered = { top, legend };
    if (moved) this.fit(font);
    else this.view?.stage.invalidate();
  }

  /** A frame was drawn: the labels follow. */
  placeLabels(): void {
    const { view, viewport, room, card, covered, small } = this;
    if (!view || !viewport) return;
    const { bounds, taken } = labelRoom(viewport, room, card, small, covered);
    this.labels.place(view, bounds, taken);
  }

  private get small(): boolean {
    return this.overlay.root.classList.contains("narrow");
  }
}
