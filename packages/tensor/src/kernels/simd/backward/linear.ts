/** Gradients of a linear layer: dX is a product of the forward module, dW is assembly/backward/linear-parameters.ts. */
import type { Tensor } from "../../../tensor.ts";
import { ROWS_PER_TILE } from "../constants.ts";
import { matmulTransposed } from "../linear.ts";
import type { BackwardContext } from "./context.ts";

const STRIP = 8; // columns of dY
// Columns of X and of dY in a part, at most: a block of 256 rows fits the L2 cache. Smaller parts pack more often.
const INPUTS_PER_PART = 192;
const OUTPUTS_PER_PART = 768;

/** dX = dY W^T; W is packed for this call. */
export function linearInput(context: BackwardContext, dx: Tensor, dy: Tensor, weight: Tensor): void {
  matmulTransposed(context, dx, dy, weight);
}

/** dW += X^T dY, in parts, of which each thread computes as many; `dBias` may be undefined. */
export function addLinearParameters(
  { pool, jobs, exports, operands, scratch }: BackwardContext,
  dWeight: Tensor,
  dBias: Tensor | undefined,
  x: Tensor,
  dy: Tensor,
): void {
  if (dy.size === 0 || x.size === 0) return;
  const [m, k] = x.shape as [number, number];
  const n = dy.shape[1];
  const kParts = Math.ceil(k / INPUTS_PER_PART);
  const kPart = partOf(k, kParts, ROWS_PER_TILE);
  const nParts = Math.max(Math.ceil(n / OUTPUTS_PER_PART), pool.threads / greatestDivisor(pool.threads, kParts));
  const nPart = partOf(n, nParts, STRIP);
  const job = jobs.linearParameters.dWeight(operands.write(dWeight)).dBias(operands.write(dBias));
  const ready = job.x(operands.read(x)).dy(operands.read(dy)).m(m).k(k).n(n).kPart(kPart).nPart(nPart);
  const bytes = pool.threads * exports.linearParametersScratchBytes(kPart, nPart);
  ready.scratch(scratch(bytes)).run(Math.ceil(k / kPart) * Math.ceil(n / nPart), 1);
  operands.done();
}

/** The columns of each of so many parts, a multiple of `width`. */
function partOf(columns: number, parts: number, width: number): number {
  return Math.ceil(columns / parts / width) * width;
}

/** The greatest common divisor. */
function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
