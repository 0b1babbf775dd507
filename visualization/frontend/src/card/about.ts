/** What a layer computes, in a sentence or two with this network's own numbers. Pure. */
import type { Activation, LayerSpec, NetworkSpec } from "../contract";

const activationSentences: Readonly<Record<Activation, string>> = {
  linear: "",
  relu: " ReLU turns a negative sum into 0.",
  sigmoid: " The sigmoid squeezes the sum into 0 to 1.",
  tanh: " tanh squeezes the sum into −1 to 1.",
  softmax: " Softmax turns the sums of all its neighbours into shares of 1.",
};

/** Explain the layer of this index to somebody who has never met its kind. */
export function aboutLayer({ layers }: NetworkSpec, index: number): string {
  const layer = layers[index];
  switch (layer.kind) {
    case "input":
      return `The picture itself: ${layer.output_shape.join(" × ")} values. Each is a byte from 0 to 255, divided by 255.`;
    case "flatten":
      return (
        `The ${count(layer.output_shape[0])} values of ${layers[index - 1].title} in one row, so that the next layer can take ` +
        "them all. Nothing is computed."
      );
    case "conv2d":
      return aboutConvolution(layer, layers[index - 1]);
    case "max_pool2d": {
      const [rows, columns] = layer.pool_size;
      return (
        `Of each ${rows} × ${columns} window of the same map in ${layers[index - 1].title} only the largest value goes on. ` +
        `It makes maps of ${shape(layer.input_shape)} into ${shape(layer.output_shape)}.`
      );
    }
    case "dense":
      return (
        `This unit takes all ${count(layer.input_shape[0])} values of ${layers[index - 1].title}, each times a weight of its own, ` +
        `and adds them up with a bias.${activationSentences[layer.activation]}`
      );
  }
}

function aboutConvolution(layer: Extract<LayerSpec, { kind: "conv2d" }>, before: LayerSpec): string {
  const [rows, columns] = layer.kernel_size;
  const channels = layer.input_shape[2];
  const inputs = rows * columns * channels;
  const what = before.kind === "input" ? "the picture" : `all ${channels} maps of ${before.title}`;
  return (
    `A ${rows} × ${columns} window slides over ${what}. At each position its ${count(inputs)} values are multiplied by the ` +
    `${count(inputs)} weights of this map’s kernel and added up with a bias.${activationSentences[layer.activation]}`
  );
}

function shape([rows, columns]: readonly number[]): string {
  return `${rows} × ${columns}`;
}

function count(value: number): string {
  return value.toLocaleString("en");
}
