/** The linear layer as GPT-2's checkpoints store it (Conv1D): weight [in, out], so that the output is x W + b. */
import type { Backend } from "../backend.ts";
import { formatShape, ShapeError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import type { Weight } from "../weight.ts";
import { checkRank, checkVector } from "./check.ts";

/** x W + b. [m, in] x [in, out] + [out] -> [m, out] @throws ShapeError if the weight or bias does not fit. */
export function linear(x: Tensor, weight: Weight, bias: Tensor | undefined, backend: Backend): Tensor {
  checkRank("linear", "x", x, "[m, in]");
  checkRank("linear", "weight", weight, "[in, out]");
  const [m, k] = x.shape as [number, number];
  const [rows, n] = weight.shape as [number, number];
  if (rows !== k) {
    const got = `[in, out] = [${k}, *], got ${formatShape(weight.shape)}`;
    throw new ShapeError(`linear: weight must be ${got}; GPT-2 stores Conv1D weights as [in, out]`);
  }
  if (bias) checkVector("linear", "bias", bias, n);
  const out = backend.allocateMatrix(m, n);
  backend.kernels.linear(out, x, weight, bias);
  return out;
}
