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

  /** Within a layer or a map whose name stands over it, the button bears only the rest of the name. */
  show(
    { spec, classNames }: CardContent,
    place: Place,
    within: "network" | "layer" | "map" = "network",
  ): void {
    this.place = place;
    const name = placeName(spec, place, classNames);
    const words = placeWords(spec, place, classNames);
    write(this.root, within === "network" ? name : words.slice(within === "map" ? -2 : 0).join(", "));
    if (this.root.title !== name) {
      this.root.title = name;
      this.root.ariaLabel = name;
    }
  }
}
