/** How one neuron's value is computed, with the network's own numbers. Pure.
 *
 * Sums are taken in double precision, as the engine takes them; what is shown agrees with what is drawn to 1e-6.
 */
import type { Activation, Conv2dLayer, DenseLayer, MaxPool2dLayer, NetworkSpec, Shape3 } from "../contract";
import { applyActivation } from "../engine/activations";
import type { Tensors } from "../safetensors";
import type {
  Contribution,
  ConvExplanation,
  DenseExplanation,
  Explanation,
  PoolExplanation,
  Softmax,
  Weighted,
} from "./explanation";
import { type Patch, patchOf, type WindowLayer } from "./fields";
import { asImageShape, indexOf, type Place, positionOf } from "./place";

const listed = 5; // contributions of each sign to a dense unit: what a reader takes in
const mostStrongest = 12; // contributions that are drawn: more would be a hairball

/** Explain the neuron at `place`.
 *
 * `weights` are those that the network was run with; `activations` gives what the named layer came to in that run, flat,
 * channels last.
 */
export function explain(
  spec: NetworkSpec,
  weights: Tensors,
  activations: (layer: string) => Float32Array,
  place: Place,
): Explanation {
  const layer = spec.layers[place.layer];
  if (layer.kind === "input") {
    const result = activations(layer.name)[place.index];
    return { kind: "input", place, result, pixel: Math.round(result * 255) };
  }
  const input = activations(spec.layers[place.layer - 1].name);
  switch (layer.kind) {
    case "flatten": {
      const source = { layer: place.layer - 1, index: place.index };
      return { kind: "flatten", place, result: input[place.index], source };
    }
    case "conv2d":
      return explainConv(layer, weights, input, place);
    case "max_pool2d":
      return explainPool(layer, input, place);
    case "dense":
      return explainDense(layer, weights, input, place);
  }
}

/** What goes in most, strongest first: at most 12 inputs of a sum, the winner of a pooling, a flattened value's source. */
export function strongest(explanation: Explanation): Contribution[] {
  switch (explanation.kind) {
    case "input":
      return [];
    case "flatten":
      return [passedOn(explanation.source, explanation.result)];
    case "max_pool2d":
      return [passedOn(explanation.winner, explanation.result)];
    case "conv2d":
      return byStrength(explanation.products)
        .slice(0, mostStrongest)
        .map((input) => convContribution(explanation, input));
    case "dense":
      return byStrength(explanation.products)
        .slice(0, mostStrongest)
        .map((input) => denseContribution(explanation, input));
  }
}

/** Input number `input` of a convolution's patch, [rows, columns, channels]; it must not lie in the padding. */
function convContribution(explanation: ConvExplanation, input: number): Contribution {
  const { patch, inputShape, place } = explanation;
  const { row, column, channel } = positionOf([patch.rows, patch.columns, inputShape[2]], input);
  const source = { row: patch.row + row, column: patch.column + column, channel };
  return contribution(explanation, input, { layer: place.layer - 1, index: indexOf(inputShape, source) });
}

/** Input number `input` of a dense unit. */
export function denseContribution(explanation: DenseExplanation, input: number): Contribution {
  return contribution(explanation, input, { layer: explanation.place.layer - 1, index: input });
}

function contribution({ inputs, weights, products }: Weighted, input: number, place: Place): Contribution {
  return { place, value: inputs[input], weight: weights[input], product: products[input] };
}

function passedOn(place: Place, value: number): Contribution {
  return { place, value, weight: 1, product: value };
}

/** Indices of the products that are not 0, the largest by size first. */
function byStrength(products: Float64Array): number[] {
  const indices: number[] = [];
  for (let index = 0; index < products.length; index++) if (products[index] !== 0) indices.push(index);
  return indices.sort((one, other) => Math.abs(products[other]) - Math.abs(products[one]) || one - other);
}

function explainConv(
  layer: Conv2dLayer,
  weights: Tensors,
  input: Float32Array,
  place: Place,
): ConvExplanation {
  const inputShape = asImageShape(layer.input_shape);
  const { patch, values, padded } = windowOf(layer, input, inputShape, place);
  const channels = inputShape[2];
  const sum = weightedSum(layer, weights, values, positionOf(layer.output_shape, place.index).channel);
  const channelSums = new Float64Array(channels);
  for (let index = 0; index < values.length; index++) channelSums[index % channels] += sum.products[index];
  return { kind: "conv2d", place, patch, inputShape, padded, channelSums, ...sum };
}

