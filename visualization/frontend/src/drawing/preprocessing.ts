/** From the pad's canvas to the network's input, the same as `from_ink` in data/drawing.py, which says what each step is
 * and what it is without; tests/golden/drawing.json holds the two together. */
import { divide, type Grey, resample } from "./resampling";

/** Rows, columns and channels of the network's input. */
export type InputShape = readonly [number, number, number];
export const mnistShape: InputShape = [28, 28, 1];
const [mnistSide, mnistBox] = [28, 20]; // pixels of the input, and of the box that the digit is fitted to
const inkFrom = 64; // of 255; the crop is around values of at least this

export interface Switches {
  readonly crop: boolean;
  readonly fit: boolean;
  readonly centre: boolean;
}
export const allOn: Switches = { crop: true, fit: true, centre: true };

export interface Steps {
  readonly canvas: Grey;
  readonly crop: Grey;
  readonly fit: Grey;
  /** The input, each of its channels. */
  readonly centre: Grey;
}

export function stepsOf(canvas: Grey, switches: Switches, shape: InputShape = mnistShape): Steps {
  const [rows, columns] = shape;
  const crop = switches.crop ? boxOf(canvas, inkFrom) : canvas;
  const fit = fitted(crop, switches.fit ? boxIn(shape) : Math.min(rows, columns));
  const centre = switches.centre
    ? centred(switches.crop ? fit : boxOf(fit, 1), shape)
    : placed(fit, Math.floor((rows - fit.height) / 2), Math.floor((columns - fit.width) / 2), shape);
  return { canvas, crop, fit, centre };
}

/** Pixels of the box that a drawing is fitted to: 20 of 28, 23 of 32, 46 of 64. */
export function boxIn([rows, columns]: InputShape): number {
  return divide(Math.min(rows, columns) * mnistBox, mnistSide);
}

/** The input's values, 0..255, row by row and channel by channel: the same grey in every channel. */
export function inputValues({ values }: Grey, [, , channels]: InputShape): Uint8Array {
  if (channels === 1) return values;
  const result = new Uint8Array(values.length * channels);
  for (let at = 0; at < values.length; at++) result.fill(values[at], at * channels, (at + 1) * channels);
  return result;
}

/** The bounding box of all values of at least `least`; the whole picture if there are none. */
function boxOf(picture: Grey, least: number): Grey {
  const { height, width, values } = picture;
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (values[y * width + x] < least) continue;
      if (y < top) top = y;
      bottom = y;
      if (x < left) left = x;
      if (x > right) right = x;
    }
  }
  if (bottom < 0) return picture;
  const cut = { height: bottom - top + 1, width: right - left + 1 };
  const result = new Uint8Array(cut.height * cut.width);
  for (let y = 0; y < cut.height; y++) {
    const start = (top + y) * width + left;
    result.set(values.subarray(start, start + cut.width), y * cut.width);
  }
  return { ...cut, values: result };
}

/** Resampled so that the longer side is `side`, the other in proportion, rounded, at least 1. */
function fitted(picture: Grey, side: number): Grey {
  const longest = Math.max(picture.height, picture.width);
  const scaled = (length: number) => Math.max(1, divide(length * side, longest));
  return resample(picture, scaled(picture.height), scaled(picture.width));
}

/** Placed with the centre of mass on the middle pixel, (14, 14) of 28 × 28, moved by whole pixels and so that nothing
 * leaves the input. */
function centred(picture: Grey, shape: InputShape): Grey {
  const { height, width, values } = picture;
  let [total, rows, columns] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = values[y * width + x];
      total += value;
      rows += y * value;
      columns += x * value;
    }
  }
  const start = (moment: number, length: number, side: number) => {
    const first = total
      ? divide(Math.floor(side / 2) * total - moment, total)
      : Math.floor((side - length) / 2);
    return Math.min(Math.max(first, 0), side - length);
  };
  return placed(picture, start(rows, height, shape[0]), start(columns, width, shape[1]), shape);
}

function placed(picture: Grey, top: number, left: number, [height, width]: InputShape): Grey {
  const values = new Uint8Array(height * width);
  for (let y = 0; y < picture.height; y++) {
    const row = picture.values.subarray(y * picture.width, (y + 1) * picture.width);
    values.set(row, (top + y) * width + left);
  }
  return { height, width, values };
}
