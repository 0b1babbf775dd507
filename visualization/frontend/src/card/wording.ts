/** The words and numbers of the card. Pure. */
import {
  type Activation,
  inputsOf,
  type LayerSpec,
  lastAxis,
  type NetworkSpec,
  type Pair,
} from "../contract";
import { type Place, positionOf } from "../explain/place";
import { colours } from "../scene/words";

export const activationNames: Readonly<Record<Activation, string>> = {
  linear: "linear",
  relu: "ReLU",
  sigmoid: "sigmoid",
  tanh: "tanh",
  softmax: "softmax",
  elu: "ELU",
  selu: "SELU",
  gelu: "GELU",
  silu: "SiLU",
  leaky_relu: "leaky ReLU",
  softplus: "softplus",
  relu6: "ReLU6",
  hard_sigmoid: "hard sigmoid",
  hard_silu: "hard SiLU",
  exponential: "exponential",
  softsign: "softsign",
  mish: "Mish",
};

/** The layer that the one of this index reads, the first of several. */
export function readBy({ layers }: NetworkSpec, index: number): LayerSpec {
  return layers[inputsOf(layers, index)[0]];
}

/** How far apart the cells of a window are, "cells 2 apart", "columns 3 apart"; nothing where they touch. */
export function holesInWords([down, across]: Pair): string {
  if (down === across) return down > 1 ? `cells ${down} apart` : "";
  const [rows, columns] = [`rows ${down} apart`, `columns ${across} apart`];
  return [...(down > 1 ? [rows] : []), ...(across > 1 ? [columns] : [])].join(" and ");
}

/** What one channel of the layer is called: "map 5", "unit 12", "value 40"; a picture's only channel has no name. */
export function channelName(layer: LayerSpec, channel: number): string {
  if (layer.output_shape.length === 2) return `feature ${channel}`;
  if (layer.output_shape.length !== 3)
    return `${["flatten", "reshape"].includes(layer.kind) ? "value" : "unit"} ${channel}`;
  if (layer.kind === "input") {
    const channels = layer.output_shape[2];
    return channels === 3 ? colours[channel] : channels > 1 ? `channel ${channel}` : "";
  }
  return `map ${channel}`;
}

/** Where a neuron is within its layer: ["map 17", "row 4", "column 9"]; counting starts at 0, as in Keras. */
export function placeWords(spec: NetworkSpec, place: Place, classNames: readonly string[]): string[] {
  const layer = spec.layers[place.layer];
  if (layer.output_shape.length === 2) {
    const { row, column } = positionOf(layer.output_shape, place.index);
    return [`token ${row}`, `feature ${column}`];
  }
  if (layer.output_shape.length !== 3) {
    const isOutput = place.layer === spec.layers.length - 1;
    return [isOutput ? `“${classNames[place.index]}”` : channelName(layer, place.index)];
  }
  const { row, column, channel } = positionOf(layer.output_shape, place.index);
  const name = channelName(layer, channel);
  return [...(name ? [name] : []), `row ${row}`, `column ${column}`];
}

/** "pool 2, map 5, row 1, column 3". */
export function placeName(spec: NetworkSpec, place: Place, classNames: readonly string[]): string {
  return [spec.layers[place.layer].title, ...placeWords(spec, place, classNames)].join(", ");
}

/** What the outputs of one place are called: the classes in the last layer, else its channels. */
export function outputNames(spec: NetworkSpec, layer: number, classNames: readonly string[]): string[] {
  const { output_shape } = spec.layers[layer];
  if (layer === spec.layers.length - 1 && output_shape.length === 1) return [...classNames];
  return Array.from({ length: lastAxis(output_shape) }, (_, channel) =>
    channelName(spec.layers[layer], channel),
  );
}

/** Two significant digits and no more room than a cell has: "1.2", "−.031", "3e−4". */
export function cellText(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return (value < 0 ? "−" : "") + sizeText(size);
}

function sizeText(size: number): string {
  if (size >= 99_999.5 || size < 0.000_95) return size.toExponential(0).replace("+", "").replace("-", "−");
  if (size >= 9.95) return size.toFixed(0);
  if (size >= 0.995) return size.toFixed(1);
  const decimals = 1 - Math.floor(Math.log10(size));
  return size.toFixed(decimals).slice(1); // ".12": the leading zero would be a third digit
}

/** Numbers of one equation, all with the decimals that four digits of the largest need: they can be added by eye. */
export function equationTexts(values: readonly number[]): string[] {
  const largest = Math.max(...values.map(Math.abs));
  const decimals = largest > 0 ? Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(largest)))) : 0;
  return values.map((value) => fixed(value, decimals));
}

/** The sign before a sum as it is written: "=" where the written parts add up to it, "≈" where rounding has shown. */
export function sumSign(parts: readonly string[], total: string): "=" | "≈" {
  const number = (text: string) => Number(text.replace("−", "-"));
  const decimals = Math.max(...[...parts, total].map((text) => text.split(".")[1]?.length ?? 0));
  const added = parts.reduce((sum, part) => sum + number(part), 0);
  return added.toFixed(decimals) === (number(total) + 0).toFixed(decimals) ? "=" : "≈";
}

/** A negative number stands in brackets after another sign. */
export function bracketed(text: string): string {
  return text.startsWith("−") ? `(${text})` : text;
}

function fixed(value: number, decimals: number): string {
  if (value === 0) return "0";
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** A weight as it is typed: the fewest digits that are this value in float32; nine always are. */
export function exactText(value: number): string {
  let text = "";
  for (let digits = 1; digits <= 9; digits++) {
    text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === Math.fround(value)) break;
  }
  return text.replace("-", "−");
}

/** What was typed, or null if it is no number. The minus of the screen and that of the keyboard are both understood. */
export function parseNumber(text: string): number | null {
  const plain = text.trim().replaceAll("−", "-");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return null;
  return Number(plain);
}
