/** The picture and its numbers as files. */

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
