/** Pointer and keyboard on the picture: which node is looked at, which one is kept, where the keyboard is. */
import type { Graph, Place } from "./graph";
import { type Direction, type LinksLayout, nodeAt, sameNode, stepFrom } from "./layout";

export interface TouchEvents {
  /** What is isolated or focused has changed. */
  readonly changed: () => void;
  /** The keyboard has come to a node, or has kept it. */
  readonly walked: (place: Place) => void;
}

const directions: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "first",
  End: "last",
};

export class Touching {
  /** Kept by a click or Enter, until it is let go of. */
  kept: Place | null = null;
  private hovered: Place | null = null;
  private walkedTo: Place | null = null;
  private layout: LinksLayout | null = null;
  private graph: Graph | null = null;
  private readonly listeners = new AbortController();

  /** `scrolled`: how far the canvas is from the picture's left, in CSS pixels. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly events: TouchEvents,
    private readonly scrolled: () => number,
  ) {
    const { signal } = this.listeners;
    canvas.addEventListener("pointermove", (event) => this.hover(this.at(event)), { signal });
    canvas.addEventListener("pointerleave", () => this.hover(null), { signal });
    canvas.addEventListener("click", (event) => this.click(this.at(event)), { signal });
    canvas.addEventListener("keydown", (event) => this.key(event), { signal });
    canvas.addEventListener("focus", () => this.focus(), { signal });
    canvas.addEventListener("blur", () => this.events.changed(), { signal });
  }

  /** The node whose links alone are drawn: what is kept, else what the pointer is on, else where the keyboard is. */
  get isolated(): Place | null {
    return this.kept ?? this.hovered ?? this.focused;
  }

  get focused(): Place | null {
    return this.canvas.matches(":focus-visible") ? this.walkedTo : null;
  }

  /** A new graph: the same nodes are looked at, if they are still shown. */
  follow(graph: Graph, layout: LinksLayout): void {
    const before = this.graph;
    if (before && before !== graph) {
      const still = (place: Place | null) => place && sameNode(place, before, graph);
      [this.kept, this.hovered] = [still(this.kept), still(this.hovered)];
      this.walkedTo = still(this.walkedTo);
    }
    [this.graph, this.layout] = [graph, layout];
  }

  dispose(): void {
    this.listeners.abort();
  }

  private at(event: MouseEvent): Place | null {
    const { left, top } = this.canvas.getBoundingClientRect();
    return this.layout && nodeAt(this.layout, event.clientX - left + this.scrolled(), event.clientY - top);
  }

  private hover(place: Place | null): void {
    if (place?.column === this.hovered?.column && place?.row === this.hovered?.row) return;
    this.hovered = place;
    this.events.changed();
  }

  private click(place: Place | null): void {
    this.keep(place && same(place, this.kept) ? null : place);
    if (place) this.walkedTo = place;
    if (!this.kept) this.hovered = null;
    this.events.changed();
  }

  private keep(place: Place | null): void {
    this.kept = place;
  }

  private focus(): void {
    this.walkedTo ??= this.answer();
    if (this.focused) this.events.walked(this.focused);
    this.events.changed();
  }

  /** Where the keyboard begins: at the picture, from where the numbers flow. */
  private answer(): Place | null {
    return this.graph && { column: 0, row: 0 };
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.layout) return;
    const direction = directions[event.key];
    this.walkedTo ??= this.answer();
    if (!this.walkedTo) return;
    if (direction) {
      this.walkedTo = stepFrom(this.layout, this.walkedTo, direction);
      this.kept = null;
    } else if (event.key === "Enter" || event.key === " ") {
      this.kept = same(this.walkedTo, this.kept) ? null : this.walkedTo;
    } else if (event.key === "Escape" && (this.kept || this.hovered)) {
      [this.kept, this.hovered] = [null, null];
    } else return;
    event.preventDefault();
    this.events.walked(this.walkedTo);
    this.events.changed();
  }
}

function same(one: Place | null, other: Place | null): boolean {
  return one !== null && other !== null && one.column === other.column && one.row === other.row;
}
