/** A map as a small picture with the window framed in it: the window is slid by hand, by keys or by itself. */

import { type Pair, spanOf } from "../contract";
import type { Axis } from "../engine/window";
import { type Area, areaOf, patchOf, type WindowLayer, windowAxes } from "../explain/patch";
import { asImageShape, indexOf, type Place, type Position, positionOf } from "../explain/place";
import { element } from "../scene/overlay";
import { Playback } from "./playback";
import { rangeOf, type Shades } from "./shades";

const side = 132; // CSS pixels of the longer side, padding included
const rim = 3; // CSS pixels around that, for the frame's line

export class WindowPicture {
  readonly root = element("div", "window");
  private readonly picture = element("div", "picture");
  private readonly canvas = document.createElement("canvas");
  private readonly frame = element("div", "frame");
  private readonly mark = element("div", "mark");
  private readonly playback: Playback;
  private layer: WindowLayer | null = null;
  private place: Place | null = null;

  constructor(private readonly select: (place: Place) => void) {
    this.playback = new Playback(select);
    const { picture } = this;
    picture.ariaValueMin = "0";
    picture.append(this.canvas, this.frame, this.mark);
    this.root.append(picture, this.playback.root);
    picture.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      picture.setPointerCapture(event.pointerId);
      this.drag(event);
    });
    picture.addEventListener("pointermove", (event) => {
      if (picture.hasPointerCapture(event.pointerId)) this.drag(event);
    });
    picture.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** `values` are the layer's input, of which `channel` is shown; one of its cells can be marked. */
  show(
    layer: WindowLayer,
    place: Place,
    values: Float32Array,
    channel: number,
    shades: Shades,
    mark: Position | null = null,
  ): void {
    this.layer = layer;
    this.place = place;
    this.playback.show(layer, place);
    const [rows, columns, channels] = asImageShape(layer.input_shape);
    const axes = windowAxes(layer);
    const [above, below] = paddingOf(axes.rows);
    const [before, after] = paddingOf(axes.columns);
    const scale = side / Math.max(above + rows + below, before + columns + after); // CSS pixels a cell
    paintMap(this.canvas, values, [rows, columns, channels], channel, shades);
    Object.assign(this.picture.style, { width: `${columns * scale}px`, height: `${rows * scale}px` });
    this.picture.style.margin = [above, after, below, before]
      .map((cells) => `${cells * scale + rim}px`)
      .join(" ");
    const { row, column } = positionOf(layer.output_shape, place.index);
    const patch = patchOf(layer, row, column);
    lay(this.frame, areaOf(patch), scale);
    dot(this.frame, patch.steps, scale);
    this.mark.hidden = !mark;
    if (mark) lay(this.mark, { ...mark, rows: 1, columns: 1 }, scale);
    this.announce(row, column);
  }

  stop(): void {
    this.playback.stop();
  }

  /** A slider of output positions, row by row; where there is only one, a picture. */
  private announce(row: number, column: number): void {
    const { picture } = this;
    const [rows, columns] = asImageShape(this.layer!.output_shape);
    const slides = rows * columns > 1;
    this.playback.root.hidden = !slides;
    picture.classList.toggle("still", !slides);
    picture.setAttribute("role", slides ? "slider" : "img");
    picture.ariaLabel = slides ? "Position of the window" : "The whole map";
    picture.tabIndex = slides ? 0 : -1;
    picture.ariaValueMax = String(rows * columns - 1);
    picture.ariaValueNow = String(row * columns + column);
    picture.ariaValueText = `row ${row}, column ${column}`;
  }

  private drag(event: PointerEvent): void {
    const { layer } = this;
    if (!layer) return;
    const { left, top, width, height } = this.picture.getBoundingClientRect();
    const axes = windowAxes(layer);
    // The output whose window has its middle nearest to the pointer.
    const nearest = (axis: typeof axes.rows, share: number) =>
      Math.round((share * axis.input + axis.before - spanOf(axis.window, axis.dilation) / 2) / axis.stride);
    this.goTo(
      nearest(axes.rows, (event.clientY - top) / height),
      nearest(axes.columns, (event.clientX - left) / width),
    );
  }

  private pressed(event: KeyboardEvent): void {
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    const move = moves[event.key];
    if (!move || !this.layer || !this.place || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { row, column } = positionOf(this.layer.output_shape, this.place.index);
    this.goTo(row + move[0], column + move[1]);
  }

  /** Select the output of the same map at a position, or the nearest there is. */
  private goTo(row: number, column: number): void {
    const { layer, place } = this;
    if (!layer || !place) return;
    const [rows, columns] = asImageShape(layer.output_shape);
    const { channel } = positionOf(layer.output_shape, place.index);
    const inside = (at: number, length: number) => Math.min(length - 1, Math.max(0, at));
    const position = { row: inside(row, rows), column: inside(column, columns), channel };
    const index = indexOf(layer.output_shape, position);
    this.stop();
    if (index !== place.index) this.select({ layer: place.layer, index });
  }
}

/** Lay a frame around some cells of the picture. */
function lay(frame: HTMLElement, { row, column, rows, columns }: Area, scale: number): void {
  Object.assign(frame.style, {
    width: `${columns * scale}px`,
    height: `${rows * scale}px`,
    transform: `translate(${column * scale}px, ${row * scale}px)`,
  });
}

/** A dot on each cell that a window with holes sees; none where it has no holes. */
function dot(frame: HTMLElement, [down, across]: Pair, scale: number): void {
  frame.classList.toggle("dotted", down > 1 || across > 1);
  // The middle of a tile of the background is the middle of the cell at its own middle.
  const [x, y] = [across, down].map((step) => `${((1 - step) * scale) / 2}px`);
  frame.style.backgroundSize = `${across * scale}px ${down * scale}px`;
  frame.style.backgroundPosition = `${x} ${y}`;
}

/** Cells of padding before the first and after the last input cell; where cells are left over at the end, none. */
function paddingOf({ input, output, window, stride, dilation, before }: Axis): [number, number] {
  return [before, Math.max(0, (output - 1) * stride + spanOf(window, dilation) - before - input)];
}

/** Paint one channel, a pixel a value, in the scene's colours. */
function paintMap(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  [rows, columns, channels]: readonly [number, number, number],
  channel: number,
  shades: Shades,
): void {
  if (canvas.width !== columns || canvas.height !== rows) {
    Object.assign(canvas, { width: columns, height: rows });
  }
  const context = canvas.getContext("2d");
  if (!context) return; // the browser is out of memory: the numbers still stand
  const { largest, signed } = rangeOf(values);
  const image = context.createImageData(columns, rows);
  const texels = new Uint32Array(image.data.buffer);
  for (let index = 0; index < texels.length; index++) {
    texels[index] = shades.of(values[index * channels + channel], largest, signed).texel;
  }
  context.putImageData(image, 0, 0);
}
