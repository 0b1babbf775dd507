/** Exact resizing of grey pictures, the same as data/resampling.py on every pixel: whole numbers only.
 *
 * Every value is a whole number below 2 ** 52, which a double holds and divides exactly enough to round.
 */

/** `values`: 0 … 255, row after row. */
export interface Grey {
  readonly height: number;
  readonly width: number;
  readonly values: Uint8Array;
}

/** numerator / denominator rounded half up: floor((2 numerator + denominator) / (2 denominator)). */
export function divide(numerator: number, denominator: number): number {
  return Math.floor((2 * numerator + denominator) / (2 * denominator));
}

/** What one new pixel is made of: weights of the old pixels from `first` on. They add up to `scaleOf`. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** The picture at another size. An axis that shrinks takes the mean over the area that each new pixel covers, one that
 * grows interpolates linearly between pixel centres, clamped at the border. Both are summed before the one rounding. */
export function resample(picture: Grey, height: number, width: number): Grey {
  const { height: oldHeight, width: oldWidth, values } = picture;
  const scale = scaleOf(oldHeight, height) * scaleOf(oldWidth, width);
  const across = tapsOf(oldWidth, width);
  const result = new Uint8Array(height * width);
  const row = new Float64Array(oldWidth);
  for (const [y, down] of tapsOf(oldHeight, height).entries()) {
    row.fill(0);
    for (const [index, weight] of down.weights.entries()) {
      const start = (down.first + index) * oldWidth;
      for (let x = 0; x < oldWidth; x++) row[x] += weight * values[start + x];
    }
    for (let x = 0; x < width; x++) {
      const { first, weights } = across[x];
      let sum = 0;
      for (let index = 0; index < weights.length; index++) sum += weights[index] * row[first + index];
      result[y * width + x] = divide(sum, scale);
    }
  }
  return { height, width, values: result };
}

function scaleOf(old: number, fresh: number): number {
  return fresh <= old ? old : 2 * fresh;
}

function tapsOf(old: number, fresh: number): Taps[] {
  return Array.from({ length: fresh }, (_, index) =>
    fresh <= old ? shrinking(old, fresh, index) : growing(old, fresh, index),
  );
}

/** In units of 1 / fresh of an old pixel: new pixel i covers [i old, (i + 1) old), old pixel k [k fresh, (k + 1) fresh). */
function shrinking(old: number, fresh: number, index: number): Taps {
  const [from, to] = [index * old, (index + 1) * old];
  const first = Math.floor(from / fresh);
  const weights: number[] = [];
  for (let pixel = first; pixel * fresh < to; pixel++) {
    weights.push(Math.min((pixel + 1) * fresh, to) - Math.max(pixel * fresh, from));
  }
  return { first, weights };
}

/** In units of 1 / (2 fresh) of an old pixel: the centre of new pixel i lies (2 i + 1) old − fresh from that of the first. */
function growing(old: number, fresh: number, index: number): Taps {
  const unit = 2 * fresh;
  if (old === 1) return { first: 0, weights: [unit] };
  const place = Math.min(Math.max((2 * index + 1) * old - fresh, 0), (old - 1) * unit);
  const first = Math.min(Math.floor(place / unit), old - 2);
  const rest = place - first * unit;
  return { first, weights: [unit - rest, rest] };
}
