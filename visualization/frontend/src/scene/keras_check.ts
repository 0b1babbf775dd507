/** Holds the browser's forward pass against Keras's on the snapshot and picture that are on the screen. */
import { ContractError } from "../checks";
import { decodePixels, type SceneData, size } from "../contract";
import { inputFromPixels, Network } from "../engine/network";
import { readSafetensors, type Tensors } from "../safetensors";
import type { Running } from "./computation";

export interface KerasCheck {
  /** The largest absolute difference of any activation of any layer. */
  readonly largest: number;
  /** The title of the layer it was found in. */
  readonly layer: string;
  /** How many activations were compared. */
  readonly values: number;
}

export type Post = (
  url: string,
  options: { method: "POST"; body: Uint8Array<ArrayBuffer> },
) => Promise<Response>;

/** The same for what is on the screen; throws where there is nothing that could be compared. */
export async function checkShown(drawn: SceneData | null, running: Running | null): Promise<KerasCheck> {
  if (!drawn || !running) throw new Error("the network is not on the screen yet");
  if (!running.editable) throw new Error("these are Keras’s own numbers, which a worker has computed");
  return checkAgainstKeras(drawn, running.snapshot);
}

/** `tensors`: the snapshot as it came, without the reader's edits. Throws a readable Error where Keras cannot answer. */
export async function checkAgainstKeras(
  data: SceneData,
  tensors: Tensors,
  post: Post = (url, options) => fetch(url, options),
): Promise<KerasCheck> {
  const pixels = decodePixels(data.image.pixels, size(data.image.shape));
  const response = await post(data.trace_url, { method: "POST", body: new Uint8Array(pixels) });
  if (!response.ok) throw new Error(await reasonOf(response));
  const keras = readSafetensors(await response.arrayBuffer());
  const network = new Network(data.network, tensors);
  network.run(inputFromPixels(pixels));
  let found: KerasCheck = { largest: 0, layer: data.network.layers[0].title, values: 0 };
  for (const layer of data.network.layers) {
    const expected = keras.get(layer.name)?.values;
    const ours = network.activations(layer.name);
    if (!expected || expected.length !== ours.length) {
      throw new ContractError(
        `Keras's activations of ${layer.title}`,
        `${ours.length} values`,
        expected?.length,
      );
    }
    const largest = largestDifference(ours, expected);
    const values = found.values + ours.length;
    found =
      largest > found.largest || Number.isNaN(largest)
        ? { largest, layer: layer.title, values }
        : { ...found, values };
  }
  return found;
}

/** NaN where any value is: it must never pass for agreement. */
function largestDifference(ours: Float32Array, expected: ArrayLike<number>): number {
  let largest = 0;
  for (let index = 0; index < ours.length; index++) {
    const difference = Math.abs(ours[index] - expected[index]);
    if (Number.isNaN(difference)) return difference;
    largest = Math.max(largest, difference);
  }
  return largest;
}

/** The server explains itself in problem details; anything else by its status. */
async function reasonOf(response: Response): Promise<string> {
  try {
    const { detail } = await response.json();
    if (typeof detail === "string") return detail;
  } catch {
    // No JSON: the status has to do.
  }
  return `the server answers ${response.status} ${response.statusText}`.trim();
}
