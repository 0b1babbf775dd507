/** The name of a neuron; a click shows that neuron. */
import type { Place } from "../explain/place";
import type { CardContent, Surroundings } from "./content";
import { write } from "./text";
import { placeName, placeWords } from "./wording";

export class PlaceButton {
  readonly root = document.createElement("button");
  private place: Place | null = null;

  constructor({ events }: Surroundings) {
    this.root.type = "button";
    this.root.className = "place";
    this.root.addEventListener("click", () => this.place && events.select(this.place));
  }

  /** `short` leaves the layer's name out, which then stands over the list. */
  show({ spec, classNames }: CardContent, place: Place, short = false): void {
    this.place = place;
    const name = placeName(spec, place, classNames);
    write(this.root, short ? placeWords(spec, place, classNames).join(", ") : name);
    if (this.root.title !== name) {
      this.root.title = name;
      this.root.ariaLabel = name;
    }
  }
}
