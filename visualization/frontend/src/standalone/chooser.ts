/** The pictures that come with the file, in a row; one of them is read unless the reader has drawn since. */
import { decodePixels, type SceneImage, size } from "../contract";
import { element } from "../scene/overlay";

export class Chooser {
  readonly root = element("div", "pictures");
  private readonly buttons: readonly HTMLButtonElement[];

  constructor(pictures: readonly SceneImage[], chosen: (picture: SceneImage) => void) {
    this.root.setAttribute("role", "group");
    this.root.ariaLabel = "Pictures to read";
    this.buttons = pictures.map((picture) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = picture.caption;
      button.ariaLabel = `Read ${picture.caption}`;
      button.append(thumbnail(picture));
      button.addEventListener("click", () => {
        this.mark(button);
        chosen(picture);
      });
      return button;
    });
    this.root.append(...this.buttons);
    this.mark(this.buttons[0]);
  }

  /** Which picture is read; null for a drawing. */
  mark(chosen: HTMLButtonElement | null): void {
    for (const button of this.buttons) button.ariaPressed = String(button === chosen);
  }
}

function thumbnail({ pixels, shape }: SceneImage): HTMLCanvasElement {
  const [rows, columns, channels] = shape;
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const bytes = decodePixels(pixels, size(shape));
  const image = new ImageData(columns, rows);
  for (let place = 0; place < rows * columns; place++) {
    for (let channel = 0; channel < 3; channel++) {
      image.data[4 * place + channel] = bytes[place * channels + Math.min(channel, channels - 1)];
    }
    image.data[4 * place + 3] = 255;
  }
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}
