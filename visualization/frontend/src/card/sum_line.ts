/** The end of every weighted sum: Σ products + bias = sum → activation → result, “≈” where rounding shows. */
import type { Weighted } from "../explain/explanation";
import { positionOf } from "../explain/place";
import { element } from "../scene/overlay";
import { percent } from "../scene/words";
import type { CardContent, Surroundings } from "./content";
import { NumberField } from "./number_field";
import { RestoreButton } from "./restore_button";
import { write } from "./text";
import { activationNames, equationTexts, sumSign } from "./wording";

export class SumLine {
  readonly root = element("p", "sum");
  private readonly products = element("span", "term");
  private readonly rest = element("span", "term");
  private readonly bias: NumberField;
  private readonly added = element("span", "term");
  private readonly restore: RestoreButton;

  constructor(surroundings: Surroundings) {
    this.bias = new NumberField(surroundings);
    this.restore = new RestoreButton(surroundings);
    this.added.append("+ bias ", this.bias.root, this.restore.root);
    this.root.append(this.products, " ", this.added, " ", this.rest);
  }

  /** `over` says what is summed: "over 32 maps". */
  show(content: CardContent, explanation: Weighted, over: string): void {
    const { spec, place, edits } = content;
    const layer = spec.layers[place.layer];
    const { channel } = positionOf(layer.output_shape, place.index);
    const { productSum, sum, result, activation, biased } = explanation;
    const [products, total, outcome, bias] = equationTexts([productSum, sum, result, explanation.bias]);
    write(this.products, `Σ products ${over} ${products}`);
    this.added.hidden = !biased;
    if (biased) {
      const target = { tensor: `${layer.name}/bias`, index: channel };
      const muted = edits.isMuted(layer, channel);
      this.bias.show(target, explanation.bias, "Bias", content, muted, bias);
      this.restore.show(target, "the bias", content);
    }
    const name = activationNames[activation];
    const end =
      activation === "linear" ? "" : ` → ${name} → ${activation === "softmax" ? percent(result) : outcome}`;
    // Without a bias the products' sum is all there is.
    write(this.rest, `${biased ? `${sumSign([products, bias], total)} ${total}` : ""}${end}`.trim());
  }
}
