/** The two kinds of neuron that nothing is computed for: a pixel, and a value of a flatten layer. */
import type { FlattenExplanation, InputExplanation } from "../explain/explanation";
import { originOf } from "../explain/place";
import { element } from "../scene/overlay";
import type { CardContent, Surroundings } from "./content";
import { PlaceButton } from "./place_button";

export class InputPart {
  readonly root = element("p", "part sum");

  show({ pixel, result }: InputExplanation): void {
    this.root.textContent = `Pixel ${pixel} of 255; the network reads ${pixel} ÷ 255 = ${result.toFixed(4)}`;
  }
}

export class FlattenPart {
  readonly root = element("p", "part sum");
  private readonly source: PlaceButton;

  constructor(surroundings: Surroundings) {
    this.source = new PlaceButton(surroundings);
    this.root.append("This is ", this.source.root, ", in a row with all others.");
  }

  show(content: CardContent, { source }: FlattenExplanation): void {
    this.source.show(content, originOf(content.spec.layers, source));
  }
}
