/**
 * Causal attention over a cache (Vaswani et al. 2017, arXiv 1706.03762, section 3.2.1), three steps for each head and
 * query: scores, softmax, weighted sum of the values. Query i has as many weights as there are keys 0 .. P + i: that
 * length IS the causal mask. Scores and pattern are activations: both are rounded to float32, stored or not, so that a
 * run continued from stored ones has the same bits.
 */
import type { Tensor } from "../../tensor.ts";
import type { AttentionOptions, AttentionSequence } from "../kernels.ts";

/**
 * From the queries: pattern[h, i, t] = softmax over t <= P + i of scale * q[i, h] . keys[h, t]; out[i, h D + j] = sum
 * over t <= P + i of pattern[h, i, t] values[h, t, j]. q [T, C], keys and values [H, capacity, D] -> [T, C]
 */
export function attention(out: Tensor, q: Tensor, keys: Tensor, values: Tensor, options: AttentionOptions): void {
  const { past, scale, scores, pattern } = options;
  const [heads, , d] = keys.shape as [number, number, number];
  const queries = q.shape[0] as number;
  for (let h = 0; h < heads; h++) {
    const [keysOfHead, valuesOfHead] = [keys.row(h).data, values.row(h).data];
    for (let i = 0; i < queries; i++) {
      const row = new Float64Array(past + i + 1);
      scoresInto(row, headOf(q, i, h, d), keysOfHead, scale);
      if (scores) store(scores, h, i, row, Number.NEGATIVE_INFINITY);
      softmaxInPlace(row);
      if (pattern) store(pattern, h, i, row, 0);
      weightedSum(headOf(out, i, h, d), row, valuesOfHead);
    }
  }
}

/** Sequence after sequence, whose rows lie one after another. q [sum of T, C] -> [sum of T, C] */
export function attentionOfEach(out: Tensor, q: Tensor, sequences: readonly AttentionSequence[], scale: number): void {
  let row = 0;
  for (const { rows, keys, values, past } of sequences) {
    attention(out.slice(row, row + rows), q.slice(row, row + rows), keys, values, { past, scale });
    row += rows;
  }
}

/** row[t] = scale * q . keys[t], in float32 */
function scoresInto(row: Float64Array, query: Float32Array, keys: Float32Array, scale: number): void {
  const d = query.length;
  for (let t = 0; t < row.length; t++) {
    let dot = 0;
    for (let j = 0; j < d; j++) dot += query[j] * keys[t * d + j];
    row[t] = Math.fround(dot * scale);
  }
}

/** row[t] = exp(row[t] - max) / sum of these, in float32; subtracting the largest keeps exp from overflowing. */
function softmaxInPlace(row: Float64Array): void {
  let max = Number.NEGATIVE_INFINITY;
  for (let t = 0; t < row.length; t++) if (row[t] > max) max = row[t];
  let sum = 0;
  for (let t = 0; t < row.length; t++) sum += row[t] = Math.exp(row[t] - max);
  for (let t = 0; t < row.length; t++) row[t] = Math.fround(row[t] / sum);
}

/** out[j] = sum over t of row[t] values[t, j] */
function weightedSum(out: Float32Array, row: Float64Array, values: Float32Array): void {
  const d = out.length;
  const sums = new Float64Array(d);
  for (let t = 0; t < row.length; t++) {
    for (let j = 0; j < d; j++) sums[j] += row[t] * values[t * d + j];
  }
  out.set(sums);
}

/** The part of row i that belongs to head h. */
function headOf(x: Tensor, i: number, h: number, d: number): Float32Array {
  const at = i * (x.shape[1] as number) + h * d;
  return x.data.subarray(at, at + d);
}

/** square[h, i] = row, and `masked` for the keys after it. square [H, T, S] */
function store(square: Tensor, h: number, i: number, row: Float64Array, masked: number): void {
  const target = square.row(h).row(i).data;
  target.set(row);
  target.fill(masked, row.length);
}

/** The same computation, entered at scores or at a pattern that a hook has replaced. */
export function attentionFrom(
  from: "scores" | "pattern",
  out: Tensor,
  values: Tensor,
  { past, scores, pattern }: AttentionOptions,
): void {
  const [heads, , d] = values.shape as [number, number, number];
  const queries = out.shape[0] as number;
  const replaced = (from === "scores" ? scores : pattern) as Tensor;
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < queries; i++) {
      const row = Float64Array.from(
        replaced
          .row(h)
          .row(i)
          .data.subarray(0, past + i + 1),
      );
      if (from === "scores") {
        softmaxInPlace(row);
        if (pattern) store(pattern, h, i, row, 0);
      }
      weightedSum(headOf(out, i, h, d), row, values.row(h).data);
    }
  }
}
