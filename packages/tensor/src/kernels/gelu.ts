/**
 * GELU, x * P(N(0, 1) <= x), in the two forms that checkpoints use (Hendrycks and Gimpel, arXiv 1606.08415): exact by
 * erf ("gelu"), and approximated by tanh ("gelu_new", GPT-2's own). They differ by up to 4.7e-4, so the form matters.
 */
import { erf } from "@tsgpt/numeric";
import type { Tensor } from "../tensor.ts";
import type { GeluForm } from "./kernels.ts";

export function gelu(out: Tensor, x: Tensor, form: GeluForm): void {
  const f = form === "tanh" ? geluTanh : geluErf;
  for (let i = 0; i < out.data.length; i++) out.data[i] = f(x.data[i] as number);
}

/** 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
function geluTanh(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** 0.5 x (1 + erf(x / sqrt(2))) */
function geluErf(x: number): number {
  return 0.5 * x * (1 + erf(x / Math.SQRT2));
}
