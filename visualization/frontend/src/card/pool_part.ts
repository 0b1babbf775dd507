/** A pooling's window and its winner. */
import type { MaxPool2dLayer } from "../contract";
import type { PoolExplanation } from "../explain/explanation";
import { positionOf } from "../explain/place";
import { element } from "../scene/overlay";
import { CellGrid, fillCell, numberCell } from "./cell_grid";
import type { CardContent, Surroundings } from "./content";
import { PlaceButton } from "./place_button";
import { rangeOf } from "./shades";
import { WindowPicture } from "./window_picture";
import { equationTexts } from "./wording";

export class PoolPart {
  readonly root = element("div", "part pool");
  private readonly window: WindowPicture;
  private readonly values = new CellGrid("window", numberCell);
  private readonly said = element("p", "sum");
  private readonly largest = element("span", "");
  private readonly winner: PlaceButton;

  constructor(private readonly surroundings: Surroundings) {
    this.window = new WindowPicture((place) => surroundings.events.select(place));
    this.winner = new PlaceButton(surroundings);
    const beside = element("div", "beside");
    beside.append(this.window.root, this.values.root);
    this.said.append(this.largest, this.winner.root);
    this.root.append(beside, this.said);
  }

  show(content: CardContent, explanation: PoolExplanation): void {
    const { spec, place } = content;
    const layer = spec.layers[place.layer] as MaxPool2dLayer;
    const input = content.activations(spec.layers[place.layer - 1].name);
    const { channel } = positionOf(layer.output_shape, place.index);
    const shades = this.surroundings.shades();
    this.window.show(layer, place, input, channel, shades);
    const { patch, values, padded, winningCell, winner, result } = explanation;
    const { largest, signed } = rangeOf(input);
    this.values.resize(patch.rows, patch.columns);
    for (const [cell, content] of this.values.contents.entries()) {
      const value = values[cell];
      fillCell(content, padded[cell] ? null : value, shades.of(value, largest, signed));
      content.classList.toggle("winner", cell === winningCell);
      content.title = padded[cell] ? "padding, never wins" : cell === winningCell ? "largest" : "";
    }
    this.largest.textContent = `The largest is ${equationTexts([result])[0]}, from `;
    this.winner.show(content, winner);
  }

  leave(): void {
    this.window.stop();
  }
}
