/** The neurons that nothing is computed for: a pixel, and a value that is handed on as it is. */
import type { InputExplanation, PassedExplanation } from "../explain/explanation";
import { originOf } from "../explain/place";
import { element } from "../scene/overlay";
import type { CardContent, Surroundings } from "./content";
import { PlaceButton } from "./place_button";
import { write } from "./text";

export class InputPart {
  readonly root = element("p", "part sum");

  show(_: CardContent, { pixel, result }: InputExplanation): void {
    this.root.textContent = `Pixel ${pixel} of 255; the network reads ${pixel} ÷ 255 = ${result.toFixed(4)}`;
  }
}

export class PassedPart {
  readonly root = element("p", "part sum");
  private readonly source: PlaceButton;
  private readonly how = element("span", "");

  constructor(surroundings: Surroundings) {
    this.source = new PlaceButton(surroundings);
    this.root.append("This is ", this.source.root, this.how);
  }

  show(content: CardContent, { kind, source }: PassedExplanation): void {
    this.source.show(content, originOf(content.spec.layers, source));
    write(
      this.how,
      kind === "flatten" ? ", in a row with all others." : ": outside training it passes as it is.",
    );
  }
}
