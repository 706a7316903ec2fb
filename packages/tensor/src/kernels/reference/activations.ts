/**
 * Activations, element by element. GELU, x P(N(0, 1) <= x), comes in the three forms that checkpoints use (Hendrycks
 * and Gimpel, arXiv 1606.08415): exact by erf ("gelu"), approximated by tanh ("gelu_new", GPT-2's own), and by a
 * sigmoid ("quick_gelu"). The first two differ by up to 4.7e-4, the last by up to 2e-2, so the form matters. SiLU is
 * also called swish (Ramachandran et al., arXiv 1710.05941).
 */
import { erf } from "@tsgpt/numeric";
import type { Tensor } from "../../tensor.ts";
import type { GeluForm } from "../kernels.ts";

/** out[i] = gelu(x[i]) in the form asked for. */
export function gelu(out: Tensor, x: Tensor, form: GeluForm): void {
  forEachElement(out, x, GELU_FORMS[form]);
}

const GELU_FORMS: Readonly<Record<GeluForm, (x: number) => number>> = {
  tanh: geluTanh,
  erf: geluErf,
  sigmoid: geluSigmoid,
};

/** 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
function geluTanh(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** 0.5 x (1 + erf(x / sqrt(2))) */
function geluErf(x: number): number {
  return 0.5 * x * (1 + erf(x / Math.SQRT2));
}

/** x sigma(1.702 x) = x / (1 + exp(-1.702 x)) */
function geluSigmoid(x: number): number {
  return x / (1 + Math.exp(-1.702 * x));
}

/** out[i] = x[i] sigma(x[i]) = x[i] / (1 + exp(-x[i])) */
export function silu(out: Tensor, x: Tensor): void {
  forEachElement(out, x, (x) => x / (1 + Math.exp(-x)));
}

/** out[i] = max(x[i], 0); NaN stays NaN. */
export function relu(out: Tensor, x: Tensor): void {
  forEachElement(out, x, (x) => Math.max(x, 0));
}

function forEachElement(out: Tensor, x: Tensor, f: (x: number) => number): void {
  for (let i = 0; i < out.data.length; i++) out.data[i] = f(x.data[i]);
}
