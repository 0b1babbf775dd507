/** The drawing pad over the scene: a sheet for pen, finger and mouse, its tools, and the preprocessing on demand. */
import type { SceneData } from "../contract";
import { button, element } from "../scene/overlay";
import type { Theme } from "../theme";
import { liesUnder, opensAtFirst, type Room, sheetSide } from "./docking";
import { canvasSide } from "./ink";
import type { DrawingMessage } from "./message";
import { Pace } from "./pace";
import { padStyles } from "./pad_styles";
import { inkColours, paint } from "./paint";
import { padFits, type Sketch } from "./sketch";
import { StepsStrip } from "./steps_strip";
import { icons, Tools } from "./tools";

export interface PadEvents {
  /** The pen has changed the picture: read it now. `since`: when the pen did, by the clock of performance.now(). */
  readonly read: (since: number) => void;
  /** The picture has changed: show it; at most once an animation frame, and within one. `since` is null for what is no
   * movement of the pen. */
  readonly follow: (since: number | null) => void;
  /** The pad takes another part of the view. */
  readonly resized: () => void;
}

export class Pad {
  readonly root = element("div", "pad");
  /** A drawing is done: the pen is up, or a button has changed it. */
  drawn: (message: DrawingMessage) => void = () => {};
  private readonly panel = element("div", "panel");
  private readonly sheet = document.createElement("canvas");
  private readonly steps: StepsStrip;
  private readonly opener: HTMLButtonElement;
  private readonly tools: Tools;
  private readonly listeners = new AbortController();
  private colours: Uint32Array = new Uint32Array(256);
  private pointer: number | null = null; // the one that draws
  private readonly pace: Pace;
  private received = false;

  constructor(
    private readonly parent: HTMLElement,
    private readonly sketch: Sketch,
    private readonly events: PadEvents,
  ) {
    const style = document.createElement("style");
    style.textContent = padStyles;
    this.pace = new Pace({ compute: events.read, draw: (since) => this.follow(since) });
    this.tools = new Tools({
      undo: () => this.edit(this.sketch.canUndo, () => this.sketch.undo()),
      clear: () => this.edit(!this.sketch.isBlank, () => this.sketch.clear()),
      steps: () => this.toggleSteps(),
      close: () => this.setOpen(false),
    });
    this.opener = button({ name: "Draw", icon: icons.pen, act: () => this.setOpen(true) });
    this.opener.append("Draw");
    this.opener.classList.add("opener");
    this.steps = new StepsStrip(sketch.switches, (switches) => {
      const { held } = this.sketch;
      this.sketch.switchTo(switches);
      this.refresh(held);
    });
    this.steps.root.hidden = true;
    this.root.setAttribute("role", "group");
    this.root.ariaLabel = "Drawing pad";
    this.sheet.className = "sheet";
    this.sheet.setAttribute("role", "img");
    this.panel.append(this.sheet, this.tools.root, this.steps.root);
    this.root.append(style, this.panel, this.opener);
    parent.append(this.root);
    this.listen();
    this.showOpen();
    this.mark();
  }

  /** New data from Python; what it says of drawings decides which picture is the one to show. */
  receive(data: SceneData): SceneData {
    this.sketch.heed(data.pad);
    this.root.hidden = !padFits(data);
    this.mark();
    // The view was left before Python heard of the drawing.
    if (!this.received && this.sketch.held && data.pad.taken !== this.sketch.serial) this.send();
    this.received = true;
    return this.over(data);
  }

  /** The data with the drawing as its picture while that is the latest word. */
  over(data: SceneData): SceneData {
    if (!padFits(data)) return data;
    const over = this.sketch.over(data);
    this.steps.name(this.sketch.inputShape);
    return over;
  }

  setTheme(theme: Theme): void {
    this.colours = inkColours(theme);
    this.paint();
  }

  /** Lie beside the network or under it in a view of this size. */
  layOut(width: number, height: number): Room {
    const under = liesUnder(width, height);
    this.parent.classList.toggle("docked", under);
    this.parent.style.setProperty("--sheet", `${sheetSide(height, under)}px`);
    if (this.sketch.open === null) {
      this.sketch.open = opensAtFirst(height, under);
      this.showOpen();
    }
    const room = this.takes(under);
    this.parent.style.setProperty("--pad-left", `${room.left}px`);
    this.parent.style.setProperty("--pad-bottom", `${room.bottom}px`);
    return room;
  }

