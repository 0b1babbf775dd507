/** Graphs of random layers of every kind that the browser computes, with random weights. */
import {
  type Activation,
  activations,
  elementwiseKinds,
  type LayerSpec,
  type NetworkSpec,
  type Padding,
  size,
  slidingSteps,
  spanOf,
} from "../src/contract";
import type { Tensors } from "../src/safetensors";
import { inputLayer, randomArray, randomNumbers } from "./examples";

const convolutions = ["conv2d", "depthwise_conv2d", "separable_conv2d"] as const;
const placeKinds = ["batch_normalization", "dropout", "activation", "rescaling"] as const;
const endings = ["flatten", "flatten", "global_max_pool2d", "global_average_pool2d"] as const;
const mostChannels = 6; // a depthwise layer with three kernels each is not followed by another
const mostValues = 300; // of a layer that is padded or repeated

/** Input, a convolution and one to three more parts of maps, an end to the maps, and one to three layers of units. */
export function randomNetwork(seed: number): NetworkSpec {
  const random = new RandomLayers(seed);
  random.addConvolution();
  for (let count = random.whole(1, 3); count > 0; count--) {
    const part = random.whole(0, 5);
    if (part < 2) random.addWindow();
    else if (part === 2) random.addPlaceByPlace();
    else if (part === 3) random.addMove();
    else random.addBranches();
  }
  if (seed % 4 === 0) random.addTokens();
  const ending = random.shape.length === 3 ? random.one(endings) : "flatten";
  random.add({ kind: ending }, [ending === "flatten" ? size(random.shape) : random.shape[2]]);
  for (let count = random.whole(1, 3); count > 0; count--) {
    if (random.whole(0, 1)) random.addDense();
    else random.addPlaceByPlace();
  }
  return { title: "random", layers: random.layers };
}

class RandomLayers {
  readonly layers: LayerSpec[];
  private readonly random: () => number;
  private dealt: number; // in turn, so that 51 seeds have each convolution with each of 17 activations
  private readonly activated: Record<"dense" | "activation" | "branch", number>;
  private moved: number;

  constructor(seed: number) {
    this.random = randomNumbers(seed);
    this.dealt = seed;
    this.activated = { dense: seed, activation: seed * 2, branch: seed };
    this.moved = seed;
    this.layers = [inputLayer([this.whole(4, 7), this.whole(4, 7), this.whole(1, 2)])];
  }

  get shape(): readonly number[] {
    return this.layers[this.layers.length - 1].output_shape;
  }

  private get last(): string {
    return this.layers[this.layers.length - 1].name;
  }

  whole(least: number, most: number): number {
    return least + Math.min(most - least, Math.floor(((this.random() + 1) / 2) * (most - least + 1)));
  }

  one<Choice>(choices: readonly Choice[]): Choice {
    return choices[this.whole(0, choices.length - 1)];
  }

  /** `fields` are those of the layer's own kind; `inputs` what it reads, the layer before it where none is named. */
  add(
    fields: Readonly<Record<string, unknown>>,
    output_shape: readonly number[],
    inputs?: readonly string[],
  ): string {
    const name = `layer_${this.layers.length}`;
    const first = this.layers.find((layer) => layer.name === inputs?.[0]);
    const input_shape = first?.output_shape ?? this.shape;
    const wires = inputs ? { inputs } : {};
    const common = { name, title: name, parameters: 0, ...wires, input_shape, output_shape };
    this.layers.push({ ...common, ...fields } as LayerSpec);
    return name;
  }

  addWindow(): void {
    if (this.whole(0, 2)) this.addConvolution();
    else this.addPool();
  }

