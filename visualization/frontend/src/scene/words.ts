/** What the scene says: numbers rounded for people, shapes in words. Pure. */
import type { LayerSpec, SceneData } from "../contract";
import type { Neuron } from "./picking";

export function percent(probability: number): string {
  const value = probability * 100;
  if (value >= 99.95 && value < 100) return "> 99.9 %"; // never claims a certainty that softmax does not have
  if (value > 0 && value < 0.05) return "< 0.1 %";
  return `${value.toFixed(1)} %`;
}

/** Three significant digits: "1.83", "0.0312", "12.4". */
export function decimal(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en");
  if (size < 0.0005) return value.toExponential(1).replace("-", "−");
  const digits = Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(size))));
  return value.toFixed(digits).replace("-", "−");
}

/** "32 maps of 26 × 26", "128 units". */
export function shapeInWords(layer: LayerSpec): string {
  const shape = layer.output_shape;
  if (shape.length === 2) return `${count(shape[0], "token")} of ${count(shape[1], "feature")}`;
  if (shape.length !== 3)
    return `${shape[0].toLocaleString("en")} ${namesNothing(layer) ? "values" : "units"}`;
  const [rows, columns, channels] = shape;
  if (layer.kind === "input") {
    const colours =
      channels === 3 ? ", in red, green and blue" : channels === 1 ? "" : `, ${channels} channels`;
    return `${rows} × ${columns} pixels${colours}`;
  }
  return `${channels} ${channels === 1 ? "map" : "maps"} of ${rows} × ${columns}`;
}

function count(number: number, what: string): string {
  return `${number.toLocaleString("en")} ${number === 1 ? what : `${what}s`}`;
}

/** Its values are those of other layers, in a row. */
function namesNothing({ kind }: LayerSpec): boolean {
  return kind === "flatten" || kind === "reshape";
}

/** Names of the channels of a picture in colour. */
export const colours = ["red", "green", "blue"] as const;

const longestTitle = 28; // letters under a wall

/** A layer's title under its wall, where a very long one ends with an ellipsis. */
export function titleInShort({ title }: LayerSpec): string {
  return title.length > longestTitle ? `${title.slice(0, longestTitle - 1).trimEnd()}…` : title;
}

export function shapeInShort(layer: LayerSpec): string {
  const shape = layer.output_shape;
  if (shape.length === 2) return `${shape[0]}×${shape[1]}`;
  if (shape.length !== 3) return shapeInWords(layer);
  return shape[2] === 1 ? `${shape[0]}×${shape[1]}` : `${shape[2]} of ${shape[0]}×${shape[1]}`;
}

export function largestIndex(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index] > values[best]) best = index;
  return best;
}

/** "The network reads a 7 with 99.1 %". */
export function predictionSentence(name: string, probability: number): string {
  return `The network reads ${withArticle(name)} with ${percent(probability)}`;
}

/** "a 7", "an 8", "Trouser" (a name is a name: its article is not for us to guess). */
function withArticle(name: string): string {
  if (!/^\d+$/.test(name)) return `“${name}”`;
  return `${/^(8|11|18)/.test(name) ? "an" : "a"} ${name}`;
}

export function truthSentence(data: SceneData, predicted: number): string {
  const { label } = data.image;
  if (label === null) return "true label unknown";
  return `true label ${data.class_names[label]}${label === predicted ? "" : " ✗"}`;
}

/** "conv 2, map 17, row 4, column 9: 1.83"; counting starts at 0, as in Keras. */
export function neuronInWords(
  layer: LayerSpec,
  neuron: Neuron,
  value: number,
  classNames: readonly string[],
): string {
  const shown = decimal(value);
  if (layer.output_shape.length === 3) {
    const what =
      layer.kind === "input"
        ? channelOfPicture(layer.output_shape[2], neuron.channel)
        : `, map ${neuron.channel}`;
    return `${layer.title}${what}, row ${neuron.row}, column ${neuron.column}: ${shown}`;
  }
  if (layer.output_shape.length === 2) {
    return `${layer.title}, token ${neuron.row}, feature ${neuron.column}: ${shown}`;
  }
  const name = classNames[neuron.index];
  if (name !== undefined) return `${layer.title}, “${name}”: ${shown}`;
  return `${layer.title}, ${namesNothing(layer) ? "value" : "unit"} ${neuron.index}: ${shown}`;
}

function channelOfPicture(channels: number, channel: number): string {
  if (channels === 1) return "";
  return channels === 3 ? `, ${colours[channel]}` : `, channel ${channel}`;
}
