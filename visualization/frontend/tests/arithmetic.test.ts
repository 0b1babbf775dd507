/** The card's arithmetic: its parts make what the engine draws and what the definitions give. */
import { describe, expect, it } from "vitest";
import { activations as allActivations, inputsOf, kinds, size } from "../src/contract";
import { Network } from "../src/engine/network";
import { explain, strongest } from "../src/explain/arithmetic";
import type {
  AverageExplanation,
  Explanation,
  MergeExplanation,
  NormalizationExplanation,
  SeparableExplanation,
  Softmax,
  Weighted,
} from "../src/explain/explanation";
import { randomArray, randomNumbers } from "./examples";
import { naiveActivation, naiveLayer, naiveSums } from "./naive_layers";
import { randomNetwork, randomWeights } from "./random_networks";

const close = 1e-6;
const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

function expectClose(received: number, expected: number): void {
  expect(Math.abs(received - expected)).toBeLessThanOrEqual(close * Math.max(1, Math.abs(expected)));
}

const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0);

function checkSums(explanation: Explanation & Weighted, naive: readonly number[]): void {
  const { inputs, weights, products, productSum, bias, sum, place } = explanation;
  for (let index = 0; index < products.length; index++) {
    expect(products[index]).toBe(inputs[index] * weights[index]);
  }
  expectClose(total(products), productSum);
  expectClose(productSum + bias, sum);
  expectClose(sum, naive[place.index]);
  if ("channelSums" in explanation) expectClose(total(explanation.channelSums), productSum);
  if (explanation.kind === "dense") {
    const { positive, negative } = explanation;
    const sorted = [...products].sort((a, b) => b - a);
    expect(positive.map(({ product }) => product)).toEqual(sorted.slice(0, positive.length));
    expect(negative.map(({ product }) => product)).toEqual(sorted.reverse().slice(0, negative.length));
    for (const { product } of positive) expect(product).toBeGreaterThan(0);
    for (const { product } of negative) expect(product).toBeLessThan(0);
  }
}

/** What the activation makes of a value, by its definition; of a softmax the parts are held against each other too. */
function activated(value: number, activation: Weighted["activation"], softmax: Softmax | null): number {
  if (activation !== "softmax") {
    expect(softmax).toBeNull();
    return naiveActivation(activation, value);
  }
  const { logits, largest, exponentials, total: all, own } = softmax!;
  expectClose(logits[own], value);
  expect(largest).toBe(Math.max(...logits));
  expectClose(total(exponentials), all);
  return Math.exp(value) / total([...logits].map(Math.exp));
}

/** Each channel's sum over the window, by its own kernels; and both steps as one weight for each input. */
function checkFirstStep(explanation: SeparableExplanation): void {
  const { covered, depthwise, padded, inputs, weights, productSum } = explanation;
  const channels = covered.length / padded.length;
  const each = inputs.length / channels;
  for (const [sum, received] of inputs.entries()) {
    const terms = [...padded.keys()].map(
      (cell) => covered[cell * channels + Math.floor(sum / each)] * depthwise[cell * inputs.length + sum],
    );
    expectClose(received, total(terms));
  }
  const contributions = strongest(explanation);
  if (contributions.length < 12) expectClose(total(contributions.map(({ product }) => product)), productSum);
  expect(weights.length).toBe(inputs.length);
}

function checkMerge({ kind, parts, winner, result }: MergeExplanation): void {
  if (kind === "multiply") for (const { product } of parts) expectClose(product, result);
  else expectClose(total(parts.map(({ product }) => product)), result);
  const values = parts.map(({ value }) => value);
  if (kind === "maximum") expect(values[winner!]).toBe(Math.max(...values));
  else if (kind === "minimum") expect(values[winner!]).toBe(Math.min(...values));
  else expect(winner).toBeNull();
}

function checkMean({ values, padded, sum, count, strongest, result }: AverageExplanation): void {
  const counted = [...values].filter((_, cell) => !padded[cell]);
  expect(count).toBe(counted.length);
  expectClose(sum, total(counted));
  expectClose(sum / count, result);
  for (const { value, product } of strongest) expectClose(product, value / count);
  if (count <= 12) expectClose(total(strongest.map(({ product }) => product)), result);
}

function checkNormalization(explanation: NormalizationExplanation): void {
  const { value, mean, variance, epsilon, deviation, normal, gamma, beta, result } = explanation;
  expectClose(deviation ** 2, variance + epsilon);
  expectClose((value - mean) / deviation, normal);
  expectClose(normal * gamma + beta, result);
}

