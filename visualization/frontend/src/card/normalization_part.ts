/** Batch normalization's arithmetic, step by step; gamma and beta can be changed. */
import { lastAxis } from "../contract";
import type { NormalizationExplanation } from "../explain/explanation";
import { originOf } from "../explain/place";
import { element } from "../scene/overlay";
import { decimal } from "../scene/words";
import type { CardContent, Surroundings } from "./content";
import { NumberField } from "./number_field";
import { PlaceButton } from "./place_button";
import { RestoreButton } from "./restore_button";
import { write } from "./text";
import { bracketed, equationTexts, exactText } from "./wording";

export class NormalizationPart {
  readonly root = element("div", "part");
  private readonly value = element("span", "");
  private readonly source: PlaceButton;
  private readonly division = element("span", "term");
  private readonly normal = element("span", "term");
  private readonly start = element("span", "term");
  private readonly gamma: Weight;
  private readonly beta: Weight;
  private readonly result = element("span", "term");

  constructor(surroundings: Surroundings) {
    this.source = new PlaceButton(surroundings);
    this.gamma = new Weight(surroundings, "gamma", "× gamma ");
    this.beta = new Weight(surroundings, "beta", "+ beta ");
    const from = element("p", "sum");
    from.append(this.value, this.source.root);
    const rule = element("span", "term");
    rule.textContent = "(x − mean) ÷ √(variance + ε)";
    const normal = element("p", "sum");
    normal.append(rule, " ", this.division, " ", this.normal);
    const scaled = element("p", "sum");
    scaled.append(this.start, " ", this.gamma.root, " ", this.beta.root, " ", this.result);
    this.root.append(from, normal, scaled);
  }

  show(content: CardContent, explanation: NormalizationExplanation): void {
    const { source, value, mean, variance, epsilon, normal, gamma, beta } = explanation;
    const [x, average] = equationTexts([value, mean]);
    const [scaled, stretch, shift, result] = equationTexts([normal, gamma, beta, explanation.result]);
    write(this.value, `x = ${x}, from `);
    this.source.show(content, originOf(content.spec.layers, source));
    write(
      this.division,
      `= (${x} − ${bracketed(average)}) ÷ √(${decimal(variance)} + ${exactText(epsilon)})`,
    );
    write(this.normal, `= ${scaled}`);
    write(this.start, scaled);
    this.gamma.show(content, gamma, stretch);
    this.beta.show(content, beta, shift);
    write(this.result, `= ${result}`);
  }
}

/** Gamma or beta of the neuron's channel, as a term of the equation. */
class Weight {
  readonly root = element("span", "term");
  private readonly field: NumberField;
  private readonly restore: RestoreButton;

  constructor(
    surroundings: Surroundings,
    private readonly name: "gamma" | "beta",
    before: string,
  ) {
    this.field = new NumberField(surroundings);
    this.restore = new RestoreButton(surroundings);
    this.root.append(before, this.field.root, this.restore.root);
  }

  show(content: CardContent, value: number, text: string): void {
    const { spec, place, edits } = content;
    const layer = spec.layers[place.layer];
    const channel = place.index % lastAxis(layer.output_shape);
    const target = { tensor: `${layer.name}/${this.name}`, index: channel };
    this.field.show(target, value, this.name, content, edits.isMuted(layer, channel), text);
    this.restore.show(target, this.name, content);
  }
}
