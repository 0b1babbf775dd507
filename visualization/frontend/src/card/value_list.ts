/** Values, each with its place and a signed bar: the strongest of a map, or what is merged. */
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

  /** `within`: what the places have in common, so that its name is left out. */
  constructor(
    private readonly surroundings: Surroundings,
    private readonly within: "network" | "map" = "map",
  ) {
    this.root.className = "values";
  }

  /** `winner` is the one that counts, where only one does. */
  show(content: CardContent, values: readonly Contribution[], winner: number | null = null): void {
    while (this.lines.length < values.length) this.addLine();
    const largest = Math.max(...values.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
    for (const [index, { root, place, value, bar }] of this.lines.entries()) {
      root.hidden = index >= values.length;
      if (root.hidden) continue;
      const shown = values[index];
      place.show(content, shown.place, this.within);
      write(value, `${index === winner ? "▸ " : ""}${cellText(shown.value)}`);
      root.classList.toggle("winner", index === winner);
      bar.style.transform = `scaleX(${(Math.abs(shown.value) / largest).toFixed(3)})`;
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
