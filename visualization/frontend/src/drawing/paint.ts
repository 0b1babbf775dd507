/** Grey ink on a small canvas, in the theme's colours. */
import { mixColours, type Theme } from "../theme";
import type { Grey } from "./resampling";

const paper = 0.07; // share of the text's colour in the paper's, so that the sheet stands out from the page

/** Colours of ink 0 … 255, as the bytes of an ImageData in one number each. */
export function inkColours({ background, text }: Theme): Uint32Array {
  const sheet = mixColours(background, text, paper);
  const bytes = new Uint8ClampedArray(4 * 256);
  for (let ink = 0; ink < 256; ink++) bytes.set([...mixColours(sheet, text, ink / 255), 255], 4 * ink);
  return new Uint32Array(bytes.buffer);
}

/** Show the picture on `canvas`, which takes its size. */
export function paint(canvas: HTMLCanvasElement, picture: Grey, colours: Uint32Array): void {
  const { height, width, values } = picture;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  if (!context) return; // the browser is out of memory: what is drawn still reaches the network
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let index = 0; index < values.length; index++) pixels[index] = colours[values[index]];
  context.putImageData(image, 0, 0);
}
