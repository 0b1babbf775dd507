/** The colours of nodes and links in a theme and palette. Pure. */
import { colourAt, maximumOf, type PaletteKind, paletteTexels, type parseHex, stopsFor } from "../palette";
import { mixColours, type Theme } from "../theme";

const texels = 256;

export class Colours {
  readonly text: string;
  readonly quiet: string;
  readonly background: string;
  readonly hair: string;
  readonly primary: string;
  readonly faint: string;
  private readonly tables: { readonly signed: Uint32Array; readonly unsigned: Uint32Array };
  private readonly maximum: number | null; // of the sign palette: the layer's largest neuron

  constructor(
    readonly theme: Theme,
    readonly palette: PaletteKind,
  ) {
    const { background, text, primary, brightness } = theme;
    const mixed = (share: number) => css(mixColours(background, text, share));
    this.text = css(text);
    this.quiet = mixed(0.72);
    this.background = css(background);
    this.hair = mixed(0.3);
    this.faint = mixed(0.12);
    this.primary = css(primary);
    const table = (signed: boolean) =>
      new Uint32Array(paletteTexels(stopsFor(brightness, palette, signed), texels).buffer);
    this.tables = { signed: table(true), unsigned: table(false) };
    const [red, green, blue] = maximumOf(brightness);
    this.maximum = palette === "sign" ? (255 << 24) | (blue << 16) | (green << 8) | red : null;
  }

  /** The values of one map as the bytes of an ImageData: value `start` and every `stride`-th after it.
   *
   * high: the largest value of the layer, which has a colour of its own in the palette of signs.
   */
  fill(
    pixels: Uint32Array,
    values: Float32Array,
    start: number,
    stride: number,
    high: number,
    signed: boolean,
  ): void {
    const table = signed ? this.tables.signed : this.tables.unsigned;
    const [middle, span] = signed ? [(texels - 1) / 2, (texels - 1) / 2] : [0, texels - 1];
    for (let pixel = 0, at = start; pixel < pixels.length; pixel++, at += stride) {
      const value = values[at];
      const isMaximum = this.maximum !== null && value === high;
      pixels[pixel] = isMaximum ? this.maximum! : table[Math.round(middle + (span * value) / high)];
    }
  }

  /** Of one value, as CSS. */
  of(value: number, high: number, signed: boolean): string {
    if (this.maximum !== null && value === high) return css(maximumOf(this.theme.brightness));
    const share = signed ? 0.5 + value / high / 2 : value / high;
    return css(colourAt(stopsFor(this.theme.brightness, this.palette, signed), share));
  }

  /** Of a link, `strength` −1 … 1: neither so near the middle of the palette that the weakest is lost, nor so near its
   * ends that both signs are almost white or almost black. */
  link(strength: number): string {
    const share = 0.5 + Math.sign(strength) * (0.31 + 0.09 * Math.abs(strength));
    return css(colourAt(stopsFor(this.theme.brightness, this.palette, true), share));
  }

  /** From the least to the largest activation. */
  stops(signed: boolean): readonly string[] {
    return stopsFor(this.theme.brightness, this.palette, signed);
  }
}

function css([red, green, blue]: ReturnType<typeof parseHex>): string {
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}