function explainPool(layer: MaxPool2dLayer, input: Float32Array, place: Place): PoolExplanation {
  const inputShape = asImageShape(layer.input_shape);
  const { channel } = positionOf(layer.output_shape, place.index);
  const { patch, values: all, padded } = windowOf(layer, input, inputShape, place);
  const values = Float32Array.from(padded, (_, cell) => all[cell * inputShape[2] + channel]);
  let winningCell = -1;
  for (let cell = 0; cell < values.length; cell++) {
    if (!padded[cell] && (winningCell < 0 || values[cell] > values[winningCell])) winningCell = cell;
  }
  const position = {
    row: patch.row + Math.floor(winningCell / patch.columns),
    column: patch.column + (winningCell % patch.columns),
    channel,
  };
  const winner = { layer: place.layer - 1, index: indexOf(inputShape, position) };
  return {
    kind: "max_pool2d",
    place,
    result: values[winningCell],
    patch,
    padded,
    values,
    winningCell,
    winner,
  };
}

function explainDense(
  layer: DenseLayer,
  weights: Tensors,
  input: Float32Array,
  place: Place,
): DenseExplanation {
  const sum = weightedSum(layer, weights, input.slice(), place.index);
  const order = byStrength(sum.products);
  const of = (sign: number) => order.filter((index) => sum.products[index] * sign > 0).slice(0, listed);
  const [positive, negative] = [of(1), of(-1)];
  const shown = new Set([...positive, ...negative]);
  let rest = 0;
  for (let index = 0; index < input.length; index++) if (!shown.has(index)) rest += sum.products[index];
  const explanation: DenseExplanation = {
    kind: "dense",
    place,
    ...sum,
    positive: [],
    negative: [],
    rest: { count: input.length - shown.size, sum: rest },
  };
  const contributions = (inputs: number[]) => inputs.map((index) => denseContribution(explanation, index));
  return { ...explanation, positive: contributions(positive), negative: contributions(negative) };
}

/** The inputs under the window of the output at `place`, [rows, columns, channels], 0 where it covers padding. */
function windowOf(
  layer: WindowLayer,
  input: Float32Array,
  [height, width, channels]: Shape3,
  place: Place,
): { patch: Patch; values: Float32Array; padded: Uint8Array } {
  const { row, column } = positionOf(layer.output_shape, place.index);
  const patch = patchOf(layer, row, column);
  const padded = new Uint8Array(patch.rows * patch.columns);
  const values = new Float32Array(padded.length * channels);
  for (let cell = 0; cell < padded.length; cell++) {
    const r = patch.row + Math.floor(cell / patch.columns);
    const c = patch.column + (cell % patch.columns);
    if (r < 0 || r >= height || c < 0 || c >= width) padded[cell] = 1;
    else {
      const start = (r * width + c) * channels;
      values.set(input.subarray(start, start + channels), cell * channels);
    }
  }
  return { patch, values, padded };
}

/** Σ inputs · column `output` of the kernel + bias, through the activation. */
function weightedSum(
  layer: Conv2dLayer | DenseLayer,
  tensors: Tensors,
  inputs: Float32Array,
  output: number,
): Omit<Weighted, "place"> {
  const kernel = tensors.get(`${layer.name}/kernel`)!.values;
  const biases = tensors.get(`${layer.name}/bias`)!.values;
  const outputs = biases.length;
  const weights = Float32Array.from(inputs, (_, index) => kernel[index * outputs + output]);
  const products = Float64Array.from(inputs, (value, index) => value * weights[index]);
  const productSum = products.reduce((total, product) => total + product, 0);
  const sum = productSum + biases[output];
  const softmax = layer.activation === "softmax" ? explainSoftmax(inputs, kernel, biases, output) : null;
  const result = softmax ? softmax.exponentials[output] / softmax.total : activate(sum, layer.activation);
  return {
    inputs,
    weights,
    products,
    productSum,
    bias: biases[output],
    sum,
    activation: layer.activation,
    result,
    softmax,
  };
}

/** The softmax over all outputs at one place; the largest logit is taken off first so that exp stays finite. */
function explainSoftmax(
  inputs: Float32Array,
  kernel: Float32Array,
  biases: Float32Array,
  own: number,
): Softmax {
  const logits = Float64Array.from(biases);
  for (let index = 0; index < inputs.length; index++) {
    for (let output = 0; output < logits.length; output++) {
      logits[output] += inputs[index] * kernel[index * logits.length + output];
    }
  }
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const total = exponentials.reduce((sum, exponential) => sum + exponential, 0);
  return { logits, largest, exponentials, total, own };
}

/** The engine's own activation function, for one value. */
function activate(sum: number, activation: Activation): number {
  const value = Float32Array.of(sum);
  applyActivation(value, activation);
  return value[0];
}
