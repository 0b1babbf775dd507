/** The picture and its numbers as files. */
import type { Graph, Place } from "./graph";
import type { Picture } from "./picture";
import { csvOf } from "./wording";

/** All that is drawn, as links.csv. */
export function saveNumbers(graph: Graph | null): void {
  if (graph) save(new Blob([csvOf(graph)], { type: "text/csv" }), "links.csv");
}

/** The picture as links.png, with the links of the node that is kept; false where the browser is out of memory. */
export async function savePicture(picture: Picture, kept: Place | null): Promise<boolean> {
  const { layout } = picture;
  if (!layout) return true;
  const png = await pngOf(layout.width, layout.height, picture.sharpness(2), (context) => {
    picture.paint(context, { isolated: kept, focused: null });
  });
  if (png) save(png, "links.png");
  return png !== null;
}

/** Let the browser save `content` under that name. */
export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // Once the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** What `draw` draws, in CSS pixels, as a PNG with `scale` pixels to each; null where the browser is out of memory. */
export function pngOf(
  width: number,
  height: number,
  scale: number,
  draw: (context: CanvasRenderingContext2D) => void,
): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  if (!context) return Promise.resolve(null);
  context.scale(scale, scale);
  draw(context);
  return new Promise((settle) => canvas.toBlob(settle, "image/png"));
}
