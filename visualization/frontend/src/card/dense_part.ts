/** A dense unit's arithmetic: its strongest contributions of each sign, the rest in one sum, and what comes of it. */
import type { DenseLayer } from "../contract";
import { denseContribution } from "../explain/arithmetic";
import type { Contribution, DenseExplanation } from "../explain/explanation";
import { originOf } from "../explain/place";
import { element } from "../scene/overlay";
import type { CardContent, Surroundings } from "./content";
import { NumberField } from "./number_field";
import { PlaceButton } from "./place_button";
import { RestoreButton } from "./restore_button";
import { SoftmaxTable } from "./softmax_table";
import { SumLine } from "./sum_line";
import { cellText, channelName, equationTexts, placeName } from "./wording";

export class DensePart {
  readonly root = element("div", "part dense");
  private readonly positive: ContributionList;
  private readonly negative: ContributionList;
  private readonly rest = element("p", "rest");
  private readonly sum: SumLine;
  private readonly softmax = new SoftmaxTable();

  constructor(surroundings: Surroundings) {
    this.positive = new ContributionList(surroundings, "raises it most");
    this.negative = new ContributionList(surroundings, "lowers it most");
    this.sum = new SumLine(surroundings);
    this.root.append(this.positive.root, this.negative.root, this.rest, this.sum.root, this.softmax.root);
  }

  show(content: CardContent, explanation: DenseExplanation): void {
    const { spec, place, classNames } = content;
    const { positive, negative, rest, softmax, inputs } = explanation;
    const all = [...positive, ...negative];
    const largest = Math.max(...all.map(({ product }) => Math.abs(product)));
    this.positive.show(content, explanation, positive, largest);
    this.negative.show(content, explanation, negative, largest);
    this.rest.hidden = rest.count === 0;
    this.rest.textContent = `${rest.count.toLocaleString("en")} others together ${equationTexts([rest.sum])[0]}`;
    this.sum.show(content, explanation, `over ${inputs.length.toLocaleString("en")} inputs`);
    this.softmax.root.hidden = !softmax;
    if (!softmax) return;
    const last = place.layer === spec.layers.length - 1;
    const name = (unit: number) => (last ? classNames[unit] : channelName(spec.layers[place.layer], unit));
    this.softmax.show(
      softmax,
      Array.from(softmax.logits, (_, unit) => name(unit)),
    );
  }

  leave(): void {}
}

interface Line {
  readonly root: HTMLElement;
  readonly place: PlaceButton;
  readonly value: HTMLElement;
  readonly field: NumberField;
  readonly restore: RestoreButton;
  readonly product: HTMLElement;
  readonly bar: HTMLElement;
}

/** Contributions of one sign, strongest first. */
class ContributionList {
  readonly root = element("div", "contributions");
  private readonly heading = element("p", "over-grids");
  private readonly list = document.createElement("ol");
  private readonly lines: Line[] = [];
  private shown: readonly Contribution[] = [];
  private unit = "";

  constructor(
    private readonly surroundings: Surroundings,
    private readonly effect: string,
  ) {
    this.root.append(this.heading, this.list);
  }

  show(
    content: CardContent,
    explanation: DenseExplanation,
    contributions: readonly Contribution[],
    largest: number,
  ): void {
    const unit = `${content.place.layer} ${content.place.index}`;
    // While a weight is being typed its line must not become another input's: the list keeps its inputs.
    const typing = unit === this.unit && this.lines.some(({ field }) => field.isFocused);
    this.unit = unit;
    this.shown = typing
      ? this.shown.map(({ place }) => denseContribution(explanation, place.index))
      : contributions;
    const { layers } = content.spec;
    const from = originOf(layers, { layer: content.place.layer - 1, index: 0 }).layer;
    this.heading.textContent = `${layers[from].title} · ${this.effect}`;
    this.root.hidden = this.shown.length === 0;
    while (this.lines.length < this.shown.length) this.addLine();
    for (const [index, line] of this.lines.entries()) {
      line.root.hidden = index >= this.shown.length;
      if (!line.root.hidden) this.fill(line, content, this.shown[index], largest);
    }
  }

  private fill(line: Line, content: CardContent, contribution: Contribution, largest: number): void {
    const { spec, place: unit, classNames, edits } = content;
    const layer = spec.layers[unit.layer] as DenseLayer;
    const origin = originOf(spec.layers, contribution.place);
    const { value, weight, product } = contribution;
    line.place.show(content, origin, true);
    line.value.textContent = `${cellText(value)} ×`;
    const name = `weight of ${placeName(spec, origin, classNames)}`;
    const target = {
      tensor: `${layer.name}/kernel`,
      index: contribution.place.index * layer.units + unit.index,
    };
    line.field.show(target, weight, name, content, edits.isMuted(layer, unit.index));
    line.restore.show(target, name, content);
    line.product.textContent = `= ${cellText(product)}`;
    line.bar.style.transform = `scaleX(${(largest > 0 ? Math.min(1, Math.abs(product) / largest) : 0).toFixed(3)})`;
    line.bar.classList.toggle("negative", product < 0);
  }

  private addLine(): void {
    const { surroundings } = this;
    const root = document.createElement("li");
    const line = {
      root,
      place: new PlaceButton(surroundings),
      value: element("span", "value"),
      field: new NumberField(surroundings),
      restore: new RestoreButton(surroundings),
      product: element("span", "product"),
      bar: element("b", ""),
    };
    const track = element("span", "track");
    track.append(line.bar);
    root.append(line.place.root, line.value, line.field.root, line.restore.root, line.product, track);
    this.lines.push(line);
    this.list.append(root);
  }
}
