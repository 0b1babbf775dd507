/** Names under the walls and the rows beside the outputs: HTML that follows the camera. */
import { cornersOf, isColour, type Point, type Wall } from "../layout";
import { type Box, type Extent, placeLabels, placeOnShelves } from "./label_placement";
import { OutputRows, type RowEvents } from "./output_rows";
import { element } from "./overlay";
import { outlineOf } from "./picking";
import { shapeInShort, shapeInWords, titleInShort } from "./words";

/** A point in space to CSS pixels of the canvas; null behind the camera. */
export type Project = (x: number, y: number, z: number) => { x: number; y: number } | null;

export interface Eye {
  readonly project: Project;
  /** Whether no other wall stands before this point of a wall. */
  readonly sees: (wall: Wall, point: Point) => boolean;
  /** Where the walls are now, one for each layer. */
  readonly walls: readonly Wall[];
  readonly forward: Wall | null;
}

interface Label {
  readonly node: HTMLElement;
  /** Ways to write it, each a list of lines, the most detailed first. */
  readonly ways: readonly (readonly string[])[];
  extents: readonly Extent[];
  way: number;
}
const letterHeight = 15; // pixels that a colour's picture must have
const below = 7; // pixels from a wall to its label

export class Labels {
  private labels: Label[] = []; // one for each layer
  /** Of the map brought forward. */
  private forwardLabel: (Label & { readonly title: string }) | null = null;
  private font: readonly [size: number, lineHeight: number, family: string] = [12, 15, "sans-serif"];
  private readonly rows: OutputRows;
  private letters: HTMLElement[] = []; // beside the three colours of the input
  private readonly pen = document.createElement("canvas").getContext("2d");

  constructor(
    private readonly parent: HTMLElement,
    events: RowEvents,
  ) {
    this.rows = new OutputRows(parent, events);
  }

  setNetwork(walls: readonly Wall[], classNames: readonly string[]): void {
    this.parent.replaceChildren();
    this.forwardLabel = null;
    this.labels = walls.map(({ layer }) => {
      const title = titleInShort(layer); // the readout has it in full
      return this.addLabel([
        [`${title} · ${shapeInWords(layer)}`],
        [title, shapeInWords(layer)],
        [title, shapeInShort(layer)],
        [title],
      ]);
    });
    const outputs = walls[walls.length - 1].layer.output_shape;
    const named = outputs.length === 1 && outputs[0] === classNames.length;
    this.rows.setNetwork(named ? classNames : []);
    this.letters = isColour(walls[0].layer) ? ["R", "G", "B"].map((letter) => this.addLetter(letter)) : [];
    this.measure(...this.font);
  }

  /** CSS pixels that the widest output row takes, for the view to leave free. */
  rowsWidth(fontSize: number, font: string, small: boolean): number {
    return this.rows.measure(fontSize, font, small);
  }

  /** Measure all ways of all labels in the font that they are drawn in. */
  measure(fontSize: number, lineHeight: number, font: string): void {
    this.font = [fontSize, lineHeight, font];
    for (const label of [...this.labels, ...(this.forwardLabel ? [this.forwardLabel] : [])]) {
      label.way = -1;
      label.extents = this.extentsOf(label.ways);
    }
  }

  private extentsOf(ways: Label["ways"]): Extent[] {
    const { pen } = this;
    if (!pen) return [];
    const [fontSize, lineHeight, font] = this.font;
    pen.font = `600 ${fontSize}px ${font}`;
    return ways.map((lines) => {
      const width = Math.max(...lines.map((line) => pen.measureText(line).width));
      return { width: Math.ceil(width) + 2, height: lines.length * lineHeight };
    });
  }

  private addLabel(ways: Label["ways"]): Label {
    const node = element("div", "label");
    this.parent.append(node);
    return { node, ways, extents: [], way: -1 };
  }

  /** The label of the map brought forward: made when there is another, gone when there is none. */
  private followForward(forward: Wall | null): void {
    const title = forward && `${titleInShort(forward.layer)}, map ${forward.channel}`;
    if ((this.forwardLabel?.title ?? null) === title) return;
    this.forwardLabel?.node.remove();
    if (title === null) {
      this.forwardLabel = null;
      return;
    }
    const [layer, map] = [titleInShort(forward!.layer), `map ${forward!.channel}`];
    // As many ways as the others have, since all are written the same way.
    const ways = [[`${layer} · ${map}`], [layer, map], [layer, map], [title]];
    const label = this.addLabel(ways);
    this.forwardLabel = { ...label, title, extents: this.extentsOf(ways) };
  }

