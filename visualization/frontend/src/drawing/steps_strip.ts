/** The preprocessing step by step: four small pictures, and a switch for each step that can be left out. */
import { element } from "../scene/overlay";
import { paint } from "./paint";
import { boxIn, type InputShape, mnistShape, type Steps, type Switches } from "./preprocessing";

type Words = Readonly<Record<keyof Steps, { title: string; why: string }>>;

function wordsFor(shape: InputShape): Words {
  const [rows, columns] = shape;
  const box = boxIn(shape);
  const like = box === 20 ? ", as MNIST's digits are" : ", the share of the input that MNIST's digits have";
  return {
    canvas: { title: "canvas", why: "What you drew" },
    crop: { title: "crop", why: "Cropped to the ink. Without, its place and size on the pad matter" },
    fit: {
      title: `fit ${box}`,
      why: `Fitted to ${box} × ${box}${like}. Without, it fills the ${rows} × ${columns}`,
    },
    centre: {
      title: "centre",
      why: `Centre of mass moved to the middle of ${rows} × ${columns}. Without, the middle of its box is there`,
    },
  };
}

export class StepsStrip {
  readonly root = element("div", "steps");
  private readonly cells: {
    name: keyof Steps;
    cell: HTMLElement;
    canvas: HTMLCanvasElement;
    title: HTMLElement;
    size: HTMLElement;
  }[] = [];
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
      const text = element("div", "text");
      text.append(title, size);
      if (name !== "canvas") text.append(this.box(name, switches[name], now));
      cell.append(canvas, text);
      this.root.append(cell);
      this.cells.push({ name, cell, canvas, title, size });
    }
    this.name(mnistShape);
  }

  /** Say what the steps do for an input of this shape. */
  name(shape: InputShape): void {
    const words = wordsFor(shape);
    for (const { name, cell, title } of this.cells) {
      cell.title = words[name].why;
      title.textContent = words[name].title;
      if (name !== "canvas") this.boxes.get(name)!.title = words[name].why;
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
    box.addEventListener("change", changed);
    this.boxes.set(name, box);
    return box;
  }
}
