/** What is shown and how: layers open or hidden, the map in front, what the colours stand for. */
import type { LayerSpec } from "../contract";
import type { PaletteKind } from "../palette";
import { element, icons } from "./overlay";
import { Panel } from "./panel";
import type { Extent } from "./scale";
import type { Viewing } from "./viewing";

const extents: Readonly<Record<Extent, string>> = {
  map: "each feature map by itself",
  layer: "each layer by itself",
  network: "all layers together",
};
const palettes: Readonly<Record<PaletteKind, string>> = {
  perceptual: "dark to bright, blue below zero",
  sign: "green above, red below zero, blue the largest",
};

export class ViewPanel {
  readonly panel: Panel;
  private readonly layers = document.createElement("table");
  private readonly front = element("p", "front");
  private readonly extent: HTMLSelectElement;
  private readonly palette: HTMLSelectElement;
  private known: readonly LayerSpec[] = [];

  /** `changed` is called after `viewing` has been changed here. */
  constructor(
    parent: HTMLElement,
    private readonly viewing: Viewing,
    private readonly changed: () => void,
  ) {
    this.panel = new Panel(parent, "Layers and colours", icons.layers, (open) => {
      if (open) this.refresh();
    });
    this.extent = choice(extents, (extent) => this.set(() => (viewing.extent = extent)));
    this.palette = choice(palettes, (palette) => this.set(() => (viewing.palette = palette)));
    this.panel.root.append(
      this.layers,
      this.front,
      labelled("Full colour is the largest of", this.extent),
      labelled("Colours", this.palette),
    );
  }

  setNetwork(layers: readonly LayerSpec[]): void {
    this.known = layers;
    const head = this.layers.createTHead();
    head.replaceChildren();
    const titles = head.insertRow();
    for (const title of ["Layer", "Open", "Shown"]) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = title;
      titles.append(cell);
    }
    const body = this.layers.tBodies[0] ?? this.layers.createTBody();
    body.replaceChildren(...layers.map((layer) => this.row(layer)));
    this.refresh();
  }

  /** Show what `viewing` says now. */
  refresh(): void {
    const { viewing } = this;
    this.extent.value = viewing.extent;
    this.palette.value = viewing.palette;
    for (const box of this.layers.querySelectorAll<HTMLInputElement>("input")) {
      const layer = box.dataset.layer!;
      const hidden = viewing.hidden.has(layer);
      box.checked = box.dataset.what === "open" ? viewing.open.has(layer) : !hidden;
      // Something must be left to look at.
      box.disabled =
        box.dataset.what === "open" ? hidden : !hidden && viewing.hidden.size >= this.known.length - 1;
    }
    const { forward } = viewing;
    this.front.replaceChildren();
    this.front.hidden = forward === null;
    if (!forward) return;
    const title = this.known.find(({ name }) => name === forward.layer)?.title ?? forward.layer;
    const back = document.createElement("button");
    back.type = "button";
    back.textContent = "Put back";
    back.addEventListener("click", () => this.set(() => (viewing.forward = null)));
    this.front.append(`In front: ${title}, map ${forward.channel} `, back);
  }

  private row(layer: LayerSpec): HTMLTableRowElement {
    const row = document.createElement("tr");
    const title = document.createElement("th");
    title.scope = "row";
    title.textContent = layer.title;
    row.append(title, this.box(layer, "open"), this.box(layer, "shown"));
    return row;
  }

  private box(layer: LayerSpec, what: "open" | "shown"): HTMLTableCellElement {
    const cell = document.createElement("td");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.ariaLabel = what === "open" ? `Open ${layer.title} as solid neurons` : `Show ${layer.title}`;
    Object.assign(box.dataset, { layer: layer.name, what });
    const set = what === "open" ? this.viewing.open : this.viewing.hidden;
    box.addEventListener("change", () =>
      this.set(() => {
        if (box.checked === (what === "open")) set.add(layer.name);
        else set.delete(layer.name);
        if (this.viewing.forward && this.viewing.hidden.has(this.viewing.forward.layer)) {
          this.viewing.forward = null; // a map goes with its layer
        }
      }),
    );
    cell.append(box);
    return cell;
  }

  private set(act: () => void): void {
    act();
    this.refresh();
    this.changed();
  }
}

function choice<Name extends string>(
  titles: Readonly<Record<Name, string>>,
  chosen: (name: Name) => void,
): HTMLSelectElement {
  const names = Object.keys(titles) as Name[];
  const select = document.createElement("select");
  select.append(...names.map((name) => new Option(titles[name], name)));
  select.addEventListener("change", () => chosen(names[select.selectedIndex]));
  return select;
}

function labelled(text: string, control: HTMLElement): HTMLLabelElement {
  const label = document.createElement("label");
  label.append(text, control);
  return label;
}
