/** The pad's buttons and its brush. */
import { button, element } from "../scene/overlay";
import type { Tool } from "./sketch";

export const icons = {
  pen: "M4 16l1-4L13 4l3 3-8 8zM11 6l3 3",
  eraser: "M3.500 11.500l7-7 6 6-5 5h-4zM7 8l6 6M6.500 15.500H17",
  undo: "M7 4L3.500 7.500 7 11M4 7.500h8a4 4 0 0 1 0 8H9",
  clear: "M4 6h12M8 6V4h4v2M5.800 6l.7 10h7l.7-10",
  steps: "M3 4h5v5H3zM12 11h5v5h-5zM10 6.500h4.500V9",
  close: "M5 8l5 5 5-5",
} as const;
const names: Readonly<Record<keyof typeof icons, string>> = {
  pen: "Pen",
  eraser: "Eraser",
  undo: "Undo",
  clear: "Clear",
  steps: "Show how the drawing becomes the input",
  close: "Put the pad away",
};
const brush = { least: 10, most: 60, step: 2, usual: 28 }; // pixels of the canvas across; samples are drawn with 28

export interface ToolActions {
  readonly undo: () => void;
  readonly clear: () => void;
  readonly steps: () => void;
  readonly close: () => void;
}

export class Tools {
  readonly root = element("div", "controls");
  tool: Tool = "pen";
  private readonly buttons: Readonly<Record<keyof typeof icons, HTMLButtonElement>>;
  private readonly width = document.createElement("input");

  constructor(actions: ToolActions) {
    const make = (what: keyof typeof icons, act: () => void) =>
      button({ name: names[what], icon: icons[what], act });
    this.buttons = {
      pen: make("pen", () => this.choose("pen")),
      eraser: make("eraser", () => this.choose("eraser")),
      undo: make("undo", actions.undo),
      clear: make("clear", actions.clear),
      steps: make("steps", actions.steps),
      close: make("close", actions.close),
    };
    const row = element("div", "row");
    row.append(...Object.values(this.buttons));
    const label = document.createElement("label");
    const { least, most, step, usual } = brush;
    Object.assign(this.width, { type: "range", min: least, max: most, step, value: usual });
    label.append("Brush", this.width);
    label.className = "brush";
    this.root.append(row, label);
    this.choose(this.tool);
    this.expand(false);
  }

  /** Of the brush, in pixels of the canvas. */
  get radius(): number {
    return Number(this.width.value) / 2;
  }

  /** Buttons without anything to do stay where the focus can be, and say so. */
  enable(what: { readonly undo: boolean; readonly clear: boolean }): void {
    this.buttons.undo.ariaDisabled = String(!what.undo);
    this.buttons.clear.ariaDisabled = String(!what.clear);
  }

  expand(open: boolean): void {
    this.buttons.steps.ariaExpanded = String(open);
  }

  focus(): void {
    this.buttons[this.tool].focus();
  }

  private choose(tool: Tool): void {
    this.tool = tool;
    for (const name of ["pen", "eraser"] as const) this.buttons[name].ariaPressed = String(name === tool);
  }
}
