/** Causal self-attention over cached keys and values (Vaswani et al., arXiv 1706.03762, section 3.2). */
import { type Checks, checkOptions, objectWith, oneOf, required } from "@tsgpt/numeric";
import type { Backend } from "../backend.ts";
import { formatShape, ShapeError } from "../errors.ts";
import type { AttentionOptions, AttentionSequence } from "../kernels/kernels.ts";
import { sameShape, type Tensor } from "../tensor.ts";
import { checkRank, checkShape } from "./check.ts";

const aTensor = objectWith<Tensor>("a tensor", "shape", "data");
const CHECKS: Checks<AttentionOptions> = {
  past: required("number"),
  scale: required("number"),
  scores: aTensor,
  pattern: aTensor,
  from: oneOf("queries", "scores", "pattern"),
};

/**
 * For each head h and query i: z = sum over t <= P + i of softmax(scale q . keys)[t] values[t]. Query i sits at
 * position P + i and sees no later key. Heads lie side by side in a row of q: head h is columns h D to (h + 1) D. q [T,
 * C], keys and values [H, capacity, D] of which the first P + T rows are read -> [T, C]
 * @throws ShapeError if the shapes do not fit, or P + T is more than the capacity; RangeError for an invalid option
 */
export function attention(
  q: Tensor,
  keys: Tensor,
  values: Tensor,
  options: AttentionOptions,
  backend: Backend,
): Tensor {
  checkOptions("attention", options, CHECKS);
  const out = backend.allocate(q.shape);
  attend(out, q, keys, values, options, backend);
  return out;
}

/**
 * `attention` into given memory: to run it again from scores or a pattern that were changed.
 * @throws as `attention` does
 */
export function attentionInto(
  out: Tensor,
  q: Tensor,
  keys: Tensor,
  values: Tensor,
  options: AttentionOptions,
  backend: Backend,
): void {
  checkOptions("attentionInto", options, CHECKS);
  attend(out, q, keys, values, options, backend);
}

function attend(
  out: Tensor,
  q: Tensor,
  keys: Tensor,
  values: Tensor,
  options: AttentionOptions,
  backend: Backend,
): void {
  const { past, scores, pattern, from } = options;
  checkRank("attention", "q", q, "[T, C]");
  checkShape("attention", "out", out, q.shape);
  const t = q.shape[0] as number;
  checkSequence(q, { rows: t, keys, values, past });
  const heads = keys.shape[0] as number;
  if (scores) checkSquare("scores", scores, heads, t, past + t);
  else if (from === "scores") throw new ShapeError(`attention: from "${from}" needs scores`);
  if (pattern) checkSquare("pattern", pattern, heads, t, past + t);
  else if (from === "pattern") throw new ShapeError(`attention: from "${from}" needs pattern`);
  backend.kernels.attention(out, q, keys, values, options);
}

/**
 * `attention` of several sequences at once, each with its own keys and values; sequence b has the next `rows` of q. q
 * [sum of T, C] -> out [sum of T, C]
 * @throws ShapeError for what does not fit, as `attention`; if the sequences do not have as many rows as q
 */
export function attentionOfEach(
  out: Tensor,
  q: Tensor,
  sequences: readonly AttentionSequence[],
  scale: number,
  backend: Backend,
): void {
  checkRank("attention", "q", q, "[T, C]");
  checkShape("attention", "out", out, q.shape);
  let rows = 0;
  for (const sequence of sequences) {
    checkSequence(q, sequence);
    checkSameHeads((sequences[0] as AttentionSequence).keys, sequence.keys);
    rows += sequence.rows;
  }
  if (rows !== q.shape[0]) {
    throw new ShapeError(`attention: q must have the ${rows} rows of its sequences, got ${formatShape(q.shape)}`);
  }
  backend.kernels.attentionOfEach(out, q, sequences, scale);
}

function checkSequence(q: Tensor, { rows, keys, values, past }: AttentionSequence): void {
  checkRank("attention", "keys", keys, "[H, S, D]");
  checkShape("attention", "values", values, keys.shape);
  const [heads, capacity, d] = keys.shape as [number, number, number];
  if (q.shape[1] !== heads * d) {
    throw new ShapeError(`attention: q must be [T, H * D] = [*, ${heads * d}], got ${formatShape(q.shape)}`);
  }
  const isWhole = Number.isInteger(past) && Number.isInteger(rows);
  if (!isWhole || past < 0 || rows < 0 || past + rows > capacity) {
    throw new ShapeError(`attention: ${past} past and ${rows} new tokens do not fit keys of ${capacity} rows`);
  }
}

function checkSameHeads({ shape: [heads, , d] }: Tensor, { shape }: Tensor): void {
  if (shape[0] === heads && shape[2] === d) return;
  throw new ShapeError(`attention: keys of each must be [H, S, D] = [${heads}, *, ${d}], got ${formatShape(shape)}`);
}

function checkSquare(name: string, square: Tensor, heads: number, t: number, s: number): void {
  if (!sameShape(square.shape, [heads, t, s])) {
    throw new ShapeError(
      `attention: ${name} must be [H, T, S] = [${heads}, ${t}, ${s}], got ${formatShape(square.shape)}`,
    );
  }
}

/**
 * Writes the heads of x into rows `position` onwards of a cache. x [T, C] -> cache [H, capacity, D]
 * @throws ShapeError if they do not fit; nothing is written then
 */
export function storeHeads(cache: Tensor, x: Tensor, position: number, backend: Backend): void {
  checkRank("storeHeads", "cache", cache, "[H, capacity, D]");
  checkRank("storeHeads", "x", x, "[T, C]");
  const [heads, capacity, d] = cache.shape as [number, number, number];
  const [t, c] = x.shape as [number, number];
  if (c !== heads * d || !Number.isInteger(position) || position < 0 || position + t > capacity) {
    throw new ShapeError(
      `storeHeads: x ${formatShape(x.shape)} at position ${position} does not fit cache ${formatShape(cache.shape)}`,
    );
  }
  backend.kernels.storeHeads(cache, x, position);
}
