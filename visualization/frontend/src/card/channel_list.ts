/** The sum of each input channel as a signed bar; the chosen one is shown in numbers. */
import { element } from "../scene/overlay";
import { write } from "./text";
import { cellText } from "./wording";

const rowHeight = 24; // CSS pixels, as in the styles
let lists = 0; // radio buttons of one list share a name that no other list has

interface Row {
  readonly input: HTMLInputElement;
  readonly word: HTMLElement;
  readonly bar: HTMLElement;
  readonly number: HTMLElement;
}

export class ChannelList {
  readonly root = element("div", "channels");
  private rows: Row[] = [];
  private chosen = -1;
  private readonly group = `strata-channels-${++lists}`;

  constructor(private readonly choose: (channel: number) => void) {
    this.root.setAttribute("role", "radiogroup");
  }

  /** `names` are those of the channels; `label` says what the list is. */
  show(label: string, names: readonly string[], sums: Float64Array, chosen: number): void {
    this.root.ariaLabel = label;
    if (this.rows.length !== names.length) this.build(names.length);
    let largest = 0;
    for (const sum of sums) largest = Math.max(largest, Math.abs(sum));
    for (const [channel, { word, bar, number }] of this.rows.entries()) {
      const sum = sums[channel];
      write(word, names[channel]);
      write(number, cellText(sum));
      const transform = `scaleX(${(largest > 0 ? sum / largest : 0).toFixed(3)})`;
      if (bar.style.transform !== transform) bar.style.transform = transform;
      bar.classList.toggle("negative", sum < 0);
    }
    if (this.chosen === chosen) return;
    this.chosen = chosen;
    this.rows[chosen].input.checked = true;
    this.reveal(chosen);
  }

  private build(count: number): void {
    this.chosen = -1;
    const labels: HTMLElement[] = [];
    this.rows = Array.from({ length: count }, (_, channel) => {
      const label = document.createElement("label");
      const input = document.createElement("input");
      Object.assign(input, { type: "radio", name: this.group });
      input.addEventListener("change", () => this.choose(channel));
      const [word, track, bar] = [element("span", "word"), element("span", "track"), element("b", "")];
      const number = element("span", "amount");
      track.append(bar);
      label.append(input, word, track, number);
      labels.push(label);
      return { input, word, bar, number };
    });
    this.root.replaceChildren(...labels);
  }

  /** Scroll the list, and nothing around it, until the row can be seen. */
  private reveal(channel: number): void {
    const top = channel * rowHeight;
    const { scrollTop, clientHeight } = this.root;
    if (top >= scrollTop && top + rowHeight <= scrollTop + clientHeight) return;
    this.root.scrollTop = top - (clientHeight - rowHeight) / 2;
  }
}
