/** The picture on its canvas: what is shown of a reading, where it lies, and its drawing at the screen's next frame. */
import type { Theme } from "../theme";
import { Colours } from "./colours";
import { type Column, columnsOf } from "./columns";
import type { LinksSettings } from "./contract";
import { type Graph, graphOf, type Place, type Reading } from "./graph";
import { type LinksLayout, layOut, outputsIn, rowsIn, widthOf } from "./layout";
import { classRoom } from "./lettering";
import { Painter, type Part } from "./painter";

const sharpest = 2; // canvas pixels to a CSS pixel: more costs more than it shows

const longest = 16_000; // canvas pixels on a side that browsers allow

/** What is looked at by pointer and keyboard. */
export interface Looked {
  readonly isolated: Place | null;
  readonly focused: Place | null;
}

export class Picture {
  graph: Graph | null = null;
  layout: LinksLayout | null = null;
  private readonly painter = new Painter();
  private columns: readonly Column[] = [];
  private made = ""; // of which network the columns are
  private size = { width: 0, height: 0 };
  private colours: Colours;
  private classNames: readonly string[] = [];

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private theme: Theme,
  ) {
    this.colours = new Colours(theme, "perceptual");
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.colours = new Colours(theme, this.colours.palette);
  }

  /** Room for the picture, in CSS pixels; a network of many layers is broader than that. */
  setSize(width: number, height: number): void {
    this.size = { width, height };
  }

  /** Choose what is shown. `calm`: shown nodes stay unless others are clearly stronger. */
  read(reading: Reading, classNames: readonly string[], settings: LinksSettings, calm: boolean): void {
    const made = JSON.stringify([reading.layers, settings.every_layer]);
    if (made !== this.made) {
      this.columns = columnsOf(reading.layers, settings.every_layer);
      this.graph = null;
      this.made = made;
    }
    if (settings.palette !== this.colours.palette) this.colours = new Colours(this.theme, settings.palette);
    this.classNames = classNames;
    const { width: seen, height } = this.size;
    const most = Math.min(settings.most, rowsIn(height, seen));
    const before = calm ? this.graph : null;
    this.graph = graphOf(this.columns, reading, most, settings.order, before, outputsIn(height, seen));
    const answer = this.answerRoom();
    const width = widthOf(this.columns.length, seen, answer);
    this.layout = layOut(this.graph.columns, width, height, { answer, seen });
  }

  /** What the classes' names and shares take at the right, in CSS pixels: that nothing is cut there. */
  private answerRoom(): number | undefined {
    const context = this.canvas.getContext("2d");
    const classes = this.graph?.columns.at(-1);
    return context && classes ? classRoom(context, this.classNames, classes.rest, this.colours) : undefined;
  }

  /** Canvas pixels to a CSS pixel where `wanted` are: a canvas may only be so long, and hundreds of layers are. */
  sharpness(wanted: number): number {
    return Math.min(wanted, longest / (this.layout?.width ?? 1));
  }

  /** Draw the part that is in sight: from `left` on. A picture of hundreds of layers is far larger than a canvas may be. */
  draw(looked: Looked, left: number): void {
    const { canvas, layout } = this;
    if (!layout) return;
    const scale = Math.min(sharpest, window.devicePixelRatio || 1);
    const [width, height] = [Math.round(layout.seen * scale), Math.round(layout.height * scale)];
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height });
      Object.assign(canvas.style, { width: `${layout.seen}px`, height: `${layout.height}px` });
    }
    const context = canvas.getContext("2d");
    if (!context) return; // the browser is out of memory: the table still has all numbers
    context.setTransform(scale, 0, 0, scale, -left * scale, 0);
    this.paint(context, looked, { left, right: left + layout.seen });
  }

  /** Draw it anywhere, in CSS pixels, or a part of it. */
  paint(context: CanvasRenderingContext2D, { isolated, focused }: Looked, part?: Part): void {
    const { graph, layout, colours, classNames } = this;
    if (!graph || !layout) return;
    this.painter.draw(context, graph, layout, { colours, classNames, isolated, focused }, part);
  }
}
