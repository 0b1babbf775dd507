/** The network as text, for who hears it: a layer, a map, a neuron and what it is made of. Pure. */
import { activationNames, holesInWords } from "../card/wording";
import type { ElementwiseKind, LayerSpec } from "../contract";
import type {
  ActivationExplanation,
  ConvExplanation,
  Explanation,
  NormalizationExplanation,
  SeparableExplanation,
  Weighted,
} from "../explain/explanation";
import { type Place, positionOf } from "../explain/place";
import { decimal, neuronInWords, percent, shapeInWords } from "./words";

/** "conv 1: 32 maps of 26 × 26, 320 parameters. Mean 0.31, largest 2.41." `values`: the layer's activations; `reads`:
 * titles of the layers that it reads, where that is worth saying. */
export function layerInWords(layer: LayerSpec, values: Float32Array, reads: readonly string[] = []): string {
  const read = reads.length ? `, reads ${reads.join(" and ")}` : "";
  const parameters = layer.parameters ? `, ${layer.parameters.toLocaleString("en")} parameters` : "";
  return `${layer.title}: ${shapeInWords(layer)}${read}${parameters}. ${spread(values)}.`;
}

/** "conv 1, map 5. Mean 0.31, largest 2.41." */
export function mapInWords(layer: LayerSpec, channel: number, values: Float32Array): string {
  const channels = layer.output_shape[2];
  return `${layer.title}, map ${channel}. ${spread(values.filter((_, index) => index % channels === channel))}.`;
}

function spread(values: Float32Array): string {
  let [sum, largest] = [0, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    sum += value;
    largest = Math.max(largest, value);
  }
  return `Mean ${decimal(sum / values.length)}, largest ${decimal(largest)}`;
}

/** "pool 2, map 5, row 1, column 3", without a value; `classNames` are those of the last layer. */
export function placeInWords(
  layers: readonly LayerSpec[],
  place: Place,
  classNames: readonly string[],
): string {
  const layer = layers[place.layer];
  const neuron = { wall: place.layer, index: place.index, ...positionOf(layer.output_shape, place.index) };
  const names = place.layer === layers.length - 1 ? classNames : [];
  const words = neuronInWords(layer, neuron, 0, names);
  return words.slice(0, words.lastIndexOf(":"));
}

/** What a neuron is made of, in whole sentences with its numbers. */
export function madeOf(
  explanation: Explanation,
  layers: readonly LayerSpec[],
  classNames: readonly string[],
): string {
  const named = (place: Place) => placeInWords(layers, place, classNames);
  switch (explanation.kind) {
    case "input":
      return `The pixel is ${explanation.pixel} of 255.`;
    case "flatten":
      return `It is ${named(explanation.source)}, in a row with all others.`;
    case "dropout":
      return `It is ${named(explanation.source)}, which passes as it is.`;
    case "reshape":
      return `It is ${named(explanation.source)}, counted in other rows and columns.`;
    case "concatenate":
      return `It is ${named(explanation.source)}, side by side with what other layers made.`;
    case "up_sampling2d":
      return `It is ${named(explanation.source)}, repeated over the cells around it.`;
    case "zero_padding2d":
      return explanation.source
        ? `It is ${named(explanation.source)}, with a border around its map.`
        : "It is a cell of the border, always 0.";
    case "rescaling": {
      const { source, value, scale, offset, result } = explanation;
      return `${named(source)} is ${decimal(value)}; times ${decimal(scale)} plus ${decimal(offset)} it is ${decimal(result)}.`;
    }
    case "add":
    case "subtract":
    case "multiply":
    case "average":
    case "maximum":
    case "minimum": {
      const parts = explanation.parts.map(({ place, value }) => `${named(place)} with ${decimal(value)}`);
      return `It is ${mergedInWords[explanation.kind]} ${parts.join(" and ")}: ${decimal(explanation.result)}.`;
    }
    case "keras_layer":
      return `It is computed by Keras’s own ${explanation.className}: ${decimal(explanation.result)}.`;
    case "max_pool2d":
    case "global_max_pool2d":
      return `It is the largest of ${explanation.values.length - outside(explanation.padded)} values, that of ${named(explanation.winner)}.`;
    case "average_pool2d":
    case "global_average_pool2d": {
      const { count, sum, result } = explanation;
      const values = count === 1 ? "1 value" : `${count.toLocaleString("en")} values`;
      return `It is the mean of ${values}: their sum ${decimal(sum)} divided by ${count} is ${decimal(result)}.`;
    }
    case "batch_normalization":
      return `${named(explanation.source)} is ${decimal(explanation.value)}. ${normalizationInWords(explanation)}`;
    case "activation":
      return `${named(explanation.source)} is ${decimal(explanation.value)}. ${activationInWords(explanation)}`;
    case "conv2d":
    case "depthwise_conv2d":
      return `${windowInWords(explanation, layers)} ${sumInWords(explanation)}`;
    case "separable_conv2d":
      return (
        `${windowInWords(explanation, layers)} Each channel is summed by itself, then each sum has a weight: ` +
        sumInWords(explanation)
      );
    case "dense": {
      const strongest = [explanation.positive[0], explanation.negative[0]].filter(Boolean);
      const most = strongest.map(({ place, product }) => `${named(place)} gives ${decimal(product)}`);
      return `${most.length ? `Most: ${most.join(", ")}. ` : ""}${sumInWords(explanation)}`;
    }
  }
}

