/** What is on the pad: strokes, the ink they make, and whether it is the picture that the network reads. No DOM. */
import type { SceneData } from "../contract";
import { Ink } from "./ink";
import { type DrawingMessage, encodeBytes, messageOf, type PadReport } from "./message";
import {
  allOn,
  type InputShape,
  inputValues,
  mnistShape,
  type Steps,
  type Switches,
  stepsOf,
} from "./preprocessing";

export type Tool = "pen" | "eraser";

/** x and y in turn, in pixels of the canvas; "clear" has none. */
interface Stroke {
  readonly tool: Tool | "clear";
  readonly radius: number;
  readonly points: number[];
}

const caption = "your drawing"; // as visualization/pictures.py says it when the pen is up

export class Sketch {
  readonly ink = new Ink();
  switches: Switches = allOn;
  /** Whether the pad is open, once there is a view: kept here, as all of this, over the view's coming and going. */
  open: boolean | null = null;
  /** The drawing is the picture on the screen; another one has been chosen since if not. */
  held = false;
  /** Counts the changes; Python repeats that of the drawing it knows. */
  serial = 0;
  /** The serial that Python knows; null before the first. */
  taken: number | null = null;
  /** What the network on the screen reads. */
  private shape: InputShape = mnistShape;
  private strokes: Stroke[] = [];
  private steps: Steps | null = null;

  get canUndo(): boolean {
    return this.strokes.length > 0;
  }

  get isBlank(): boolean {
    return !this.canUndo || this.strokes[this.strokes.length - 1].tool === "clear";
  }

  begin(tool: Tool, radius: number, x: number, y: number): void {
    this.change();
    this.strokes.push({ tool, radius, points: [x, y] });
    this.ink.draw(x, y, x, y, radius, tool === "eraser");
  }

  /** The stroke goes on to a place. */
  extend(x: number, y: number): void {
    const { tool, radius, points } = this.strokes[this.strokes.length - 1];
    const [fromX, fromY] = points.slice(-2);
    if (fromX === x && fromY === y) return;
    points.push(x, y);
    this.ink.draw(fromX, fromY, x, y, radius, tool === "eraser");
    this.steps = null;
  }

  /** Take the last stroke away, or a clearing of the pad. */
  undo(): void {
    this.change();
    this.strokes.pop();
    this.ink.clear();
    const cleared = this.strokes.map((stroke) => stroke.tool).lastIndexOf("clear");
    for (const { tool, radius, points } of this.strokes.slice(cleared + 1)) {
      const erase = tool === "eraser";
      this.ink.draw(points[0], points[1], points[0], points[1], radius, erase);
      for (let at = 2; at < points.length; at += 2) {
        this.ink.draw(points[at - 2], points[at - 1], points[at], points[at + 1], radius, erase);
      }
    }
  }

  clear(): void {
    this.change();
    this.strokes.push({ tool: "clear", radius: 0, points: [] });
    this.ink.clear();
  }

  /** Switch steps of the preprocessing. While another picture is shown this is no change of the picture. */
  switchTo(switches: Switches): void {
    this.switches = switches;
    if (this.held) this.change();
    this.steps = null;
  }

  /** The preprocessing of what is on the pad now. */
  prepared(): Steps {
    this.steps ??= stepsOf(this.ink, this.switches, this.shape);
    return this.steps;
  }

  message(): DrawingMessage {
    return messageOf(this.serial, this.ink, this.switches);
  }

  /** Hear what Python knows. Until it knows this very drawing, its word on what is shown is about an older one. */
  heed(report: PadReport): void {
    this.taken = report.taken;
    if (report.taken === this.serial) this.held = report.shown;
  }

  /** The data with the drawing as its picture, where it is ahead of Python; after that Python sends the same pixels. */
  over(data: SceneData): SceneData {
    this.fitTo(data.image.shape);
    if (!this.held || data.pad.taken === this.serial) return data;
    const pixels = encodeBytes(inputValues(this.prepared().centre, this.shape));
    const image = { pixels, shape: this.shape, label: null, caption };
    return { ...data, image, pad: { ...data.pad, shown: true } };
  }

  /** Prepare the drawing for a network that reads pictures of this shape. */
  private fitTo(shape: InputShape): void {
    if (shape.join() === this.shape.join()) return;
    this.shape = shape;
    this.steps = null;
  }

  get inputShape(): InputShape {
    return this.shape;
  }

  private change(): void {
    this.serial++;
    this.held = true;
    this.steps = null;
  }
}

/** Whether the network reads what the pad makes. */
export function padFits(data: SceneData): boolean {
  const [, , channels] = data.image.shape;
  return channels === 1 || channels === 3;
}
