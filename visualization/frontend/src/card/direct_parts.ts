/** The neurons that nothing is weighed for: a pixel, a value that is handed on, scaled, or made by Keras alone. */
import type {
  InputExplanation,
  KerasExplanation,
  PaddingExplanation,
  PassedExplanation,
  RescalingExplanation,
} from "../explain/explanation";
import { originOf } from "../explain/place";
import { element } from "../scene/overlay";
import type { CardContent, Surroundings } from "./content";
import { PlaceButton } from "./place_button";
import { write } from "./text";
import { bracketed, equationTexts } from "./wording";

export class InputPart {
  readonly root = element("p", "part sum");

  show(_: CardContent, { pixel, result }: InputExplanation): void {
    this.root.textContent = `Pixel ${pixel} of 255; the network reads ${pixel} ÷ 255 = ${result.toFixed(4)}`;
  }
}

type Passed = PassedExplanation | PaddingExplanation;

const passed: Readonly<Record<Passed["kind"], string>> = {
  flatten: ", in a row with all others.",
  reshape: ", counted in other rows and columns.",
  dropout: ": outside training it passes as it is.",
  concatenate: ", side by side with what other layers made.",
  up_sampling2d: ", repeated over the cells around it.",
  zero_padding2d: ", with a border around its map.",
};

export class PassedPart {
  readonly root = element("p", "part sum");
  private readonly start = element("span", "");
  private readonly source: PlaceButton;
  private readonly how = element("span", "");

  constructor(surroundings: Surroundings) {
    this.source = new PlaceButton(surroundings);
    this.root.append(this.start, this.source.root, this.how);
  }

  show(content: CardContent, { kind, source }: Passed): void {
    this.source.root.hidden = !source;
    write(this.start, source ? "This is " : "A cell of the border: always 0.");
    write(this.how, source ? passed[kind] : "");
    if (source) this.source.show(content, originOf(content.spec.layers, source));
  }
}

export class RescalingPart {
  readonly root = element("div", "part");
  private readonly value = element("span", "");
  private readonly source: PlaceButton;
  private readonly equation = element("p", "sum");

  constructor(surroundings: Surroundings) {
    this.source = new PlaceButton(surroundings);
    const from = element("p", "sum");
    from.append(this.value, this.source.root);
    this.root.append(from, this.equation);
  }

  show(content: CardContent, { source, value, scale, offset, result }: RescalingExplanation): void {
    const [x, shift, outcome] = equationTexts([value, offset, result]);
    const [factor] = equationTexts([scale]);
    write(this.value, `x = ${x}, from `);
    this.source.show(content, originOf(content.spec.layers, source));
    write(this.equation, `x × ${bracketed(factor)} + ${bracketed(shift)} = ${outcome}`);
  }
}

export class KerasPart {
  readonly root = element("div", "part");
  private readonly said = element("p", "sum");
  private readonly settings = document.createElement("details");
  private readonly text = document.createElement("pre");

  constructor() {
    const summary = document.createElement("summary");
    summary.textContent = "Its settings";
    this.settings.append(summary, this.text);
    this.root.append(this.said, this.settings);
  }

  show({ spec }: CardContent, { className, config, reads }: KerasExplanation): void {
    const titles = reads.map((index) => spec.layers[index].title).join(" and ");
    write(
      this.said,
      `${className} makes this of ${titles}. Its arithmetic is Keras’s, so there are no parts to show.`,
    );
    write(this.text, indented(config));
  }
}

function indented(config: string): string {
  try {
    return JSON.stringify(JSON.parse(config), null, 2);
  } catch {
    return config; // it is only read by people
  }
}
