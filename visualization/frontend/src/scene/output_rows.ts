/** The rows beside the outputs: name, bar and share of each class, or of the likeliest where there are many. */
import { cornersOf, type Point, type Wall } from "../layout";
import type { Box } from "./label_placement";
import type { Eye } from "./labels";
import { element } from "./overlay";
import { outlineOf } from "./picking";
import { aligned, likeliest, othersInWords } from "./ranking";
import { largestIndex, percent } from "./words";

interface Row {
  readonly node: HTMLElement;
  readonly name: HTMLElement;
  readonly bar: HTMLElement;
  readonly value: HTMLElement;
  readonly sign: HTMLElement;
}
/** A pointer on a row. */
export interface RowEvents {
  readonly over: (index: number | null) => void;
  readonly pick: (index: number) => void;
}

/** Outputs that all have a row; of more, the likeliest that many. */
export const mostRows = 10;
const longestName = 76; // pixels, as in the styles
const lineHeight = 14; // pixels from row to row at least
const beside = 6; // pixels from the wall
const margin = 40; // pixels out of sight that a row is still of use
const leader = 12; // pixels that a line to a row takes at least

export class OutputRows {
  private rows: Row[] = [];
  private classNames: readonly string[] = [];
  /** Which class each row tells of. */
  private told: readonly number[] = [];
  private shares: readonly number[] = []; // of the rows
  private readonly others = element("div", "output others");
  private readonly lines = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  private readonly path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  private readonly pen = document.createElement("canvas").getContext("2d");
  private width = 0; // pixels, of the widest row

  constructor(
    private readonly parent: HTMLElement,
    private readonly events: RowEvents,
  ) {
    this.lines.classList.add("over", "leaders");
    this.lines.append(this.path);
  }

  /** `classNames`: of the last layer's units; empty where they have none. */
  setNetwork(classNames: readonly string[]): void {
    this.classNames = classNames;
    const count = Math.min(mostRows, classNames.length);
    this.parent.append(this.lines);
    this.rows = Array.from({ length: count }, (_, place) => this.addRow(place));
    this.told = this.rows.map((_, place) => place);
    this.others.textContent = "";
    if (this.many) this.parent.append(this.others);
  }

  /** CSS pixels that the widest row takes, for the view to leave free. */
  measure(fontSize: number, font: string, small: boolean): number {
    const { pen } = this;
    if (!pen || this.rows.length === 0) return 60;
    pen.font = `700 ${fontSize}px ${font}`;
    const names = this.classNames.map((name) => Math.min(longestName, pen.measureText(name).width));
    const widest = Math.max(...names);
    this.parent.style.setProperty("--class-width", `${Math.ceil(widest)}px`);
    const line = widest + pen.measureText("> 99.9 %").width + (small ? 26 : 92);
    this.width = Math.ceil(this.many ? Math.max(line, pen.measureText("and 90 others: 99.9 %").width) : line);
    return this.width + (this.many ? leader : 0);
  }

  setProbabilities(probabilities: Float32Array): void {
    const winner = largestIndex(probabilities);
    if (this.many) this.told = likeliest(probabilities, mostRows);
    for (const [place, row] of this.rows.entries()) {
      const index = this.told[place];
      if (row.name.textContent !== this.classNames[index]) row.name.textContent = this.classNames[index];
      row.node.classList.toggle("winner", index === winner);
      row.sign.textContent = index === winner ? "▶" : "";
      row.bar.style.transform = `scaleX(${Math.max(0, Math.min(1, probabilities[index]))})`;
      row.value.textContent = percent(probabilities[index]);
    }
    this.shares = this.told.map((index) => probabilities[index]);
    if (this.many) this.others.textContent = othersInWords(probabilities, this.told);
  }

  /** Beside the wall of the outputs, apart from each other, within `bounds` and above what is `taken` there; what they
   * take. Where not all have room it is the likeliest that are written. */
  place(eye: Eye, bounds: Box, taken: readonly Box[]): Box[] {
    const wall = eye.walls[eye.walls.length - 1];
    const nodes = [...this.rows.map(({ node }) => node), ...(this.many ? [this.others] : [])];
    const room = this.roomIn(bounds, taken);
    const cells = wall ? this.told.map((index) => this.edgeOf(eye, wall, index)) : [];
    const seen = nodes.length > 0 && this.isInSight(eye, wall, cells, room);
    const written = seen ? this.withRoom(nodes.length, room) : [];
    for (const [place, node] of nodes.entries())
      node.style.visibility = written.includes(place) ? "visible" : "hidden";
    if (written.length === 0) {
      this.path.setAttribute("d", "");
      return [];
    }
    const list = this.many
      ? spreadAround(cornersOnScreen(eye, wall), nodes.length)
      : cells.map((cell) => cell!.y);
    const wanted = written.map((place) => list[place]);
    const ys = aligned(wanted, lineHeight, room.top, room.bottom);
    const apart = this.many || ys.some((y, at) => Math.abs(y - wanted[at]) > 2);
    const edge = Math.max(...cells.map((cell) => cell!.x), apart ? rightOf(eye, wall, ys) : 0);
    const lines: string[] = [];
    const boxes = written.map((place, at): Box => {
      const cell = cells[place]; // those that are not written one by one have none
      const x = apart ? Math.min(edge + beside + leader, room.right) : cell!.x + beside;
      if (cell && apart) lines.push(`M${cell.x + 1} ${cell.y.toFixed(1)}L${x} ${ys[at].toFixed(1)}`);
      // Whole pixels: text between two is blurred.
      nodes[place].style.transform =
        `translate(${Math.round(x)}px, ${Math.round(ys[at] - lineHeight / 2)}px)`;
      return { x, y: ys[at] - lineHeight / 2, width: this.width, height: lineHeight };
    });
    this.path.setAttribute("d", lines.join(""));
    return boxes;
  }

