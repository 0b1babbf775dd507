/** A pooling's window with its winner, or with the mean of what is in it. */
import type { AverageExplanation, PoolExplanation } from "../explain/explanation";
import type { WindowLayer } from "../explain/patch";
import { positionOf } from "../explain/place";
import { element } from "../scene/overlay";
import { CellGrid, fillCell, numberCell } from "./cell_grid";
import type { CardContent, Surroundings } from "./content";
import { PlaceButton } from "./place_button";
import { rangeOf } from "./shades";
import { write } from "./text";
import { ValueList } from "./value_list";
import { WindowPicture } from "./window_picture";
import { channelName, equationTexts } from "./wording";

const mostColumns = 4; // of a window whose values have room beside the picture
const mostRows = 5;
const listed = 5; // of the values of a window that has no such room

/** What both kinds of pooling show: the map with the window, and the numbers in it where there are few. */
class PooledWindow {
  readonly root = element("div", "beside");
  private readonly window: WindowPicture;
  private readonly values = new CellGrid("window", numberCell);

  constructor(private readonly surroundings: Surroundings) {
    this.window = new WindowPicture((place) => surroundings.events.select(place));
    this.root.append(this.window.root, this.values.root);
  }

  /** Answers whether the numbers have room. `winner` is a cell of the patch. */
  show(content: CardContent, explanation: AverageExplanation | PoolExplanation): boolean {
    const { spec, place } = content;
    const { patch, values, padded } = explanation;
    const layer = spec.layers[place.layer] as WindowLayer;
    const input = content.activations(spec.layers[explanation.from].name);
    const { channel } = positionOf(layer.output_shape, place.index);
    const shades = this.surroundings.shades();
    const winner = "winner" in explanation ? explanation : null;
    const mark = winner && positionOf(layer.input_shape, winner.winner.index);
    this.window.show(layer, place, input, channel, shades, mark);
    const fits = patch.columns <= mostColumns && patch.rows <= mostRows;
    this.values.root.hidden = !fits;
    if (!fits) return false;
    const { largest, signed } = rangeOf(input);
    this.values.resize(patch.rows, patch.columns);
    for (const [cell, shown] of this.values.contents.entries()) {
      const wins = cell === winner?.winningCell;
      fillCell(shown, padded[cell] ? null : values[cell], shades.of(values[cell], largest, signed));
      shown.classList.toggle("winner", wins);
      if (padded[cell]) shown.title = winner ? "padding, never wins" : "padding, not counted";
      else shown.title = wins ? "largest" : "";
      if (padded[cell]) write(shown, "–"); // no value at all, not even 0
    }
    return true;
  }

  stop(): void {
    this.window.stop();
  }
}

export class PoolPart {
  readonly root = element("div", "part pool");
  private readonly window: PooledWindow;
  private readonly said = element("p", "sum");
  private readonly largest = element("span", "");
  private readonly winner: PlaceButton;

  constructor(surroundings: Surroundings) {
    this.window = new PooledWindow(surroundings);
    this.winner = new PlaceButton(surroundings);
    this.said.append(this.largest, this.winner.root);
    this.root.append(this.window.root, this.said);
  }

  show(content: CardContent, explanation: PoolExplanation): void {
    const { winner, result, padded } = explanation;
    const fits = this.window.show(content, explanation);
    const [largest] = equationTexts([result]);
    const count = padded.filter((cell) => !cell).length;
    const of = fits ? "" : ` of ${count.toLocaleString("en")} values`;
    write(this.largest, `The largest${of} is ${largest}, from `);
    this.winner.show(content, winner);
  }

  leave(): void {
    this.window.stop();
  }
}

export class AveragePart {
  readonly root = element("div", "part pool");
  private readonly window: PooledWindow;
  private readonly strongest = element("div", "strongest");
  private readonly heading = element("p", "over-grids");
  private readonly list: ValueList;
  private readonly rest = element("p", "rest");
  private readonly said = element("p", "sum");

  constructor(surroundings: Surroundings) {
    this.window = new PooledWindow(surroundings);
    this.list = new ValueList(surroundings);
    this.strongest.append(this.heading, this.list.root, this.rest);
    this.window.root.append(this.strongest);
    this.root.append(this.window.root, this.said);
  }

  show(content: CardContent, explanation: AverageExplanation): void {
    const { sum, count, result, padded } = explanation;
    const fits = this.window.show(content, explanation);
    this.strongest.hidden = fits;
    if (!fits) this.showStrongest(content, explanation);
    const [[total], [mean]] = [equationTexts([sum]), equationTexts([result])];
    const values = count === 1 ? "1 value" : `${count.toLocaleString("en")} values`;
    const outside = padded.length - count;
    const padding =
      outside === 0 ? "" : `; ${outside} ${outside === 1 ? "cell" : "cells"} of padding not counted`;
    write(this.said, `Σ values ${total} ÷ ${values} = ${mean}${padding}`);
  }

  leave(): void {
    this.window.stop();
  }

  private showStrongest({ spec, ...content }: CardContent, explanation: AverageExplanation): void {
    const { place, strongest, sum, count } = explanation;
    const shown = strongest.slice(0, listed);
    const before = spec.layers[explanation.from];
    const { channel } = positionOf(spec.layers[place.layer].output_shape, place.index);
    write(this.heading, [before.title, channelName(before, channel)].filter(Boolean).join(" · "));
    this.list.show({ spec, ...content }, shown);
    const rest = shown.reduce((left, { value }) => left - value, sum);
    const others = count - shown.length;
    this.rest.hidden = others === 0;
    write(this.rest, `${others.toLocaleString("en")} others together ${equationTexts([rest])[0]}`);
  }
}
