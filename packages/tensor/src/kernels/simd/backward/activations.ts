/** Derivatives of the activations, element by element: assembly/backward/activation-gradient.ts. */
import type { Tensor } from "../../../tensor.ts";
import type { GeluForm } from "../../kernels.ts";
import { GELU_FORMS } from "../activations.ts";
import { RELU, SILU } from "../constants.ts";
import { perUnit } from "../context.ts";
import type { BackwardContext } from "./context.ts";

export function gelu(context: BackwardContext, dx: Tensor, dy: Tensor, x: Tensor, form: GeluForm): void {
  activation(context, dx, dy, x, GELU_FORMS[form]);
}

export function silu(context: BackwardContext, dx: Tensor, dy: Tensor, x: Tensor): void {
  activation(context, dx, dy, x, SILU);
}

export function relu(context: BackwardContext, dx: Tensor, dy: Tensor, x: Tensor): void {
  activation(context, dx, dy, x, RELU);
}

function activation({ pool, jobs, operands }: BackwardContext, dx: Tensor, dy: Tensor, x: Tensor, form: number): void {
  if (x.size === 0) return;
  const job = jobs.activationGradient.dx(operands.write(dx)).dy(operands.read(dy)).x(operands.read(x)).form(form);
  job.run(x.size, perUnit(pool, x.size, x.size));
  operands.done();
}
