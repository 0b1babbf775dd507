/** A convolution's arithmetic: patch × kernel = products for one input channel, and the sum over all of them; in a
 * separable one each channel's sum has a weight of its own in between. */
import { type LayerSpec, lastAxis } from "../contract";
import type { SeparableExplanation } from "../explain/explanation";
import { type Place, positionOf, samePlace } from "../explain/place";
import { element } from "../scene/overlay";
import { CellGrid, fillCell, numberCell, paintCell } from "./cell_grid";
import { ChannelList } from "./channel_list";
import type { CardContent, Surroundings } from "./content";
import { NumberField } from "./number_field";
import { RestoreButton } from "./restore_button";
import { rangeOf } from "./shades";
import { SoftmaxTable } from "./softmax_table";
import { SumLine } from "./sum_line";
import { write } from "./text";
import { WindowPicture } from "./window_picture";
import { type ConvLayer, type Convolved, sumsOf, type WindowSum, windowSum } from "./window_sums";
import { cellText, channelName, holesInWords } from "./wording";

const mostBeside = 3; // columns of a kernel up to which the three grids stand side by side

export class ConvPart {
  readonly root = element("div", "part conv");
  private readonly window: WindowPicture;
  private readonly channels: ChannelList;
  private readonly heading = element("p", "over-grids");
  private readonly grids = element("div", "grids");
  private readonly patch = new CellGrid("patch", numberCell);
  private readonly kernel: CellGrid<HTMLInputElement>;
  private readonly products = new CellGrid("products", numberCell);
  private readonly restores = element("p", "restores");
  private readonly weighing: Weighing;
  private readonly sum: SumLine;
  private readonly softmax = new SoftmaxTable();
  private fields: NumberField[] = [];
  private restoreButtons: RestoreButton[] = [];
  private chosen: { readonly map: Place; channel: number } | null = null;
  private content: CardContent | null = null;

  constructor(private readonly surroundings: Surroundings) {
    this.window = new WindowPicture((place) => surroundings.events.select(place));
    this.channels = new ChannelList((channel) => this.choose(channel));
    this.kernel = new CellGrid("kernel", (cell) => this.makeField(cell));
    this.weighing = new Weighing(surroundings);
    this.sum = new SumLine(surroundings);
    const beside = element("div", "beside");
    beside.append(this.window.root, this.channels.root);
    this.grids.append(this.patch.root, sign("×"), this.kernel.root, sign("="), this.products.root);
    const below = [this.restores, this.weighing.root, this.sum.root, this.softmax.root];
    this.root.append(beside, this.heading, this.grids, ...below);
  }

  show(content: CardContent, explanation: Convolved): void {
    const { spec, place } = content;
    this.content = content;
    const layer = spec.layers[place.layer] as ConvLayer;
    const before = spec.layers[explanation.from];
    const which = this.chosenOf(layer, explanation);
    const sums = sumsOf(explanation);
    const many = sums.length > 1;
    this.channels.root.hidden = !many;
    const names = Array.from(sums, (_, index) => sumName(layer, before, explanation, index));
    if (many) this.channels.show(`Sums over the channels of ${before.title}`, names, sums, which);
    const input = content.activations(before.name);
    const window = windowSum(layer, explanation, which);
    this.window.show(layer, place, input, window.channel, this.surroundings.shades());
    const shared = window.own ? "" : "kernel shared by all maps";
    const words = [before.title, names[which], holesInWords(explanation.patch.steps), shared];
    write(this.heading, words.filter(Boolean).join(" · "));
    this.fill(content, explanation, window, rangeOf(input));
    this.weighing.root.hidden = explanation.kind !== "separable_conv2d";
    if (explanation.kind === "separable_conv2d") this.weighing.show(content, explanation, which);
    const channels = before.kind === "input" || explanation.kind === "separable_conv2d";
    this.sum.show(content, explanation, many ? `over ${sums.length} ${channels ? "channels" : "maps"}` : "");
    this.softmax.show(content, explanation.softmax);
  }

  leave(): void {
    this.window.stop();
  }

