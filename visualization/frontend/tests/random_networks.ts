/** Networks of random layers, with random weights, and their forward pass by the definitions. */
import {
  type Activation,
  type Conv2dLayer,
  type LayerSpec,
  type NetworkSpec,
  type Padding,
  size,
  slidingSteps,
} from "../src/contract";
import type { Tensor, Tensors } from "../src/safetensors";
import { inputLayer, randomArray, randomNumbers } from "./examples";
import { naiveConvolution, naivePooling } from "./naive";

const activations: readonly Activation[] = ["linear", "relu", "sigmoid", "tanh", "softmax"];

/** Input, two to four windows of any kind, flatten, and one or two dense layers. */
export function randomNetwork(seed: number): NetworkSpec {
  const random = randomNumbers(seed);
  const whole = (least: number, most: number) =>
    least + Math.min(most - least, Math.floor(((random() + 1) / 2) * (most - least + 1)));
  const layers: LayerSpec[] = [inputLayer([whole(5, 9), whole(5, 9), whole(1, 2)])];
  const last = () => layers[layers.length - 1].output_shape;
  const common = (output_shape: number[]) => {
    const name = `layer_${layers.length}`;
    return { name, title: name, parameters: 0, input_shape: last(), output_shape };
  };
  for (let count = whole(2, 4); count > 0; count--) {
    const [rows, columns, channels] = last();
    const window = [whole(1, Math.min(3, rows)), whole(1, Math.min(3, columns))] as const;
    const strides = [whole(1, 4), whole(1, 3)] as const;
    const padding: Padding = whole(0, 1) ? "same" : "valid";
    const steps = [
      slidingSteps(rows, window[0], strides[0], padding),
      slidingSteps(columns, window[1], strides[1], padding),
    ];
    const activation = activations[whole(0, 4)];
    if (whole(0, 1)) {
      const rest = { kernel_size: window, strides, padding, activation };
      layers.push({ ...common([...steps, whole(1, 4)]), kind: "conv2d", ...rest });
    } else {
      layers.push({
        ...common([...steps, channels]),
        kind: "max_pool2d",
        pool_size: window,
        strides,
        padding,
      });
    }
  }
  layers.push({ ...common([size(last())]), kind: "flatten" });
  for (let count = whole(1, 2); count > 0; count--) {
    const units = whole(2, 9);
    layers.push({ ...common([units]), kind: "dense", units, activation: activations[whole(0, 4)] });
  }
  return { title: "random", layers };
}

export function randomWeights(spec: NetworkSpec, seed: number): Tensors {
  const random = randomNumbers(seed);
  const tensors = new Map<string, Tensor>();
  for (const layer of spec.layers) {
    if (layer.kind !== "conv2d" && layer.kind !== "dense") continue;
    const outputs = layer.output_shape[layer.output_shape.length - 1];
    const inputs = layer.input_shape[layer.input_shape.length - 1];
    const shape = layer.kind === "conv2d" ? [...layer.kernel_size, inputs, outputs] : [inputs, outputs];
    tensors.set(`${layer.name}/kernel`, { shape, values: randomArray(size(shape), random) });
    tensors.set(`${layer.name}/bias`, { shape: [outputs], values: randomArray(outputs, random) });
  }
  return tensors;
}

/** A layer before its activation, by the definitions. NaN goes through to whatever depends on it. */
export function naiveLayer(layer: LayerSpec, weights: Tensors, input: Float32Array): number[] {
  switch (layer.kind) {
    case "input":
    case "flatten":
      return [...input];
    case "conv2d":
      return naiveConv(layer, weights, input);
    case "max_pool2d":
      return naivePooling(layer, input);
    case "dense": {
      const kernel = weights.get(`${layer.name}/kernel`)!.values;
      const bias = weights.get(`${layer.name}/bias`)!.values;
      return [...bias].map((start, unit) =>
        input.reduce((sum, value, index) => sum + value * kernel[index * layer.units + unit], start),
      );
    }
  }
}

function naiveConv(layer: Conv2dLayer, weights: Tensors, input: Float32Array): number[] {
  const kernel = weights.get(`${layer.name}/kernel`)!.values;
  return naiveConvolution(layer, input, kernel, weights.get(`${layer.name}/bias`)!.values);
}