  private takes(under: boolean): Room {
    const room = { left: 0, leftHeight: 0, bottom: 0, aboveLegend: 0 };
    if (this.root.hidden) return room;
    if (!this.sketch.open) return { ...room, aboveLegend: this.root.offsetHeight + 8 };
    if (under) return { ...room, bottom: this.root.offsetHeight + 8 };
    return { ...room, left: this.root.offsetWidth + 16, leftHeight: this.root.offsetHeight + 16 };
  }

  dispose(): void {
    this.pace.dispose();
    this.listeners.abort();
    this.root.remove();
  }

  private listen(): void {
    const { signal } = this.listeners;
    const on = (kind: keyof HTMLElementEventMap | "pointerrawupdate", act: (event: PointerEvent) => void) =>
      this.sheet.addEventListener(kind, (event) => act(event as PointerEvent), { signal });
    on("pointerdown", (event) => this.penDown(event));
    // Browsers hold a pointermove back until the next frame; the raw one, where there is one, comes when the pen moves.
    const moves = "onpointerrawupdate" in this.sheet ? "pointerrawupdate" : "pointermove";
    on(moves, (event) => this.penMove(event));
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
      on(kind, (event) => this.penUp(event));
    }
    const undo = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      this.edit(this.sketch.canUndo, () => this.sketch.undo());
    };
    this.root.addEventListener("keydown", undo, { signal });
  }

  private penDown(event: PointerEvent): void {
    // A second finger, or a palm beside the pen, does not draw; nor does another button of the mouse.
    if (this.pointer !== null || event.button !== 0) return;
    event.preventDefault();
    this.pointer = event.pointerId;
    this.sheet.setPointerCapture(event.pointerId);
    this.sketch.begin(this.tools.tool, this.tools.radius, ...this.place(event));
    this.pace.ask(event.timeStamp);
  }

  private penMove(event: PointerEvent): void {
    if (event.pointerId !== this.pointer) return;
    // All places since the last event: a busy browser joins several, and a quick pen would draw corners.
    const coalesced = event.getCoalescedEvents?.() ?? [];
    for (const each of coalesced.length > 0 ? coalesced : [event]) this.sketch.extend(...this.place(each));
    this.pace.ask(event.timeStamp);
  }

  private penUp(event: PointerEvent): void {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.refresh(true);
  }

  /** Where the pointer is, in pixels of the canvas. */
  private place(event: PointerEvent): [number, number] {
    const { left, top, width, height } = this.sheet.getBoundingClientRect();
    return [((event.clientX - left) / width) * canvasSide, ((event.clientY - top) / height) * canvasSide];
  }

  private edit(possible: boolean, act: () => void): void {
    if (!possible || this.pointer !== null) return;
    act();
    this.refresh(true);
  }

  /** Show the drawing now, and send it if it is the picture. */
  private refresh(send: boolean): void {
    this.pace.drawNow();
    if (send) this.send();
  }

  private send(): void {
    this.drawn(this.sketch.message());
  }

  private follow(since: number | null): void {
    this.mark();
    this.paint();
    this.events.follow(since);
  }

  private paint(): void {
    if (!this.sketch.open) return;
    paint(this.sheet, this.sketch.ink, this.colours);
    if (!this.steps.root.hidden) this.steps.show(this.sketch.prepared(), this.colours);
  }

  /** What of the sketch's state is seen and heard. */
  private mark(): void {
    const { held, canUndo, isBlank } = this.sketch;
    this.root.dataset.held = String(held);
    this.root.dataset.known = String(this.sketch.serial === this.sketch.taken);
    this.root.classList.toggle("resting", !held && !isBlank);
    this.sheet.ariaLabel = isBlank
      ? "The pad is blank"
      : held
        ? "Your drawing"
        : "Your drawing, not shown now";
    this.tools.enable({ undo: canUndo, clear: !isBlank });
  }

  private toggleSteps(): void {
    const { root } = this.steps;
    root.hidden = !root.hidden;
    this.tools.expand(!root.hidden);
    this.paint();
    this.events.resized();
  }

  private setOpen(open: boolean): void {
    const had = this.root.contains((this.root.getRootNode() as Document | ShadowRoot).activeElement);
    this.sketch.open = open;
    this.showOpen();
    if (had) (open ? this.tools : this.opener).focus(); // the focus must not be lost with its button
    this.paint();
    this.events.resized();
  }

  private showOpen(): void {
    this.root.classList.toggle("away", !this.sketch.open);
    this.panel.hidden = !this.sketch.open;
    this.opener.hidden = this.sketch.open === true;
  }
}
