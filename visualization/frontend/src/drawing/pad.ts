/** The drawing pad over the scene: a sheet for pen, finger and mouse, its tools, and the preprocessing on demand. */
import type { SceneData } from "../contract";
import { button, element } from "../scene/overlay";
import type { Theme } from "../theme";
import { canvasSide } from "./ink";
import type { DrawingMessage } from "./message";
import { padStyles } from "./pad_styles";
import { inkColours, paint } from "./paint";
import { padFits, type Sketch, type Tool } from "./sketch";
import { StepsStrip } from "./steps_strip";

const icons = {
  pen: "M4 16l1-4L13 4l3 3-8 8zM11 6l3 3",
  eraser: "M3.500 11.500l7-7 6 6-5 5h-4zM7 8l6 6M6.500 15.500H17",
  undo: "M7 4L3.500 7.500 7 11M4 7.500h8a4 4 0 0 1 0 8H9",
  clear: "M4 6h12M8 6V4h4v2M5.800 6l.7 10h7l.7-10",
  steps: "M3 4h5v5H3zM12 11h5v5h-5zM10 6.500h4.500V9",
  close: "M5 8l5 5 5-5",
} as const;
const brush = { least: 10, most: 60, step: 2, usual: 28 }; // pixels of the canvas across; samples are drawn with 28

export interface PadEvents {
  /** The picture has changed; at most once an animation frame, and within one. */
  readonly follow: () => void;
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
  private readonly buttons: Readonly<Record<keyof typeof icons, HTMLButtonElement>>;
  private readonly width = document.createElement("input");
  private readonly listeners = new AbortController();
  private colours: Uint32Array = new Uint32Array(256);
  private tool: Tool = "pen";
  private pointer: number | null = null; // the one that draws
  private request = 0;

  constructor(
    parent: HTMLElement,
    private readonly sketch: Sketch,
    private readonly events: PadEvents,
  ) {
    const style = document.createElement("style");
    style.textContent = padStyles;
    this.buttons = this.makeButtons();
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
    this.panel.append(this.sheet, this.controls(), this.steps.root);
    this.root.append(style, this.panel, this.opener);
    parent.append(this.root);
    this.listen();
    this.setTool("pen");
    this.showOpen();
    this.mark();
  }

  /** New data from Python; what it says of drawings decides which picture is the one to show. */
  receive(data: SceneData): SceneData {
    this.sketch.heed(data.pad);
    this.root.hidden = !padFits(data);
    this.mark();
    return this.over(data);
  }

  /** The data with the drawing as its picture while that is the latest word. */
  over(data: SceneData): SceneData {
    return padFits(data) ? this.sketch.over(data) : data;
  }

  setTheme(theme: Theme): void {
    this.colours = inkColours(theme);
    this.paint();
  }

  /** CSS pixels that the pad takes from the view: at its left, or, docked, from below. */
  room(docked: boolean): { left: number; bottom: number } {
    if (this.root.hidden || !this.sketch.open) return { left: 0, bottom: docked ? 40 : 0 };
    return docked
      ? { left: 0, bottom: this.panel.offsetHeight + 8 }
      : { left: this.panel.offsetWidth + 16, bottom: 0 };
  }

  dispose(): void {
    cancelAnimationFrame(this.request);
    this.listeners.abort();
    this.root.remove();
  }

  private makeButtons(): Record<keyof typeof icons, HTMLButtonElement> {
    const make = (name: string, icon: string, act: () => void) => button({ name, icon, act });
    return {
      pen: make("Pen", icons.pen, () => this.setTool("pen")),
      eraser: make("Eraser", icons.eraser, () => this.setTool("eraser")),
      undo: make("Undo", icons.undo, () => this.edit(this.sketch.canUndo, () => this.sketch.undo())),
      clear: make("Clear", icons.clear, () => this.edit(!this.sketch.isBlank, () => this.sketch.clear())),
      steps: make("Show how the drawing becomes the input", icons.steps, () => this.toggleSteps()),
      close: make("Put the pad away", icons.close, () => this.setOpen(false)),
    };
  }

  private controls(): HTMLElement {
    const controls = element("div", "controls");
    const row = element("div", "row");
    row.append(...Object.values(this.buttons));
    const label = document.createElement("label");
    const { least, most, step, usual } = brush;
    Object.assign(this.width, { type: "range", min: least, max: most, step, value: usual });
    label.append("Brush", this.width);
    label.className = "brush";
    controls.append(row, label);
    return controls;
  }

  private listen(): void {
    const { signal } = this.listeners;
    const on = (kind: keyof HTMLElementEventMap, act: (event: PointerEvent) => void) =>
      this.sheet.addEventListener(kind, (event) => act(event as PointerEvent), { signal });
    on("pointerdown", (event) => this.penDown(event));
    on("pointermove", (event) => this.penMove(event));
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
      on(kind, (event) => this.penUp(event));
    }
    const undo = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      this.buttons.undo.click();
    };
    this.root.addEventListener("keydown", undo, { signal });
  }

  private penDown(event: PointerEvent): void {
    // A second finger, or a palm beside the pen, does not draw; nor does another button of the mouse.
    if (this.pointer !== null || event.button !== 0) return;
    event.preventDefault();
    this.pointer = event.pointerId;
    this.sheet.setPointerCapture(event.pointerId);
    this.sketch.begin(this.tool, Number(this.width.value) / 2, ...this.place(event));
    this.askForFrame();
  }

  private penMove(event: PointerEvent): void {
    if (event.pointerId !== this.pointer) return;
    // All places since the last event: the browser gives one event a frame, a quick pen would draw corners.
    const coalesced = event.getCoalescedEvents?.() ?? [];
    for (const each of coalesced.length > 0 ? coalesced : [event]) this.sketch.extend(...this.place(each));
    this.askForFrame();
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

  private askForFrame(): void {
    this.request ||= requestAnimationFrame(() => {
      this.request = 0;
      this.follow();
    });
  }

  /** Show the drawing now, and send it if it is the picture. */
  private refresh(send: boolean): void {
    cancelAnimationFrame(this.request);
    this.request = 0;
    this.follow();
    if (send) this.drawn(this.sketch.message());
  }

  private follow(): void {
    this.mark();
    this.paint();
    this.events.follow();
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
    this.root.classList.toggle("resting", !held && !isBlank);
    this.sheet.ariaLabel = isBlank
      ? "The pad is blank"
      : held
        ? "Your drawing"
        : "Your drawing, not shown now";
    this.buttons.undo.ariaDisabled = String(!canUndo);
    this.buttons.clear.ariaDisabled = String(isBlank);
  }

  private setTool(tool: Tool): void {
    this.tool = tool;
    for (const name of ["pen", "eraser"] as const) this.buttons[name].ariaPressed = String(name === tool);
  }

  private toggleSteps(): void {
    const { root } = this.steps;
    root.hidden = !root.hidden;
    this.buttons.steps.ariaExpanded = String(!root.hidden);
    this.paint();
    this.events.resized();
  }

  private setOpen(open: boolean): void {
    const had = this.root.contains((this.root.getRootNode() as Document | ShadowRoot).activeElement);
    this.sketch.open = open;
    this.showOpen();
    if (had) (open ? this.buttons.pen : this.opener).focus(); // the focus must not be lost with its button
    this.paint();
    this.events.resized();
  }

  private showOpen(): void {
    this.panel.hidden = !this.sketch.open;
    this.opener.hidden = this.sketch.open;
  }
}
