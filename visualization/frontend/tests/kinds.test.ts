/** No kind of layer is forgotten: each is explained, shown, told about and spoken. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { aboutLayer } from "../src/card/about";
import type { Surroundings } from "../src/card/content";
import { makeParts } from "../src/card/parts";
import { kinds, type LayerSpec, type NetworkSpec, size } from "../src/contract";
import { computes, Network } from "../src/engine/network";
import { explain, strongest } from "../src/explain/arithmetic";
import { reach, receptiveField } from "../src/explain/fields";
import { madeOf } from "../src/scene/narration";
import { decimal, percent } from "../src/scene/words";
import { inputLayer, randomArray, randomNumbers } from "./examples";
import { randomNetwork, randomWeights } from "./random_networks";

const computed = kinds.filter((kind) => kind !== "keras_layer");
const networks = Array.from({ length: 60 }, (_, index) => randomNetwork(index + 1));

/** A network with such a layer, and the layer's index. */
function example(kind: string): { spec: NetworkSpec; layer: number } {
  const spec = networks.find(({ layers }) => layers.some((layer) => layer.kind === kind));
  if (!spec) throw new Error(`No random network has a layer of kind ${kind}.`);
  return { spec, layer: spec.layers.findIndex((layer) => layer.kind === kind) };
}

describe.each(computed)("%s", (kind) => {
  const { spec, layer } = example(kind);

  it("is explained, and spoken with its result", () => {
    const weights = randomWeights(spec, 1);
    const network = new Network(spec, weights);
    network.run(randomArray(size(spec.layers[0].output_shape), randomNumbers(1)).map(Math.abs));
    const place = { layer, index: 0 };
    const explanation = explain(spec, weights, (name) => network.activations(name), place);
    expect(explanation.kind).toBe(kind);
    const words = madeOf(explanation, spec.layers, []);
    expect(words).toMatch(/^(It|The|Most|\d|layer).*\.$/);
    if ("sum" in explanation || "softmax" in explanation || "normal" in explanation) {
      const softmax = "softmax" in explanation && explanation.softmax;
      expect(words).toContain((softmax ? percent : decimal)(explanation.result));
    }
  });

  it("is told about in whole sentences", () => {
    expect(aboutLayer(spec, layer)).toMatch(/^[A-Z].{30,}\.$/);
  });
});

describe("a layer of Keras's own", () => {
  const common = { title: "attention", parameters: 4, input_shape: [2, 3], output_shape: [2, 3] };
  const keras: LayerSpec = {
    ...common,
    name: "attention",
    kind: "keras_layer",
    class_name: "MultiHeadAttention",
    config: '{"num_heads":2}',
  };
  const spec = { title: "", layers: [{ ...inputLayer([2, 3]), title: "tokens" }, keras] };

  it("is not computed here, and says so", () => {
    expect(computes(spec)).toBe(false);
    expect(() => new Network(spec, new Map())).toThrow(
      'layer attention: expected a kind that the browser computes, received "MultiHeadAttention".',
    );
  });

  it("is told about without arithmetic", () => {
    const explanation = explain(spec, new Map(), () => Float32Array.of(0, 0.5), { layer: 1, index: 1 });
    expect(explanation).toMatchObject({ kind: "keras_layer", result: 0.5, reads: [0] });
    expect(strongest(explanation)).toEqual([]);
    expect(madeOf(explanation, spec.layers, [])).toContain("MultiHeadAttention");
    expect(aboutLayer(spec, 1)).toContain("Keras computes it from tokens");
  });

  it("is taken to depend on everything", () => {
    expect(receptiveField(spec.layers, { layer: 1, index: 4 }).get(0)).toEqual(new Uint8Array(6).fill(1));
    expect(reach(spec.layers, { layer: 0, index: 4 }).get(1)).toEqual(new Uint8Array(6).fill(1));
  });
});

describe("the card", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("has a part for every kind", () => {
    // A document whose nodes take everything: what parts there are shows without a browser.
    const node: object = new Proxy(() => {}, { get: () => node, apply: () => node, set: () => true });
    vi.stubGlobal("document", { createElement: () => node });
    const parts = makeParts({ events: {}, shades: () => {}, complain: () => {} } as unknown as Surroundings);
    expect(Object.keys(parts).sort()).toEqual([...kinds].sort());
  });
});
