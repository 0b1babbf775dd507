/** An activation by itself: the value that goes in, the function with that value in it, and what comes out. */
import type { ActivationExplanation } from "../explain/explanation";
import { originOf } from "../explain/place";
import { element } from "../scene/overlay";
import type { CardContent, Surroundings } from "./content";
import { formulaOf } from "./formulas";
import { PlaceButton } from "./place_button";
import { SoftmaxTable } from "./softmax_table";
import { write } from "./text";
import { activationNames, equationTexts } from "./wording";

export class ActivationPart {
  readonly root = element("div", "part");
  private readonly value = element("span", "");
  private readonly source: PlaceButton;
  private readonly formula = element("p", "sum");
  private readonly softmax = new SoftmaxTable();

  constructor(surroundings: Surroundings) {
    this.source = new PlaceButton(surroundings);
    const from = element("p", "sum");
    from.append(this.value, this.source.root);
    this.root.append(from, this.formula, this.softmax.root);
  }

  show(content: CardContent, { source, value, activation, softmax, result }: ActivationExplanation): void {
    write(this.value, `${softmax ? "z" : "x"} = ${equationTexts([value])[0]}, from `);
    this.source.show(content, originOf(content.spec.layers, source));
    this.formula.hidden = activation === "softmax";
    if (activation !== "softmax") {
      const outcome = equationTexts([result])[0];
      const formula = formulaOf(activation, value);
      const name = `${activationNames[activation]}(x)`;
      write(this.formula, [name, ...(formula === outcome ? [] : [formula]), outcome].join(" = "));
    }
    this.softmax.show(content, softmax);
  }
}
