/** From the pad's canvas to the network's input, the same as `from_ink` in data/drawing.py, which says what each step is
 * and what it is without; tests/golden/drawing.json holds the two together. */
import { divide, type Grey, resample } from "./resampling";

export const inputSide = 28; // pixels of the network's input
const box = 20; // pixels that the digit is fitted to
const centrePixel = 14; // counted from 0, where the centre of mass goes
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
  /** The input, 28 × 28. */
  readonly centre: Grey;
}

export function stepsOf(canvas: Grey, switches: Switches): Steps {
  const crop = switches.crop ? boxOf(canvas, inkFrom) : canvas;
  const fit = fitted(crop, switches.fit ? box : inputSide);
  const middle = (length: number) => Math.floor((inputSide - length) / 2);
  const centre = switches.centre
    ? centred(switches.crop ? fit : boxOf(fit, 1))
    : placed(fit, middle(fit.height), middle(fit.width));
  return { canvas, crop, fit, centre };
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

/** Placed with the centre of mass on pixel (14, 14), moved by whole pixels and so that nothing leaves the input. */
function centred(picture: Grey): Grey {
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
  const start = (moment: number, length: number) => {
    const first = total ? divide(centrePixel * total - moment, total) : Math.floor((inputSide - length) / 2);
    return Math.min(Math.max(first, 0), inputSide - length);
  };
  return placed(picture, start(rows, height), start(columns, width));
}

function placed(picture: Grey, top: number, left: number): Grey {
  const values = new Uint8Array(inputSide * inputSide);
  for (let y = 0; y < picture.height; y++) {
    const row = picture.values.subarray(y * picture.width, (y + 1) * picture.width);
    values.set(row, (top + y) * inputSide + left);
  }
  return { height: inputSide, width: inputSide, values };
}
