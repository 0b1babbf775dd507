/** What the network reads, in words: over the scene, for who hears it, and as attributes of its root. */
import type { SceneData } from "../contract";
import type { Overlay } from "./overlay";
import { likeliest } from "./ranking";
import { largestIndex, percent, predictionSentence, truthSentence } from "./words";

/** `edits`: how many changes of the reader's own are in the weights. */
export function tell(overlay: Overlay, data: SceneData, probabilities: Float32Array, edits: number): void {
  const predicted = largestIndex(probabilities);
  const name = data.class_names[predicted];
  const sentence = predictionSentence(name, probabilities[predicted]);
  const truth = truthSentence(data, predicted);
  const edited = edits ? `${edits} ${edits === 1 ? "edit" : "edits"} of yours in the weights` : "";
  overlay.read(sentence, [truth, data.image.caption, edited].filter(Boolean).join(" · "));
  overlay.describe(
    `${data.network.title} in 3D. ${sentence}. ${truth}. Second: ${runnerUp(data, probabilities)}. ` +
      "Arrow keys walk from layer to layer, Enter goes in, Escape out. " +
      "Shift with arrows turns, plus and minus zoom, R resets.",
    `${sentence}.`,
  );
  Object.assign(overlay.root.dataset, {
    run: data.run,
    step: String(data.step),
    prediction: name,
    edits: String(edits),
  });
}

function runnerUp(data: SceneData, probabilities: Float32Array): string {
  const second = likeliest(probabilities, 2).at(1);
  return second === undefined ? "none" : `${data.class_names[second]} with ${percent(probabilities[second])}`;
}
