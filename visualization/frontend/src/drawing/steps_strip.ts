/** The preprocessing step by step: four small pictures, and a switch for each step that can be left out. */
import { element } from "../scene/overlay";
import { paint } from "./paint";
import type { Steps, Switches } from "./preprocessing";

const words: Readonly<Record<keyof Steps, { title: string; why: string }>> = {
  canvas: { title: "canvas", why: "What you drew" },
  crop: { title: "crop", why: "Cropped to the ink. Without, a digit's place and size on the pad matter" },
  fit: { title: "fit 20", why: "Fitted to 20 × 20, as MNIST's digits are. Without, it fills the 28 × 28" },
  centre: {
    title: "centre",
    why: "Centre of mass moved to the middle of 28 × 28. Without, the middle of its box is there",
  },
};

export class StepsStrip {
  readonly root = element("div", "steps");
  private readonly cells: { name: keyof Steps; canvas: HTMLCanvasElement; size: HTMLElement }[] = [];
  private readonly boxes = new Map<keyof Switches, HTMLInputElement>();

  constructor(switches: Switches, switched: (switches: Switches) => void) {
    this.root.setAttribute("role", "group");
    this.root.ariaLabel = "How the drawing becomes the network’s input";
    const now = () => {
      const on = (name: keyof Switches) => this.boxes.get(name)!.checked;
      switched({ crop: on("crop"), fit: on("fit"), centre: on("centre") });
    };
    for (const name of ["canvas", "crop", "fit", "centre"] as const) {
      const cell = document.createElement("label");
      const canvas = document.createElement("canvas");
      const size = element("span", "size");
      const title = element("span", "title");
      cell.title = words[name].why;
      title.textContent = words[name].title;
      const text = element("div", "text");
      text.append(title, size);
      if (name !== "canvas") text.append(this.box(name, switches[name], now));
      cell.append(canvas, text);
      this.root.append(cell);
      this.cells.push({ name, canvas, size });
    }
  }

  show(steps: Steps, colours: Uint32Array): void {
    for (const { name, canvas, size } of this.cells) {
      const picture = steps[name];
      paint(canvas, picture, colours);
      size.textContent = `${picture.width}×${picture.height}`;
    }
  }

  private box(name: keyof Switches, checked: boolean, changed: () => void): HTMLInputElement {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = checked;
    box.title = words[name].why;
    box.addEventListener("change", changed);
    this.boxes.set(name, box);
    return box;
  }
}
