/** Activations, element by element: assembly/activations.ts. */
import type { Tensor } from "../../tensor.ts";
import type { GeluForm } from "../kernels.ts";
import { GELU_ERF, GELU_SIGMOID, GELU_TANH, SILU } from "./constants.ts";
import { type KernelContext, perUnit } from "./context.ts";

export const GELU_FORMS: Readonly<Record<GeluForm, number>> = { tanh: GELU_TANH, erf: GELU_ERF, sigmoid: GELU_SIGMOID };

export function gelu(context: KernelContext, out: Tensor, x: Tensor, form: GeluForm): void {
  activation(context, out, x, GELU_FORMS[form]);
}

export function silu(context: KernelContext, out: Tensor, x: Tensor): void {
  activation(context, out, x, SILU);
}

function activation({ pool, operands }: KernelContext, out: Tensor, x: Tensor, form: number): void {
  if (x.size === 0) return;
  const job = pool.jobs.activation.out(operands.write(out)).x(operands.read(x)).form(form);
  job.run(x.size, perUnit(pool, x.size, x.size));
  operands.done();
}
