/** Values of several layers that become one: each with its place, and the calculation with their numbers. */
import type { ElementwiseKind } from "../contract";
import type { MergeExplanation } from "../explain/explanation";
import { element } from "../scene/overlay";
import type { CardContent, Surroundings } from "./content";
import { write } from "./text";
import { ValueList } from "./value_list";
import { bracketed, equationTexts, sumSign } from "./wording";

export class MergePart {
  readonly root = element("div", "part");
  private readonly list: ValueList;
  private readonly equation = element("p", "sum");

  constructor(surroundings: Surroundings) {
    this.list = new ValueList(surroundings, "network");
    this.root.append(this.list.root, this.equation);
  }

  show(content: CardContent, explanation: MergeExplanation): void {
    this.list.show(content, explanation.parts, explanation.winner);
    write(this.equation, equationOf(explanation));
  }
}

/** "1.204 + (−0.031) = 1.173", “≈” where the rounding of a sum shows. */
export function equationOf({ kind, parts, result }: MergeExplanation): string {
  const texts = equationTexts([...parts.map(({ value }) => value), result]);
  const [total] = texts.splice(-1);
  const isSum = kind === "add";
  return `${calculation(kind, texts)} ${isSum ? sumSign(texts, total) : "="} ${total}`;
}

function calculation(kind: ElementwiseKind, texts: readonly string[]): string {
  const between = (sign: string) =>
    texts.map((text, index) => (index ? bracketed(text) : text)).join(` ${sign} `);
  switch (kind) {
    case "add":
      return between("+");
    case "subtract":
      return between("−");
    case "multiply":
      return between("×");
    case "average":
      return `(${between("+")}) ÷ ${texts.length}`;
    case "maximum":
      return `max(${texts.join(", ")})`;
    case "minimum":
      return `min(${texts.join(", ")})`;
  }
}
