import { describe, expect, it } from "vitest";
import { type Activation, activations } from "../src/contract";
import { denseNetwork, expectClose } from "./examples";
import { normalShareBelow } from "./naive";

describe("dense layers and activations, by hand", () => {
  // Two inputs (1, 2), three units: 1·1 + 2·4 + 0.5, 1·2 − 2·5 + 0, 1·3 + 2·0 − 3.
  const kernel = [1, 2, 3, 4, -5, 0];
  const bias = [0.5, 0, -3];
  const sums = [9.5, -8, 0];
  const total = Math.exp(9.5) + Math.exp(-8) + 1;
  it.each([
    ["linear", sums],
    ["relu", [9.5, 0, 0]],
    ["sigmoid", sums.map((sum) => 1 / (1 + Math.exp(-sum)))],
    ["tanh", sums.map(Math.tanh)],
    ["softmax", sums.map((sum) => Math.exp(sum) / total)],
    ["elu", [9.5, Math.exp(-8) - 1, 0]],
    ["selu", [1.050700987 * 9.5, 1.050700987 * 1.673263242 * (Math.exp(-8) - 1), 0]],
    ["gelu", [9.5, 0, 0]],
    ["silu", [9.5 / (1 + Math.exp(-9.5)), -8 / (1 + Math.exp(8)), 0]],
    ["leaky_relu", [9.5, -1.6, 0]],
    ["softplus", [Math.log(1 + Math.exp(9.5)), Math.log(1 + Math.exp(-8)), Math.log(2)]],
    ["relu6", [6, 0, 0]],
    ["hard_sigmoid", [1, 0, 0.5]],
    ["hard_silu", [9.5, 0, 0]],
    ["softsign", [9.5 / 10.5, -8 / 9, 0]],
    ["mish", [9.5 * Math.tanh(Math.log(1 + Math.exp(9.5))), -8 * Math.tanh(Math.log(1 + Math.exp(-8))), 0]],
  ] as const)("%s", (activation, expected) => {
    const network = denseNetwork(activation, kernel, bias);
    network.run(Float32Array.of(1, 2));
    expectClose(network.probabilities, expected);
  });

  it("gelu is the value times the share of a normal distribution below it", () => {
    const values = Array.from({ length: 71 }, (_, index) => (index - 35) / 10);
    const network = denseNetwork("gelu", values, Array(71).fill(0));
    network.run(Float32Array.of(1));
    expectClose(
      network.probabilities,
      values.map((value) => value * normalShareBelow(value)),
    );
  });

  it("the exponential raises e to the sum, within a millionth of it", () => {
    const network = denseNetwork("exponential", kernel, bias);
    network.run(Float32Array.of(1, 2));
    for (const [unit, sum] of sums.entries()) {
      expect(Math.abs(network.probabilities[unit] / Math.exp(sum) - 1)).toBeLessThan(1e-6);
    }
  });

  const finite = activations.filter((activation) => activation !== "exponential");
  it.each(finite)("%s of huge values is finite", (activation: Activation) => {
    const network = denseNetwork(activation, [1e4, -1e4], [0, 0]);
    network.run(Float32Array.of(1));
    expect([...network.probabilities].every(Number.isFinite)).toBe(true);
  });

  it("softmax of huge logits stays finite", () => {
    const network = denseNetwork("softmax", [1000, 0], [0, 0]);
    network.run(Float32Array.of(1));
    expect([...network.probabilities]).toEqual([1, 0]);
  });
});
