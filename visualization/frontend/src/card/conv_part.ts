/** A convolution's arithmetic: patch × kernel = products for one input channel, and the sum over all of them. */
import type { Conv2dLayer, DepthwiseConv2dLayer } from "../contract";
import type { ConvExplanation } from "../explain/explanation";
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
import { channelName } from "./wording";

type ConvLayer = Conv2dLayer | DepthwiseConv2dLayer;

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
    this.sum = new SumLine(surroundings);
    const beside = element("div", "beside");
    beside.append(this.window.root, this.channels.root);
    this.grids.append(this.patch.root, sign("×"), this.kernel.root, sign("="), this.products.root);
    this.root.append(beside, this.heading, this.grids, this.restores, this.sum.root, this.softmax.root);
  }

  show(content: CardContent, explanation: ConvExplanation): void {
    const { spec, place } = content;
    this.content = content;
    const layer = spec.layers[place.layer] as ConvLayer;
    const before = spec.layers[place.layer - 1];
    const channel = this.channelFor(layer, explanation);
    const { firstChannel, channelSums, softmax } = explanation;
    const many = channelSums.length > 1;
    this.channels.root.hidden = !many;
    const names = Array.from(channelSums, (_, index) => channelName(before, firstChannel + index));
    if (many) this.channels.show(`Sums over the channels of ${before.title}`, names, channelSums, channel);
    const input = content.activations(before.name);
    this.window.show(layer, place, input, firstChannel + channel, this.surroundings.shades());
    write(this.heading, [before.title, names[channel]].filter(Boolean).join(" · "));
    this.fill(content, explanation, channel, rangeOf(input));
    this.sum.show(
      content,
      explanation,
      many ? `over ${channelSums.length} ${before.kind === "input" ? "channels" : "maps"}` : "",
    );
    this.softmax.show(content, softmax);
  }

  leave(): void {
    this.window.stop();
  }

  /** Which of the summed channels the reader has chosen for this map, or the one with the strongest sum when the map was opened. */
  private channelFor(layer: ConvLayer, { place, channelSums }: ConvExplanation): number {
    const map = { layer: place.layer, index: positionOf(layer.output_shape, place.index).channel };
    if (this.chosen && samePlace(this.chosen.map, map) && this.chosen.channel < channelSums.length) {
      return this.chosen.channel;
    }
    let channel = 0;
    for (const [index, sum] of channelSums.entries()) {
      if (Math.abs(sum) > Math.abs(channelSums[channel])) channel = index;
    }
    this.chosen = { map, channel };
    return channel;
  }

  private choose(channel: number): void {
    const { chosen, content } = this;
    if (!chosen || !content || !("channelSums" in content.explanation)) return;
    chosen.channel = channel;
    this.show(content, content.explanation);
  }

  private fill(
    content: CardContent,
    explanation: ConvExplanation,
    channel: number,
    range: ReturnType<typeof rangeOf>,
  ): void {
    const { patch, padded, inputs, weights, products, channelSums } = explanation;
    const shades = this.surroundings.shades();
    this.resize(patch.rows, patch.columns);
    const at = (cell: number) => cell * channelSums.length + channel;
    const largestWeight = rangeOf(weights).largest;
    const largestProduct = rangeOf(products).largest;
    for (let cell = 0; cell < padded.length; cell++) {
      const input = at(cell);
      const value = inputs[input];
      const shade = shades.of(value, range.largest, range.signed);
      fillCell(this.patch.contents[cell], padded[cell] ? null : value, shade);
      this.showWeight(content, cell, input, weights[input]);
      paintCell(this.kernel.contents[cell], shades.of(weights[input], largestWeight, true));
      const product = products[input];
      fillCell(this.products.contents[cell], product, shades.of(product, largestProduct, true));
    }
    this.restores.hidden = this.restoreButtons.every(({ root }) => root.hidden);
  }

  private showWeight(content: CardContent, cell: number, input: number, weight: number): void {
    const { spec, place, edits } = content;
    const layer = spec.layers[place.layer] as ConvLayer;
    const { channel } = positionOf(layer.output_shape, place.index);
    const target = { tensor: `${layer.name}/kernel`, index: input * layer.output_shape[2] + channel };
    const row = Math.floor(cell / layer.kernel_size[1]);
    const name = `row ${row}, column ${cell % layer.kernel_size[1]}`;
    const muted = edits.isMuted(layer, channel);
    this.fields[cell].show(target, weight, `Kernel weight in ${name}`, content, muted);
    this.restoreButtons[cell].show(target, name, content);
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

function sign(text: string): HTMLElement {
  const span = element("span", "sign");
  span.textContent = text;
  return span;
}