  setProbabilities(probabilities: Float32Array): void {
    this.rows.setProbabilities(probabilities);
  }

  place(eye: Eye, bounds: Box, taken: readonly Box[]): void {
    this.followForward(eye.forward);
    const project: Project = (x, y, z) => eye.project(x, y, z);
    const rows = this.rows.place(eye, bounds, taken);
    this.placeLetters(eye);
    const all = this.labels.map((label, index) => ({ label, wall: eye.walls[index] }));
    if (this.forwardLabel && eye.forward) all.push({ label: this.forwardLabel, wall: eye.forward });
    const [seen, hidden] = [
      all.filter(({ wall }) => wall.state !== "hidden"),
      all.filter(({ wall }) => wall.state === "hidden"),
    ];
    for (const { label } of hidden) label.node.style.visibility = "hidden";
    const walls = seen.map(({ wall }) => boxOnScreen(wall, project));
    const labelled = seen.map(({ label }, index) => {
      const { x, y, width, height } = walls[index];
      return { x: x + width / 2, y: y + height + below, ways: label.extents };
    });
    // Close up, walls fill the screen: then a label may lie on a wall, but never on another label.
    const shelves = seen.some(({ wall }) => wall.shelf > 0);
    let placed = (shelves ? placeOnShelves : placeLabels)(labelled, bounds, [...taken, ...rows, ...walls]);
    if (!shelves && placed.includes(null)) placed = placeLabels(labelled, bounds, [...taken, ...rows]);
    for (const [index, { label }] of seen.entries()) {
      const box = placed[index];
      label.node.style.visibility = box ? "visible" : "hidden";
      if (!box) continue;
      if (label.way !== box.way) write(label, box.way);
      // Whole pixels: text between two is blurred, and costs the browser more.
      label.node.style.transform = `translate(${Math.round(box.x)}px, ${Math.round(box.y)}px)`;
    }
  }

  /** Left of each colour's own picture, where that is large enough to be told apart. */
  private placeLetters(eye: Eye): void {
    const [wall] = eye.walls;
    for (const [channel, node] of this.letters.entries()) {
      const [topLeft, , , bottomLeft] = outlineOf(
        wall,
        { wall: 0, channel, row: 0, column: 0, index: 0 },
        true,
      );
      const [top, bottom] = [eye.project(...topLeft), eye.project(...bottomLeft)];
      const shown = wall.state !== "hidden" && top && bottom && bottom.y - top.y > letterHeight;
      node.style.visibility = shown ? "visible" : "hidden";
      if (!shown) continue;
      const [x, y] = [Math.min(top.x, bottom.x) - 14, (top.y + bottom.y) / 2 - 7];
      node.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    }
  }

  private addLetter(letter: string): HTMLElement {
    const node = element("div", "label");
    const bold = element("b", "");
    bold.textContent = letter;
    node.append(bold);
    this.parent.append(node);
    return node;
  }
}

/** The smallest upright box around a wall on the screen; out of sight when a corner is behind the camera. */
function boxOnScreen(wall: Wall, project: Project): Box {
  const corners = cornersOf(wall).map((corner) => project(...corner));
  const seen = corners.filter((corner) => corner !== null);
  if (seen.length < corners.length) return { x: -1e6, y: -1e6, width: 0, height: 0 };
  const [xs, ys] = [seen.map(({ x }) => x), seen.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

function write(label: Label, way: number): void {
  label.way = way;
  label.node.style.width = `${label.extents[way].width}px`;
  const [first, second] = label.ways[way];
  const bold = element("b", "");
  bold.textContent = first;
  label.node.replaceChildren(bold);
  if (way === 0) {
    const [title, ...rest] = first.split(" · ");
    bold.textContent = title;
    label.node.append(quiet(` · ${rest.join(" · ")}`));
  } else if (second) label.node.append(document.createElement("br"), quiet(second));
}

function quiet(text: string): HTMLElement {
  const span = element("span", "");
  span.textContent = text;
  return span;
}
