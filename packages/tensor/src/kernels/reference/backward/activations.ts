/** Derivatives of the activations (../activations.ts), element by element, by the product and the chain rule. */
import { erf } from "@tsgpt/numeric";
import type { Tensor } from "../../../tensor.ts";
import type { GeluForm } from "../../kernels.ts";

/** dx[i] = dy[i] gelu'(x[i]) in the form asked for. */
export function gelu(dx: Tensor, dy: Tensor, x: Tensor, form: GeluForm): void {
  forEachElement(dx, dy, x, GELU_FORMS[form]);
}

const GELU_FORMS: Readonly<Record<GeluForm, (x: number) => number>> = {
  tanh: geluTanh,
  erf: geluErf,
  sigmoid: (x) => swish(x, 1.702),
};

/** With u = sqrt(2 / pi) (x + 0.044715 x^3): (1 + tanh(u)) / 2 + x / 2 (1 - tanh(u)^2) u', where u' = du / dx. */
function geluTanh(x: number): number {
  const slope = Math.sqrt(2 / Math.PI);
  const tanh = Math.tanh(slope * (x + 0.044715 * x ** 3));
  return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * slope * (1 + 3 * 0.044715 * x * x);
}

/** (1 + erf(x / sqrt(2))) / 2 + x exp(-x^2 / 2) / sqrt(2 pi): the normal distribution, and x times its density. */
function geluErf(x: number): number {
  return 0.5 * (1 + erf(x / Math.SQRT2)) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

/** The derivative of x s, where s = sigma(beta x): s + beta x s (1 - s). */
function swish(x: number, beta: number): number {
  const s = 1 / (1 + Math.exp(-beta * x));
  return s + beta * x * s * (1 - s);
}

/** dx[i] = dy[i] silu'(x[i]) */
export function silu(dx: Tensor, dy: Tensor, x: Tensor): void {
  forEachElement(dx, dy, x, (x) => swish(x, 1));
}

/** dx[i] = dy[i] where x[i] > 0, else 0: at 0, where there is no derivative, PyTorch's 0. */
export function relu(dx: Tensor, dy: Tensor, x: Tensor): void {
  forEachElement(dx, dy, x, (x) => (x <= 0 ? 0 : 1));
}

function forEachElement(dx: Tensor, dy: Tensor, x: Tensor, derivative: (x: number) => number): void {
  for (let i = 0; i < dx.data.length; i++) dx.data[i] = dy.data[i] * derivative(x.data[i]);
}
