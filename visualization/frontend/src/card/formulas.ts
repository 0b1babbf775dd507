/** Activations as they are computed, with a number in them. Pure. */
import type { Activation } from "../contract";
import { equationTexts } from "./wording";

/** `x` is the value as it is written, `minus` its opposite. */
type Formula = (x: string, minus: string) => string;

const bent: Formula = (x) => `e^(${x}) − 1`;
const formulas: Readonly<Record<Exclude<Activation, "softmax">, { above: Formula; below: Formula }>> = {
  linear: both((x) => x),
  relu: both((x) => `max(0, ${x})`),
  sigmoid: both((_, minus) => `1 ÷ (1 + e^(${minus}))`),
  tanh: both((x) => `tanh(${x})`),
  elu: { above: (x) => x, below: bent },
  selu: { above: (x) => `1.0507 × ${x}`, below: (x, minus) => `1.0507 × 1.6733 × (${bent(x, minus)})` },
  gelu: both((x) => `${x} × Φ(${x})`),
  silu: both((x, minus) => `${x} ÷ (1 + e^(${minus}))`),
  leaky_relu: both((x) => `max(${x}, 0.2 × ${x})`),
  softplus: both((x) => `ln(1 + e^(${x}))`),
  relu6: both((x) => `min(6, max(0, ${x}))`),
  hard_sigmoid: both((x) => `min(6, max(0, ${x} + 3)) ÷ 6`),
  hard_silu: both((x) => `${x} × min(6, max(0, ${x} + 3)) ÷ 6`),
  exponential: both((x) => `e^(${x})`),
  softsign: { above: (x) => `${x} ÷ (1 + ${x})`, below: (x, minus) => `${x} ÷ (1 + ${minus})` },
  mish: both((x) => `${x} × tanh(ln(1 + e^(${x})))`),
};

/** The function of `value`, "max(0, −1.204)"; where it is defined by parts, the part that this value falls in. */
export function formulaOf(activation: Exclude<Activation, "softmax">, value: number): string {
  const [x] = equationTexts([value]);
  const [minus] = equationTexts([-value]);
  const { above, below } = formulas[activation];
  return (value > 0 ? above : below)(x, minus);
}

function both(formula: Formula): { above: Formula; below: Formula } {
  return { above: formula, below: formula };
}