/** `of` gives a layer's activations. */
function checkParts(
  explanation: Explanation,
  sums: readonly number[],
  of: (layer: number) => Float32Array,
): void {
  const { place, result } = explanation;
  switch (explanation.kind) {
    case "input":
    case "keras_layer":
      break;
    case "separable_conv2d":
      checkFirstStep(explanation);
      checkSums(explanation, sums);
      expectClose(activated(explanation.sum, explanation.activation, explanation.softmax), result);
      break;
    case "rescaling":
      expect(explanation.value).toBe(of(explanation.source.layer)[explanation.source.index]);
      expectClose(explanation.value * explanation.scale + explanation.offset, result);
      break;
    case "add":
    case "subtract":
    case "multiply":
    case "average":
    case "maximum":
    case "minimum":
      checkMerge(explanation);
      break;
    case "zero_padding2d":
      expect(explanation.source ? of(explanation.source.layer)[explanation.source.index] : 0).toBe(result);
      break;
    case "conv2d":
    case "depthwise_conv2d":
    case "dense":
      checkSums(explanation, sums);
      expectClose(activated(explanation.sum, explanation.activation, explanation.softmax), result);
      break;
    case "max_pool2d":
    case "global_max_pool2d":
      expectClose(explanation.values[explanation.winningCell], sums[place.index]);
      expect(of(explanation.winner.layer)[explanation.winner.index]).toBe(result);
      break;
    case "average_pool2d":
    case "global_average_pool2d":
      checkMean(explanation);
      break;
    case "batch_normalization":
      checkNormalization(explanation);
      break;
    case "activation":
      expect(explanation.value).toBe(of(explanation.source.layer)[explanation.source.index]);
      expectClose(activated(explanation.value, explanation.activation, explanation.softmax), result);
      break;
    case "flatten":
    case "reshape":
    case "concatenate":
    case "up_sampling2d":
    case "dropout":
      expect(of(explanation.source.layer)[explanation.source.index]).toBe(result);
  }
}

it("is tried with every kind of layer and every activation", () => {
  const layers = seeds.flatMap((seed) => [...randomNetwork(seed).layers]);
  const computed = kinds.filter((kind) => kind !== "keras_layer");
  expect(new Set(layers.map(({ kind }) => kind))).toEqual(new Set(computed));
  for (const kind of ["conv2d", "depthwise_conv2d", "separable_conv2d", "dense", "activation"]) {
    const used = layers.flatMap((layer) =>
      layer.kind === kind && "activation" in layer ? [layer.activation] : [],
    );
    expect(new Set(used), kind).toEqual(new Set(allActivations));
  }
});

describe.each(seeds)("random network %i", (seed) => {
  const spec = randomNetwork(seed);
  const weights = randomWeights(spec, seed + 1000);
  const network = new Network(spec, weights);
  network.run(randomArray(size(spec.layers[0].output_shape), randomNumbers(seed)).map(Math.abs));
  const activations = (layer: string) => network.activations(layer);

  it("explains the values of neurons everywhere", () => {
    for (const [layer, { name }] of spec.layers.entries()) {
      const drawn = activations(name);
      const reads = layer ? inputsOf(spec.layers, layer) : [0];
      const inputs = reads.map((source) => activations(spec.layers[source].name));
      const naive = naiveLayer(spec.layers[layer], weights, inputs);
      const sums = naiveSums(spec.layers[layer], weights, inputs);
      for (let index = 0; index < drawn.length; index += Math.ceil(drawn.length / 25)) {
        const explanation = explain(spec, weights, activations, { layer, index });
        expectClose(explanation.result, drawn[index]);
        expectClose(explanation.result, naive[index]);
        checkParts(explanation, sums, (source) => activations(spec.layers[source].name));
      }
    }
  });

  it("names what goes in most by place, value and product", () => {
    for (const [layer, { output_shape }] of spec.layers.entries()) {
      for (let index = 0; index < size(output_shape); index += Math.ceil(size(output_shape) / 15)) {
        const explanation = explain(spec, weights, activations, { layer, index });
        const inputs = strongest(explanation);
        expect(inputs.length).toBeLessThanOrEqual(12);
        for (const { place, value, weight, product } of inputs) {
          expect(inputsOf(spec.layers, layer)).toContain(place.layer);
          expect(value).toBe(activations(spec.layers[place.layer].name)[place.index]);
          expect(product).toBe(value * weight);
        }
        const sizes = inputs.map(({ product }) => Math.abs(product));
        expect(sizes).toEqual([...sizes].sort((one, other) => other - one));
        if (!("products" in explanation) || explanation.kind === "separable_conv2d") continue;
        const all = [...explanation.products].map(Math.abs).sort((one, other) => other - one);
        expect(sizes).toEqual(all.slice(0, 12).filter((product) => product > 0));
      }
    }
  });
});