  private addPool(): void {
    const [rows, columns, channels] = this.shape;
    const pool_size = [this.whole(1, Math.min(3, rows)), this.whole(1, Math.min(3, columns))];
    const strides = [this.whole(1, 4), this.whole(1, 3)];
    const padding = this.one<Padding>(["same", "valid"]);
    const steps = [rows, columns].map((length, axis) =>
      slidingSteps(length, pool_size[axis], strides[axis], padding),
    );
    const kind = this.one(["max_pool2d", "average_pool2d"] as const);
    this.add({ kind, pool_size, strides, padding }, [...steps, channels]);
  }

  addConvolution(): void {
    const [rows, columns, channels] = this.shape;
    const window = [this.whole(1, Math.min(3, rows)), this.whole(1, Math.min(3, columns))];
    const kind = convolutions[this.dealt % convolutions.length];
    const activation = activations[this.dealt++ % activations.length];
    const padding = this.one<Padding>(["same", "valid"]);
    const dilation_rate = [this.whole(1, 3), this.whole(1, 3)];
    for (const [axis, length] of [rows, columns].entries()) {
      if (spanOf(window[axis], dilation_rate[axis]) > length) dilation_rate[axis] = 1;
    }
    const strides = dilation_rate.join() === "1,1" ? [this.whole(1, 4), this.whole(1, 3)] : [1, 1];
    const steps = [rows, columns].map((length, axis) =>
      slidingSteps(length, spanOf(window[axis], dilation_rate[axis]), strides[axis], padding),
    );
    const depth_multiplier = this.whole(1, Math.max(1, Math.floor(mostChannels / channels)));
    const use_bias = this.whole(0, 3) > 0;
    const fields = { kind, kernel_size: window, strides, padding, dilation_rate, use_bias, activation };
    if (kind === "conv2d") this.add(fields, [...steps, this.whole(1, 4)]);
    else if (kind === "depthwise_conv2d") {
      this.add({ ...fields, depth_multiplier }, [...steps, channels * depth_multiplier]);
    } else this.add({ ...fields, depth_multiplier }, [...steps, this.whole(1, 4)]);
  }

  addPlaceByPlace(): void {
    const kind = this.one(placeKinds);
    const channels = this.shape[this.shape.length - 1];
    if (kind === "batch_normalization") this.add({ kind, epsilon: 1e-3 }, this.shape);
    else if (kind === "dropout") this.add({ kind, rate: 0.5 }, this.shape);
    else if (kind === "activation") this.add({ kind, activation: this.activation("activation") }, this.shape);
    else {
      const offset = Array.from({ length: channels }, () => this.random());
      this.add({ kind, scale: this.random(), offset: this.whole(0, 1) ? offset : 0.25 }, this.shape);
    }
  }

  /** Padding, repeating, or other rows and columns for the same values. */
  addMove(): void {
    const [rows, columns, channels] = this.shape;
    const padding = [0, 1].map(() => [this.whole(0, 2), this.whole(0, 2)]);
    const [height, width] = [rows + padding[0][0] + padding[0][1], columns + padding[1][0] + padding[1][1]];
    const factors = [this.whole(1, 2), this.whole(1, 3)];
    const [down, across] = [rows * factors[0], columns * factors[1]];
    const move = this.moved++ % 3;
    if (move === 0 && height * width * channels <= mostValues) {
      this.add({ kind: "zero_padding2d", padding }, [height, width, channels]);
    } else if (move === 1 && down * across * channels <= mostValues) {
      this.add({ kind: "up_sampling2d", size: factors }, [down, across, channels]);
    } else this.add({ kind: "reshape" }, [columns, channels, rows]);
  }

  /** Two or three ways from here, merged again: with one value a map beside maps, too. */
  addBranches(): void {
    const { shape, last } = this;
    const channels = shape[2];
    const kind = this.one([...elementwiseKinds, "concatenate", "concatenate"] as const);
    const ends = [this.branch(last, channels, kind !== "concatenate")];
    ends.push(this.whole(0, 1) ? last : this.branch(last, channels, false));
    if (kind !== "subtract" && this.whole(0, 3) === 0) ends.push(ends[0]); // the same values once more
    if (this.whole(0, 1)) ends.reverse();
    const shapes = ends.map((end) => this.layers.find(({ name }) => name === end)!.output_shape);
    const joined = shapes.reduce((sum, each) => sum + each[2], 0);
    this.add({ kind }, kind === "concatenate" ? [...shape.slice(0, 2), joined] : shape, ends);
  }

