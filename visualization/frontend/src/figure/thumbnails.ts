/** The small picture of the point under the pointer, which Plotly's own words cannot hold.
 *
 * A figure brings its pictures in `layout.meta.thumbnails`, all in one sheet, row by row; the first number of a point's
 * `customdata` says which is the point's, or -1. Nothing is asked of the server while the pointer moves.
 */
import { asFields, asInteger, asName, ContractError } from "../checks";
import type { PlotlyObject } from "./contract";

export interface Thumbnails {
  /** A data URL: nothing is loaded from elsewhere. */
  readonly url: string;
  /** Pixels of each picture's sides. */
  readonly side: number;
  /** Pictures in a row of the sheet. */
  readonly across: number;
  readonly count: number;
}

/** What a figure's layout says of its pictures; null where it has none. */
export function parseThumbnails(layout: PlotlyObject): Thumbnails | null {
  const given = (layout.meta as PlotlyObject | undefined)?.thumbnails;
  if (given === undefined) return null;
  const fields = asFields(given, "thumbnails");
  const url = asName(fields.url, "thumbnails.url");
  if (!url.startsWith("data:image/png;base64,")) {
    throw new ContractError("thumbnails.url", "a PNG as a data URL", url);
  }
  return {
    url,
    side: asInteger(fields.side, "thumbnails.side", 1),
    across: asInteger(fields.across, "thumbnails.across", 1),
    count: asInteger(fields.count, "thumbnails.count", 1),
  };
}

/** Column and row, in pixels of the sheet, where a point's picture begins; null for a point without one. */
export function cornerOf(thumbnails: Thumbnails, customdata: unknown): readonly [number, number] | null {
  const number: unknown = Array.isArray(customdata) ? customdata[0] : customdata;
  if (!Number.isSafeInteger(number) || (number as number) < 0 || (number as number) >= thumbnails.count)
    return null;
  const place = number as number;
  const { across, side } = thumbnails;
  return [(place % across) * side, Math.floor(place / across) * side];
}

const shownSide = 112; // CSS pixels

export const thumbnailStyles = /* css */ `
.strata-figure > .thumbnail { position: absolute; left: 8px; top: 8px; z-index: 2; width: ${shownSide}px; height: ${shownSide}px;
  image-rendering: pixelated; pointer-events: none; border: 1px solid currentColor; border-radius: 6px; background: #000; }
.strata-figure > .thumbnail[hidden] { display: none; }
`;

export class ThumbnailPanel {
  /** What Plotly's words say of the point is said there; this is for the eye alone. */
  readonly root = document.createElement("canvas");
  private readonly sheet = new Image();
  private thumbnails: Thumbnails | null = null;

  constructor() {
    this.root.className = "thumbnail";
    this.root.ariaHidden = "true";
    this.root.hidden = true;
  }

  set(thumbnails: Thumbnails | null): void {
    if (thumbnails?.url !== this.thumbnails?.url) {
      this.root.hidden = true;
      if (thumbnails) this.sheet.src = thumbnails.url;
    }
    this.thumbnails = thumbnails;
  }

  show(customdata: unknown): void {
    const corner = this.thumbnails && cornerOf(this.thumbnails, customdata);
    const context = this.root.getContext("2d");
    if (!this.thumbnails || !corner || !context || !this.sheet.complete) {
      this.hide();
      return;
    }
    const { side } = this.thumbnails;
    this.root.width = this.root.height = side; // also clears it
    context.drawImage(this.sheet, corner[0], corner[1], side, side, 0, 0, side, side);
    this.root.hidden = false;
  }

  hide(): void {
    this.root.hidden = true;
  }
}
