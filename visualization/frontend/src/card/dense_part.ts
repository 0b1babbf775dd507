/** A dense unit's arithmetic: its strongest contributions of each sign, the rest in one sum, and what comes of it. */
import type { DenseLayer } from "../contract";
import type { Contribution, DenseExplanation } from "../explain/explanation";
import { originOf, type Place, samePlace } from "../explain/place";
import { denseContribution } from "../explain/weighted_sum";
import { element } from "../scene/overlay";
import type { CardContent, Surroundings } from "./content";
import { NumberField } from "./number_field";
import { PlaceButton } from "./place_button";
import { RestoreButton } from "./restore_button";
import { SoftmaxTable } from "./softmax_table";
import { SumLine } from "./sum_line";
import { cellText, equationTexts, placeName } from "./wording";

export class DensePart {
  readonly root = element("div", "part dense");
  private readonly positive: ContributionList;
  private readonly negative: ContributionList;
  private readonly rest = element("p", "rest");
  private readonly sum: SumLine;
  private readonly softmax = new SoftmaxTable();
  private unit: Place | null = null;

  constructor(surroundings: Surroundings) {
    this.positive = new ContributionList(surroundings, "raises it most");
    this.negative = new ContributionList(surroundings, "lowers it most");
    this.sum = new SumLine(surroundings);
    this.root.append(this.sum.root, this.positive.root, this.negative.root, this.rest, this.softmax.root);
  }

  show(content: CardContent, explanation: DenseExplanation): void {
    const { softmax, inputs, productSum } = explanation;
    const { positive, negative } = this.listed(explanation);
    const all = [...positive, ...negative];
    const largest = Math.max(...all.map(({ product }) => Math.abs(product)));
    this.positive.show(content, explanation.from, positive, largest);
    this.negative.show(content, explanation.from, negative, largest);
    const others = inputs.length - all.length;
    this.rest.hidden = others === 0;
    const rest = all.reduce((sum, { product }) => sum - product, productSum);
    this.rest.textContent = `${others.toLocaleString("en")} others together ${equationTexts([rest])[0]}`;
    this.sum.show(content, explanation, `over ${inputs.length.toLocaleString("en")} inputs`);
    this.softmax.show(content, softmax);
  }

  /** While a weight is being typed its line must not become another input's: the lists then keep their inputs. */
  private listed(explanation: DenseExplanation): Pick<DenseExplanation, "positive" | "negative"> {
    const { place } = explanation;
    const same = this.unit && samePlace(this.unit, place);
    this.unit = place;
    if (!same || !(this.positive.isTyping || this.negative.isTyping)) return explanation;
    const anew = ({ shown }: ContributionList) =>
      shown.map((each) => denseContribution(explanation, each.place.index));
    return { positive: anew(this.positive), negative: anew(this.negative) };
  }
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
  shown: readonly Contribution[] = [];
  private readonly heading = element("p", "over-grids");
  private readonly list = document.createElement("ol");
  private readonly lines: Line[] = [];

  constructor(
    private readonly surroundings: Surroundings,
    private readonly effect: string,
  ) {
    this.root.append(this.heading, this.list);
  }

  get isTyping(): boolean {
    return this.lines.some(({ field }) => field.isFocused);
  }

  /** `read` is the index of the layer that is read. */
  show(content: CardContent, read: number, contributions: readonly Contribution[], largest: number): void {
    this.shown = contributions;
    const { layers } = content.spec;
    const from = originOf(layers, { layer: read, index: 0 }).layer;
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
    line.place.show(content, origin, "layer");
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
