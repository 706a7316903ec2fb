/**
 * Gradients of causal attention. The pattern is recomputed, one query of one head at a time, so that nothing of size
 * T x T exists (Dao et al. 2022, FlashAttention, arXiv 2205.14135, appendix B.2). The backward of a softmax is
 * ds[t] = p[t] (dp[t] - sum over u of p[u] dp[u]), where that sum is dz . z, because dp[u] = dz . v[u] and z = sum over
 * u of p[u] v[u].
 */
import type { Tensor } from "../../../tensor.ts";
import type { AttentionOperands } from "../../backward.ts";

/** dq, dk and dv side by side, sequence after sequence. dz [sum of T, C] -> [sum of T, 3C] */
export function attention(dQkv: Tensor, dz: Tensor, { q, k, v, z, rows, heads, scale }: AttentionOperands): void {
  let first = 0;
  for (const count of rows) {
    const own = (x: Tensor) => x.slice(first, first + count);
    for (let h = 0; h < heads; h++) {
      const parts = { q: own(q), k: own(k), v: own(v), z: own(z), dz: own(dz) };
      headInto(own(dQkv), parts, h, heads, scale);
    }
    first += count;
  }
}

/** The rows of one sequence: [T, C] each. */
type Rows = Readonly<Record<"q" | "k" | "v" | "z" | "dz", Tensor>>;

/** One head of one sequence, query after query; the loop's bound t <= i is the causal mask. */
function headInto(dQkv: Tensor, { q, k, v, z, dz }: Rows, h: number, heads: number, scale: number): void {
  const [count, c] = q.shape as [number, number];
  const d = c / heads;
  const dq = new Float64Array(d);
  const [dk, dv] = [new Float64Array(count * d), new Float64Array(count * d)];
  for (let i = 0; i < count; i++) {
    const [query, dOut, out] = [headOf(q, i, h, d), headOf(dz, i, h, d), headOf(z, i, h, d)];
    const pattern = patternOf(query, k, h, i, scale);
    const inner = dot(dOut, out);
    dq.fill(0);
    for (let t = 0; t <= i; t++) {
      const key = headOf(k, t, h, d);
      const ds = scale * pattern[t] * (dot(dOut, headOf(v, t, h, d)) - inner);
      for (let j = 0; j < d; j++) {
        dq[j] += ds * key[j];
        dk[t * d + j] += ds * query[j];
        dv[t * d + j] += pattern[t] * dOut[j];
      }
    }
    dQkv.data.set(dq, i * 3 * c + h * d);
  }
  for (let t = 0; t < count; t++) {
    dQkv.data.set(dk.subarray(t * d, (t + 1) * d), (3 * t + 1) * c + h * d);
    dQkv.data.set(dv.subarray(t * d, (t + 1) * d), (3 * t + 2) * c + h * d);
  }
}

/** softmax over t <= i of scale q . k[t] */
function patternOf(query: Float32Array, k: Tensor, h: number, i: number, scale: number): Float64Array {
  const row = new Float64Array(i + 1);
  for (let t = 0; t <= i; t++) row[t] = scale * dot(query, headOf(k, t, h, query.length));
  const max = row.reduce((most, score) => Math.max(most, score));
  let sum = 0;
  for (let t = 0; t <= i; t++) sum += row[t] = Math.exp(row[t] - max);
  return row.map((weight) => weight / sum);
}

/** The part of row i that belongs to head h. */
function headOf(x: Tensor, i: number, h: number, d: number): Float32Array {
  const at = i * x.shape[1] + h * d;
  return x.data.subarray(at, at + d);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}
