/**
 * The head with its cross-entropy, a few rows at a time: their logits, from them their gradients in place
 * (assembly/backward/cross-entropy.ts), and three products.
 */
import type { Tensor } from "../../../tensor.ts";
import type { HeadOperands } from "../../backward.ts";
import { GRADIENT_ROWS } from "../constants.ts";
import { perUnit } from "../context.ts";
import { linear, matmulTransposed } from "../linear.ts";
import type { BackwardContext } from "./context.ts";
import { addLinearParameters } from "./linear.ts";
import { allocateTensor, freeTensor, packedCopy } from "./memory.ts";

// Rows whose logits exist at the same time: the gradient of the weight is read and written once for each so many.
const LOGITS = 2 ** 21;
const LEAST_ROWS = 128;
const MOST_ROWS = GRADIENT_ROWS;
const PARTS = 3; // of a row: maximum, sum, and the target's logit

export function headCrossEntropy(
  context: BackwardContext,
  losses: Tensor,
  dx: Tensor,
  dWeight: Tensor,
  { x, weight, targets, factor }: HeadOperands,
): void {
  const m = x.shape[0];
  const v = weight.shape[0];
  if (m === 0) return;
  const rows = Math.min(m, MOST_ROWS, Math.max(LEAST_ROWS, Math.floor(LOGITS / v)));
  const { memory } = context;
  const [outputs, inputs] = [packedCopy(context, weight, "rows"), packedCopy(context, weight, "columns")];
  const logits = allocateTensor(memory, [rows, v]);
  try {
    for (let first = 0; first < m; first += rows) {
      const last = Math.min(first + rows, m);
      const [own, g] = [x.slice(first, last), logits.slice(0, last - first)];
      matmulTransposed(context, g, own, outputs);
      crossEntropy(context, losses.slice(first, last), g, (i) => targets[first + i], factor);
      linear(context, dx.slice(first, last), g, inputs, undefined);
      addLinearParameters(context, dWeight, undefined, g, own);
    }
  } finally {
    memory.free(outputs.pointer);
    memory.free(inputs.pointer);
    freeTensor(memory, logits);
  }
}

/** Logits to gradients, and the losses: ln(sum of exp(x - maximum)) + maximum - the target's logit. */
function crossEntropy(
  { memory, pool, jobs, operands, integers }: BackwardContext,
  losses: Tensor,
  logits: Tensor,
  targetOf: (row: number) => number,
  factor: number,
): void {
  const [m, v] = logits.shape as [number, number];
  const targets = integers(m);
  for (let i = 0; i < m; i++) targets[i] = targetOf(i);
  const pointer = operands.borrow(8 * PARTS * m);
  const job = jobs.crossEntropy.x(logits.data.byteOffset).parts(pointer).targets(targets.byteOffset);
  job
    .n(v)
    .factor(factor)
    .run(m, perUnit(pool, m, logits.size));
  const parts = new Float64Array(memory.memory.buffer, pointer, PARTS * m);
  for (let i = 0; i < m; i++) {
    const [max, sum, logit] = parts.subarray(PARTS * i, PARTS * (i + 1));
    losses.data[i] = Math.log(sum) + (max - logit);
  }
  operands.done();
}
