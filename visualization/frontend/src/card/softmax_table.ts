/** All logits, their exponentials and the division that makes them probabilities. */
import type { Softmax } from "../explain/explanation";
import { element } from "../scene/overlay";
import { decimal, percent } from "../scene/words";
import type { CardContent } from "./content";
import { write } from "./text";
import { bracketed, outputNames } from "./wording";

interface Line {
  readonly row: HTMLTableRowElement;
  readonly cells: readonly HTMLElement[];
  readonly bar: HTMLElement;
}

export class SoftmaxTable {
  readonly root = element("div", "softmax");
  private readonly body = document.createElement("tbody");
  private readonly division = element("p", "sum");
  private lines: Line[] = [];

  constructor() {
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const title of ["output", "logit z", "e^(z − max)", "probability"]) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = title;
      head.append(cell);
    }
    table.append(this.body);
    this.root.append(table, this.division);
  }

  /** Hidden where the activation is no softmax. */
  show({ spec, place, classNames }: CardContent, softmax: Softmax | null): void {
    this.root.hidden = !softmax;
    if (softmax) this.fill(softmax, outputNames(spec, place.layer, classNames));
  }

  private fill({ logits, largest, exponentials, total, own }: Softmax, names: readonly string[]): void {
    if (this.lines.length !== logits.length) this.build(logits.length);
    for (const [index, { row, cells, bar }] of this.lines.entries()) {
      const probability = exponentials[index] / total;
      const texts = [
        names[index],
        decimal(logits[index]),
        decimal(exponentials[index]),
        percent(probability),
      ];
      for (const [at, text] of texts.entries()) write(cells[at], text);
      bar.style.transform = `scaleX(${probability.toFixed(4)})`;
      row.classList.toggle("own", index === own);
      row.ariaCurrent = index === own ? "true" : null;
    }
    const probability = percent(exponentials[own] / total);
    const [logit, max, share, all] = [logits[own], largest, exponentials[own], total].map(decimal);
    this.division.textContent =
      `e^(${logit} − ${bracketed(max)}) ÷ Σ e^(z − max) = ` +
      `${share} ÷ ${all} ${/^[<>]/.test(probability) ? "" : "= "}${probability}`;
  }

  private build(count: number): void {
    this.lines = Array.from({ length: count }, () => {
      const row = document.createElement("tr");
      const name = document.createElement("th");
      name.scope = "row";
      row.append(name);
      const [logit, exponential, last] = [row.insertCell(), row.insertCell(), row.insertCell()];
      const [number, track, bar] = [element("span", ""), element("span", "track"), element("b", "")];
      track.append(bar);
      last.append(number, track);
      return { row, cells: [name, logit, exponential, number], bar };
    });
    this.body.replaceChildren(...this.lines.map(({ row }) => row));
  }
}