const mergedInWords: Readonly<Record<ElementwiseKind, string>> = {
  add: "the sum of",
  subtract: "the difference of",
  multiply: "the product of",
  average: "the mean of",
  maximum: "the largest of",
  minimum: "the smallest of",
};

function windowInWords(
  { patch, padded, from }: ConvExplanation | SeparableExplanation,
  layers: readonly LayerSpec[],
): string {
  const edge = outside(padded) ? `, ${outside(padded)} of them outside the picture,` : "";
  const holes = holesInWords(patch.steps);
  return (
    `It sees ${patch.rows} by ${patch.columns} places${holes && `, ${holes},`}${edge} of ${layers[from].title} ` +
    `from row ${patch.row}, column ${patch.column}.`
  );
}

function normalizationInWords({
  mean,
  deviation,
  normal,
  gamma,
  beta,
  result,
}: NormalizationExplanation): string {
  return (
    `Less the mean ${decimal(mean)} and divided by the deviation ${decimal(deviation)} that is ${decimal(normal)}; ` +
    `times gamma ${decimal(gamma)} plus beta ${decimal(beta)} it is ${decimal(result)}.`
  );
}

function activationInWords({ activation, softmax, result }: ActivationExplanation): string {
  if (softmax) {
    return `Softmax divides e to that by the sum over all ${softmax.logits.length}: ${percent(result)}.`;
  }
  return activation === "linear"
    ? "It passes as it is."
    : `${activationNames[activation]} makes it ${decimal(result)}.`;
}

function sumInWords({
  products,
  productSum,
  bias,
  biased,
  sum,
  activation,
  softmax,
  result,
}: Weighted): string {
  const added = biased ? `, with the bias ${decimal(bias)} that is ${decimal(sum)}` : "";
  const sums =
    `${products.length.toLocaleString("en")} ${products.length === 1 ? "product is" : "products sum to"} ` +
    `${decimal(productSum)}${added}`;
  if (softmax) {
    return `${sums}. Softmax divides e to that by the sum over all ${softmax.logits.length}: ${percent(result)}.`;
  }
  return activation === "linear"
    ? `${sums}.`
    : `${sums}; ${activationNames[activation]} makes it ${decimal(result)}.`;
}

function outside(padded: Uint8Array): number {
  return padded.reduce((count, cell) => count + cell, 0);
}