  /** Which of the sums the reader has chosen for this map, or the strongest when the map was opened. */
  private chosenOf(layer: ConvLayer, explanation: Convolved): number {
    const { place } = explanation;
    const sums = sumsOf(explanation);
    const map = { layer: place.layer, index: positionOf(layer.output_shape, place.index).channel };
    if (this.chosen && samePlace(this.chosen.map, map) && this.chosen.channel < sums.length) {
      return this.chosen.channel;
    }
    let channel = 0;
    for (const [index, sum] of sums.entries()) {
      if (Math.abs(sum) > Math.abs(sums[channel])) channel = index;
    }
    this.chosen = { map, channel };
    return channel;
  }

  private choose(channel: number): void {
    const { chosen, content } = this;
    if (!chosen || !content) return;
    chosen.channel = channel;
    this.show(content, content.explanation as Convolved);
  }

  private fill(
    content: CardContent,
    { patch, padded }: Convolved,
    { cells, largestWeight, largestProduct, own }: WindowSum,
    range: ReturnType<typeof rangeOf>,
  ): void {
    const { spec, place, edits } = content;
    const layer = spec.layers[place.layer] as ConvLayer;
    const { channel } = positionOf(layer.output_shape, place.index);
    const muted = own && edits.isMuted(layer, channel);
    const shades = this.surroundings.shades();
    this.resize(patch.rows, patch.columns);
    for (const [cell, { value, weight, product, target }] of cells.entries()) {
      const shade = shades.of(value, range.largest, range.signed);
      fillCell(this.patch.contents[cell], padded[cell] ? null : value, shade);
      const name = `row ${Math.floor(cell / patch.columns)}, column ${cell % patch.columns}`;
      this.fields[cell].show(target, weight, `Kernel weight in ${name}`, content, muted);
      this.restoreButtons[cell].show(target, name, content);
      paintCell(this.kernel.contents[cell], shades.of(weight, largestWeight, true));
      fillCell(this.products.contents[cell], product, shades.of(product, largestProduct, true));
    }
    this.restores.hidden = this.restoreButtons.every(({ root }) => root.hidden);
  }

  private resize(rows: number, columns: number): void {
    this.grids.classList.toggle("stacked", columns > mostBeside);
    if (this.fields.length !== rows * columns) {
      this.fields = Array.from({ length: rows * columns }, () => new NumberField(this.surroundings));
      this.restoreButtons = this.fields.map(() => new RestoreButton(this.surroundings, true));
      this.restores.replaceChildren("Restore ", ...this.restoreButtons.map(({ root }) => root));
    }
    for (const grid of [this.patch, this.kernel, this.products]) grid.resize(rows, columns);
  }

  private makeField(cell: number): HTMLInputElement {
    return this.fields[cell].root;
  }
}

/** "map 3"; with several kernels for a channel also which of them, "map 3 k1". */
function sumName(layer: ConvLayer, before: LayerSpec, explanation: Convolved, which: number): string {
  if (explanation.kind !== "separable_conv2d") {
    return channelName(before, explanation.firstChannel + which);
  }
  const each = layer.kind === "separable_conv2d" ? layer.depth_multiplier : 1;
  const name = channelName(before, Math.floor(which / each));
  return each > 1 ? `${name} k${which % each}`.trim() : name;
}

/** The second step of a separable convolution: the window's sum times its weight in this map. */
class Weighing {
  readonly root = element("p", "sum");
  private readonly start = element("span", "term");
  private readonly field: NumberField;
  private readonly restore: RestoreButton;
  private readonly end = element("span", "term");

  constructor(surroundings: Surroundings) {
    this.field = new NumberField(surroundings);
    this.restore = new RestoreButton(surroundings);
    this.root.append(this.start, " ", this.field.root, this.restore.root, " ", this.end);
  }

  show(content: CardContent, explanation: SeparableExplanation, which: number): void {
    const { spec, place, edits } = content;
    const layer = spec.layers[place.layer];
    const { inputs, weights, products } = explanation;
    const filters = lastAxis(layer.output_shape);
    const filter = place.index % filters;
    const target = { tensor: `${layer.name}/pointwise_kernel`, index: which * filters + filter };
    write(this.start, `This sum ${cellText(inputs[which])} × weight`);
    const muted = edits.isMuted(layer, filter);
    this.field.show(target, weights[which], "Weight of this sum", content, muted);
    this.restore.show(target, "the weight of this sum", content);
    write(this.end, `= ${cellText(products[which])}`);
  }
}

function sign(text: string): HTMLElement {
  const span = element("span", "sign");
  span.textContent = text;
  return span;
}