  /** Where rows may stand; `right`: where they begin at most. */
  private roomIn(bounds: Box, taken: readonly Box[]): Room {
    const right = bounds.x + bounds.width - this.width;
    const below = taken.filter(({ x, width }) => x + width > right).map(({ y }) => y);
    return {
      left: bounds.x,
      right,
      top: bounds.y + lineHeight,
      bottom: Math.min(bounds.y + bounds.height, ...below),
    };
  }

  /** The places that are written, of `count`, from top to bottom. */
  private withRoom(count: number, { top, bottom }: Room): number[] {
    const places = [...Array(count).keys()];
    const most = Math.floor((bottom - top) / lineHeight);
    if (most >= count) return places;
    return likeliest(this.shares, Math.max(0, most)).sort((a, b) => a - b);
  }

  /** Whether the wall of the outputs can be seen, at its right edge. */
  private isInSight(eye: Eye, wall: Wall, cells: readonly (Point2 | null)[], room: Room): boolean {
    const seen = cells.filter((cell) => cell !== null);
    const inRoom = ({ x, y }: Point2) =>
      x > room.left && x < room.right + this.width && y > room.top - margin && y < room.bottom + margin;
    if (wall.state === "hidden" || seen.length < cells.length || !seen.some(inRoom)) return false;
    const [, top, bottom] = cornersOf(wall);
    const middle: Point = [wall.x, (top[1] + bottom[1]) / 2, top[2]];
    return [top, middle, bottom].some((point) => eye.sees(wall, point));
  }

  private get many(): boolean {
    return this.classNames.length > mostRows;
  }

  /** The middle of the right edge of an output's cell, on the screen. */
  private edgeOf(eye: Eye, wall: Wall, index: number): Point2 | null {
    const [row, column] = [Math.floor(index / wall.cells.columns), index % wall.cells.columns];
    const tiled = wall.tiles.count > 1;
    const neuron = tiled
      ? { wall: 0, channel: index, row: 0, column: 0, index }
      : { wall: 0, channel: 0, row, column, index };
    const [, top, bottom] = outlineOf(wall, neuron, tiled).map((corner) => eye.project(...corner));
    return top && bottom && { x: (top.x + bottom.x) / 2, y: (top.y + bottom.y) / 2 };
  }

  private addRow(place: number): Row {
    const node = element("div", "output");
    const [sign, name, track, value] = ["sign", "class", "bar", "value"].map((part) => element("span", part));
    const bar = document.createElement("i");
    track.append(bar);
    node.append(sign, name, track, value);
    node.addEventListener("pointerenter", () => this.events.over(this.told[place]));
    node.addEventListener("pointerleave", () => this.events.over(null));
    node.addEventListener("click", () => this.events.pick(this.told[place]));
    this.parent.append(node);
    return { node, name, bar, value, sign };
  }
}

interface Room {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Point2 {
  readonly x: number;
  readonly y: number;
}

function cornersOnScreen(eye: Eye, wall: Wall): Point2[] {
  const corners = cornersOf(wall).map((corner) => eye.project(...corner));
  return corners.filter((corner) => corner !== null);
}

/** So many lines around the middle of a wall. */
function spreadAround(corners: readonly Point2[], count: number): number[] {
  const ys = corners.map(({ y }) => y);
  const middle = (Math.min(...ys) + Math.max(...ys)) / 2;
  return Array.from({ length: count }, (_, place) => middle + (place - (count - 1) / 2) * lineHeight);
}

/** Where every wall ends that stands as high on the screen as the rows do, for these to stand beside them. */
function rightOf(eye: Eye, wall: Wall, ys: readonly number[]): number {
  const [top, bottom] = [ys[0] - lineHeight, ys[ys.length - 1] + lineHeight];
  const others = eye.walls.filter((other) => other.state !== "hidden" && other.shelf !== wall.shelf);
  const edges = others.map((other) => {
    const corners = cornersOnScreen(eye, other);
    const within = corners.some(({ y }) => y > top && y < bottom);
    return within ? Math.max(...corners.map(({ x }) => x)) : 0;
  });
  return Math.max(0, ...edges);
}
