/** No kind of layer is forgotten: each is explained, shown, told about and spoken. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { aboutLayer } from "../src/card/about";
import type { Surroundings } from "../src/card/content";
import { makeParts } from "../src/card/parts";
import { kinds, type NetworkSpec, size } from "../src/contract";
import { Network } from "../src/engine/network";
import { explain } from "../src/explain/arithmetic";
import { madeOf } from "../src/scene/narration";
import { decimal, percent } from "../src/scene/words";
import { randomArray, randomNumbers } from "./examples";
import { randomNetwork, randomWeights } from "./random_networks";

const networks = Array.from({ length: 20 }, (_, index) => randomNetwork(index + 1));

/** A network with such a layer, and the layer's index. */
function example(kind: string): { spec: NetworkSpec; layer: number } {
  const spec = networks.find(({ layers }) => layers.some((layer) => layer.kind === kind));
  if (!spec) throw new Error(`No random network has a layer of kind ${kind}.`);
  return { spec, layer: spec.layers.findIndex((layer) => layer.kind === kind) };
}

describe.each(kinds)("%s", (kind) => {
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
