/** Gradients of layer normalization: assembly/backward/layer-norm-gradient.ts. */
import type { Tensor } from "../../../tensor.ts";
import type { LayerNormGradients } from "../../backward.ts";
import { perUnit } from "../context.ts";
import { type BackwardContext, columnsPerUnit } from "./context.ts";

const MOMENTS = 4; // of a row: its mean in two parts, 1 / deviation, and padding

export function layerNorm(
  { pool, jobs, operands }: BackwardContext,
  gradients: LayerNormGradients,
  dy: Tensor,
  x: Tensor,
  weight: Tensor,
  epsilon: number,
): void {
  if (x.size === 0) return;
  const n = x.shape.at(-1) as number;
  const m = x.size / n;
  const moments = operands.borrow(4 * MOMENTS * m);
  const [from, at] = [operands.read(dy), operands.read(x)];
  const input = jobs.layerNormInput.dx(operands.write(gradients.x)).moments(moments).dy(from).x(at);
  input
    .weight(operands.read(weight))
    .n(n)
    .epsilon(epsilon)
    .run(m, perUnit(pool, m, x.size));
  const parameters = jobs.layerNormParameters.dWeight(operands.write(gradients.weight));
  const job = parameters.dBias(operands.write(gradients.bias)).moments(moments).dy(from).x(at).m(m).n(n);
  job.run(n, columnsPerUnit(pool, n, x.size));
  operands.done();
}
