/** Networks of random layers of every kind, with random weights. */
import {
  activations,
  type LayerSpec,
  type NetworkSpec,
  type Padding,
  size,
  slidingSteps,
} from "../src/contract";
import type { Tensors } from "../src/safetensors";
import { inputLayer, randomArray, randomNumbers } from "./examples";

const windowKinds = ["conv2d", "depthwise_conv2d", "max_pool2d", "average_pool2d"] as const;
const placeKinds = ["batch_normalization", "dropout", "activation"] as const;
const endings = ["flatten", "flatten", "global_max_pool2d", "global_average_pool2d"] as const;
const mostChannels = 6; // a depthwise layer with three kernels each is not followed by another

/** Input, two to four layers of maps, an end to the maps, and one to three layers of units. */
export function randomNetwork(seed: number): NetworkSpec {
  const random = new RandomLayers(seed);
  for (let count = random.whole(2, 4); count > 0; count--) {
    if (random.whole(0, 2)) random.addWindow();
    else random.addPlaceByPlace();
  }
  const ending = random.one(endings);
  const { shape } = random;
  random.add({ kind: ending }, [ending === "flatten" ? size(shape) : shape[2]]);
  for (let count = random.whole(1, 3); count > 0; count--) {
    if (random.whole(0, 1)) random.addDense();
    else random.addPlaceByPlace();
  }
  return { title: "random", layers: random.layers };
}

class RandomLayers {
  readonly layers: LayerSpec[];
  private readonly random: () => number;
  private dealt: number; // windows come in turn: 48 seeds have each of four kinds with each of twelve activations

  constructor(seed: number) {
    this.random = randomNumbers(seed);
    this.dealt = seed;
    this.layers = [inputLayer([this.whole(5, 9), this.whole(5, 9), this.whole(1, 2)])];
  }

  get shape(): readonly number[] {
    return this.layers[this.layers.length - 1].output_shape;
  }

  whole(least: number, most: number): number {
    return least + Math.min(most - least, Math.floor(((this.random() + 1) / 2) * (most - least + 1)));
  }

  one<Choice>(choices: readonly Choice[]): Choice {
    return choices[this.whole(0, choices.length - 1)];
  }

  /** `fields` are those of the layer's own kind. */
  add(fields: Readonly<Record<string, unknown>>, output_shape: readonly number[]): void {
    const name = `layer_${this.layers.length}`;
    const common = { name, title: name, parameters: 0, input_shape: this.shape, output_shape };
    this.layers.push({ ...common, ...fields } as LayerSpec);
  }

  addWindow(): void {
    const [rows, columns, channels] = this.shape;
    const window = [this.whole(1, Math.min(3, rows)), this.whole(1, Math.min(3, columns))];
    const strides = [this.whole(1, 4), this.whole(1, 3)];
    const padding = this.one<Padding>(["same", "valid"]);
    const steps = [rows, columns].map((length, axis) =>
      slidingSteps(length, window[axis], strides[axis], padding),
    );
    const kind = windowKinds[this.dealt % windowKinds.length];
    const activation = activations[Math.floor(this.dealt++ / windowKinds.length) % activations.length];
    const depth_multiplier = this.whole(1, Math.max(1, Math.floor(mostChannels / channels)));
    const sliding = { kind, strides, padding };
    if (kind === "conv2d") {
      this.add({ ...sliding, kernel_size: window, activation }, [...steps, this.whole(1, 4)]);
    } else if (kind === "depthwise_conv2d") {
      const fields = { ...sliding, kernel_size: window, activation, depth_multiplier };
      this.add(fields, [...steps, channels * depth_multiplier]);
    } else this.add({ ...sliding, pool_size: window }, [...steps, channels]);
  }

  addPlaceByPlace(): void {
    const kind = this.one(placeKinds);
    if (kind === "batch_normalization") this.add({ kind, epsilon: 1e-3 }, this.shape);
    else if (kind === "dropout") this.add({ kind, rate: 0.5 }, this.shape);
    else this.add({ kind, activation: this.one(activations) }, this.shape);
  }

  addDense(): void {
    const units = this.whole(2, 9);
    this.add({ kind: "dense", units, activation: this.one(activations) }, [units]);
  }
}

/** Weights in −1 … 1, variances in 0.2 … 1.2. */
export function randomWeights(spec: NetworkSpec, seed: number): Tensors {
  const random = randomNumbers(seed);
  return new Map(
    spec.layers.flatMap((layer) =>
      Object.entries(weightShapes(layer)).map(([name, shape]) => {
        const values = randomArray(size(shape), random);
        const positive = name === "moving_variance" ? values.map((value) => Math.abs(value) + 0.2) : values;
        return [`${layer.name}/${name}`, { shape, values: positive }] as const;
      }),
    ),
  );
}

function weightShapes(layer: LayerSpec): Readonly<Record<string, readonly number[]>> {
  const inputs = layer.input_shape[layer.input_shape.length - 1];
  const outputs = layer.output_shape[layer.output_shape.length - 1];
  const bias = [outputs];
  switch (layer.kind) {
    case "conv2d":
      return { kernel: [...layer.kernel_size, inputs, outputs], bias };
    case "depthwise_conv2d":
      return { kernel: [...layer.kernel_size, inputs, layer.depth_multiplier], bias };
    case "dense":
      return { kernel: [inputs, outputs], bias };
    case "batch_normalization":
      return { gamma: bias, beta: bias, moving_mean: bias, moving_variance: bias };
    default:
      return {};
  }
}
