/** The strongest values of a map, each with its place and a signed bar. */
import type { Contribution } from "../explain/explanation";
import { element } from "../scene/overlay";
import type { CardContent, Surroundings } from "./content";
import { PlaceButton } from "./place_button";
import { write } from "./text";
import { cellText } from "./wording";

interface Line {
  readonly root: HTMLElement;
  readonly place: PlaceButton;
  readonly value: HTMLElement;
  readonly bar: HTMLElement;
}

export class ValueList {
  readonly root = document.createElement("ol");
  private readonly lines: Line[] = [];

  constructor(private readonly surroundings: Surroundings) {
    this.root.className = "values";
  }

  show(content: CardContent, values: readonly Contribution[]): void {
    while (this.lines.length < values.length) this.addLine();
    for (const [index, { root, place, value, bar }] of this.lines.entries()) {
      root.hidden = index >= values.length;
      if (root.hidden) continue;
      const shown = values[index];
      place.show(content, shown.place, "map");
      write(value, cellText(shown.value));
      bar.style.transform = `scaleX(${Math.abs(shown.value / values[0].value).toFixed(3)})`;
      bar.classList.toggle("negative", shown.value < 0);
    }
  }

  private addLine(): void {
    const root = document.createElement("li");
    const place = new PlaceButton(this.surroundings);
    const [value, track, bar] = [element("span", "value"), element("span", "track"), element("b", "")];
    track.append(bar);
    root.append(place.root, value, track);
    this.lines.push({ root, place, value, bar });
    this.root.append(root);
  }
}
