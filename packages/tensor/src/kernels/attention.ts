/**
 * Causal attention over a cache, as three passes per head and query: scores, softmax, weighted sum of the values
 * (Vaswani et al. 2017, section 3.2.1). The bound `keys seen = past + i + 1` of each loop IS the causal mask.
 */
import type { Tensor } from "../tensor.ts";
import type { AttentionOptions } from "./kernels.ts";

export function attention(out: Tensor, q: Tensor, keys: Tensor, values: Tensor, options: AttentionOptions): void {
  const { past, scale, scores, pattern, from = "queries" } = options;
  const [heads, capacity, d] = keys.shape as [number, number, number];
  const rows = q.shape[0] as number;
  const channels = heads * d;
  const s = past + rows;
  const row = new Float64Array(s);
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < rows; i++) {
      const seen = past + i + 1;
      const at = (h * rows + i) * s; // row [h, i] of scores and pattern
      const query = q.data.subarray(i * channels + h * d, i * channels + (h + 1) * d);
      if (from === "queries") {
        scoresOfRow(row, query, keys.data, h * capacity * d, seen, scale);
        if (scores) store(scores.data, at, row, seen, s, Number.NEGATIVE_INFINITY);
      } else if (from === "scores") row.set((scores as Tensor).data.subarray(at, at + seen));
      if (from === "pattern") row.set((pattern as Tensor).data.subarray(at, at + seen));
      else {
        softmaxOfRow(row, seen);
        if (pattern) store(pattern.data, at, row, seen, s, 0);
      }
      weightedSum(
        out.data.subarray(i * channels + h * d, i * channels + (h + 1) * d),
        row,
        values.data,
        h * capacity * d,
        seen,
      );
    }
  }
}

/** row[t] = scale * q . keys[t] for t < seen */
function scoresOfRow(
  row: Float64Array,
  query: Float32Array,
  keys: Float32Array,
  start: number,
  seen: number,
  scale: number,
): void {
  const d = query.length;
  for (let t = 0; t < seen; t++) {
    let dot = 0;
    for (let j = 0; j < d; j++) dot += query[j] * keys[start + t * d + j];
    row[t] = dot * scale;
  }
}

/** row[t] = exp(row[t] - max) / sum of the same, for t < seen */
function softmaxOfRow(row: Float64Array, seen: number): void {
  let max = Number.NEGATIVE_INFINITY;
  for (let t = 0; t < seen; t++) if (row[t] > max) max = row[t];
  let sum = 0;
  for (let t = 0; t < seen; t++) sum += row[t] = Math.exp(row[t] - max);
  for (let t = 0; t < seen; t++) row[t] /= sum;
}

/** out[j] = sum over t < seen of row[t] values[t, j] */
function weightedSum(out: Float32Array, row: Float64Array, values: Float32Array, start: number, seen: number): void {
  const d = out.length;
  const sums = new Float64Array(d);
  for (let t = 0; t < seen; t++) {
    for (let j = 0; j < d; j++) sums[j] += row[t] * values[start + t * d + j];
  }
  out.set(sums);
}

function store(out: Float32Array, at: number, row: Float64Array, seen: number, s: number, masked: number): void {
  out.set(row.subarray(0, seen), at);
  out.fill(masked, at + seen, at + s);
}

/** cache[h, position + t] = x[t, h D .. (h + 1) D] */
export function storeHeads(cache: Tensor, x: Tensor, position: number): void {
  const [heads, capacity, d] = cache.shape as [number, number, number];
  const rows = x.shape[0] as number;
  for (let t = 0; t < rows; t++) {
    for (let h = 0; h < heads; h++) {
      const from = (t * heads + h) * d;
      cache.data.set(x.data.subarray(from, from + d), (h * capacity + position + t) * d);
    }
  }
}
