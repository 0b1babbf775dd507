/** What lies where on the scene's area: the network beside pad and card, the labels where nothing else is. */
import type { Room } from "../drawing/docking";
import type { Pad } from "../drawing/pad";
import type { Labels } from "./labels";
import { type CardRoom, insetsFor, isNarrow, labelRoom } from "./room";
import type { Viewport } from "./view";
import type { View3d } from "./view_3d";

export class Framing {
  private viewport: Viewport | null = null;
  private room: Room = { left: 0, leftHeight: 0, bottom: 0, aboveLegend: 0 };
  private card: CardRoom = { right: 0, bottom: 0, panel: 0 };

  constructor(
    private readonly root: HTMLElement,
    private readonly pad: Pad,
    private readonly labels: Labels,
    private readonly view: View3d | null,
    private readonly cardRoom: () => CardRoom,
  ) {}

  /** The scene has another size, or something over it takes another part of it. `font`: the labels'. */
  fit(font: string): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (width === 0 || height === 0) return; // hidden tab
    this.room = this.pad.layOut(width, height);
    const small = isNarrow(width, this.room);
    this.root.classList.toggle("narrow", small);
    this.card = this.cardRoom();
    this.root.style.setProperty("--card-right", `${this.card.right}px`);
    this.root.style.setProperty("--card-bottom", `${this.card.bottom}px`);
    this.pad.root.inert = this.card.bottom > 0; // the card lies over it
    const rows = this.labels.rowsWidth(small ? 12 : 13, font, small);
    const insets = insetsFor({ width, height }, this.room, this.card, rows, small);
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

  /** A frame was drawn: the labels follow. */
  placeLabels(): void {
    const { view, viewport, room, card, small } = this;
    if (!view || !viewport) return;
    const { bounds, taken } = labelRoom(viewport, room, card, small);
    this.labels.place(view, bounds, taken);
  }

  private get small(): boolean {
    return this.root.classList.contains("narrow");
  }
}