  /** A way from the layer `from` to maps of the same shape, or to one value for each of them. */
  private branch(from: string, channels: number, mayPool: boolean): string {
    const shape = this.layers.find(({ name }) => name === from)!.output_shape;
    if (mayPool && this.whole(0, 2) === 0) {
      const kind = this.one(["global_max_pool2d", "global_average_pool2d"] as const);
      return this.add({ kind, keepdims: true }, [1, 1, channels], [from]);
    }
    const fields = { kind: "conv2d", kernel_size: [3, 2], strides: [1, 1], padding: "same" };
    return this.add({ ...fields, activation: this.activation("branch") }, shape, [from]);
  }

  /** The places of the maps as tokens, normalized by feature and added to themselves. */
  addTokens(): void {
    const [rows, columns, channels] = this.shape;
    const shape = [rows * columns, channels];
    const tokens = this.add({ kind: "reshape" }, shape);
    const normal = this.add({ kind: "batch_normalization", epsilon: 1e-3 }, shape);
    this.add({ kind: "add" }, shape, [tokens, normal]);
    this.add({ kind: "activation", activation: this.activation("activation") }, shape);
  }

  addDense(): void {
    const units = this.whole(2, 9);
    const use_bias = this.whole(0, 3) > 0;
    this.add({ kind: "dense", units, use_bias, activation: this.activation("dense") }, [units]);
  }

  private activation(of: "dense" | "activation" | "branch"): Activation {
    return activations[this.activated[of]++ % activations.length];
  }
}

/** Kernels whose sums stay near 1, variances in 0.2 … 1.2, everything else in −1 … 1. */
export function randomWeights(spec: NetworkSpec, seed: number): Tensors {
  const random = randomNumbers(seed);
  return new Map(
    spec.layers.flatMap((layer) =>
      Object.entries(weightShapes(layer)).map(([name, shape]) => {
        const values = randomArray(size(shape), random);
        return [`${layer.name}/${name}`, { shape, values: fitted(name, shape, values) }] as const;
      }),
    ),
  );
}

function fitted(name: string, shape: readonly number[], values: Float32Array): Float32Array {
  if (name === "moving_variance") return values.map((value) => Math.abs(value) + 0.2);
  if (!name.endsWith("kernel")) return values;
  const inputs = size(shape.slice(0, -1));
  return values.map((value) => value * Math.sqrt(3 / inputs));
}

function weightShapes(layer: LayerSpec): Readonly<Record<string, readonly number[]>> {
  const inputs = layer.input_shape[layer.input_shape.length - 1];
  const outputs = layer.output_shape[layer.output_shape.length - 1];
  const bias: Record<string, number[]> = "use_bias" in layer && !layer.use_bias ? {} : { bias: [outputs] };
  switch (layer.kind) {
    case "conv2d":
      return { kernel: [...layer.kernel_size, inputs, outputs], ...bias };
    case "depthwise_conv2d":
      return { kernel: [...layer.kernel_size, inputs, layer.depth_multiplier], ...bias };
    case "separable_conv2d": {
      const depthwise_kernel = [...layer.kernel_size, inputs, layer.depth_multiplier];
      const pointwise_kernel = [1, 1, inputs * layer.depth_multiplier, outputs];
      return { depthwise_kernel, pointwise_kernel, ...bias };
    }
    case "dense":
      return { kernel: [inputs, outputs], ...bias };
    case "batch_normalization": {
      const each = [outputs];
      return { gamma: each, beta: each, moving_mean: each, moving_variance: each };
    }
    default:
      return {};
  }
}
