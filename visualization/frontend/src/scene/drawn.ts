/** What of a very large network is drawn: as much as memory allows, and which layers are left out. Pure. */
import { type LayerSpec, size } from "../contract";

/** Neurons on the screen: each takes 32 bytes of this tab and of the graphics card. */
export const mostDrawn = 4_000_000;

/** They hand on what they read, value by value: of what they show, most can be seen before and after them. */
const passing: readonly string[] = [
  "activation",
  "batch_normalization",
  "dropout",
  "flatten",
  "rescaling",
  "reshape",
  "zero_padding2d",
];

/** Names of the layers that are not drawn, beside the `hidden` ones: never the input and the output.
 *
 * First those that only hand on what they read, the largest first; then the largest of the others.
 */
export function leftOut(
  layers: readonly LayerSpec[],
  hidden: ReadonlySet<string>,
  most = mostDrawn,
): ReadonlySet<string> {
  const seen = layers.filter(({ name }) => !hidden.has(name));
  let count = seen.reduce((sum, layer) => sum + size(layer.output_shape), 0);
  const order = seen
    .filter((layer) => layer !== layers[0] && layer !== layers[layers.length - 1])
    .map((layer) => ({
      layer,
      rank: passing.includes(layer.kind) ? 0 : 1,
      neurons: size(layer.output_shape),
    }))
    .sort((a, b) => a.rank - b.rank || b.neurons - a.neurons);
  const out = new Set<string>();
  for (const { layer, neurons } of order) {
    if (count <= most) break;
    out.add(layer.name);
    count -= neurons;
  }
  return out;
}

const named = 3;

/** "2 layers are not drawn, of 9,000,000 neurons: conv 1, conv 2. Hide others to see them"; empty for none. */
export function leftOutInWords(layers: readonly LayerSpec[], out: ReadonlySet<string>): string {
  const missing = layers.filter(({ name }) => out.has(name));
  if (missing.length === 0) return "";
  const neurons = missing.reduce((sum, layer) => sum + size(layer.output_shape), 0);
  const titles = missing.slice(0, named).map(({ title }) => title);
  const more = missing.length > named ? ` and ${missing.length - named} more` : "";
  const what = missing.length === 1 ? "1 layer is" : `${missing.length} layers are`;
  return (
    `${what} not drawn, of ${neurons.toLocaleString("en")} neurons, which is too much for this view: ` +
    `${titles.join(", ")}${more}. Hide others to see them`
  );
}
