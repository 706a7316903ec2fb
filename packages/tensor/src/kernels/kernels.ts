/**
 * The interface of every kernel set. A kernel writes all of `out` and checks nothing: the operations check shapes.
 * Letters: T new tokens, P past tokens, S = P + T keys, C channels, H heads, D = C / H; matmul m, k, n.
 */
import type { Tensor } from "../tensor.ts";
import type { Weight } from "../weight.ts";

/** x P(N(0, 1) <= x): exact ("erf"), or with P approximated by a tanh, or by sigma(1.702 x) ("sigmoid"). */
export type GeluForm = "tanh" | "erf" | "sigmoid";

/** Optional outputs of attention, and where it starts. */
export interface AttentionOptions {
  /** P: keys that came before the first query. Query i sees keys 0 .. P + i. */
  readonly past: number;
  /** Factor for q . k, usually 1 / sqrt(D). */
  readonly scale: number;
  /** `[H, T, S]`: receives the scaled scores, -Infinity where masked. Input if `from` is "scores". */
  readonly scores?: Tensor | undefined;
  /** `[H, T, S]`: receives the softmax of the scores, 0 where masked. Input if `from` is "pattern". */
  readonly pattern?: Tensor | undefined;
  /** Where to start: from the queries (default), or from scores or a pattern that a hook replaced. */
  readonly from?: "queries" | "scores" | "pattern" | undefined;
}

/** What attention needs of one of several sequences, besides its queries. */
export interface AttentionSequence {
  /** T: its queries. */
  readonly rows: number;
  /** [H, capacity, D], of which the first P + T rows of each head are read. */
  readonly keys: Tensor;
  /** As for `keys`. */
  readonly values: Tensor;
  /** P: keys that came before the first query. */
  readonly past: number;
}

/** The forward kernels, one formula each. */
export interface Kernels {
  /** out[i, j] = sum over t of a[i, t] b[t, j]. [m, k] x [k, n] -> [m, n] */
  matmul(out: Tensor, a: Tensor, b: Tensor): void;
  /** out[i, j] = sum over t of a[i, t] b[j, t]. [m, k] x [n, k] -> [m, n]: the form of the head. int8: see `linear`. */
  matmulTransposed(out: Tensor, a: Tensor, b: Weight): void;
  /**
   * out[i, j] = bias[j] + sum over t of x[i, t] weight[t, j]. [m, k] x [k, n] -> [m, n]. int8: each row of x is
   * quantized too, x[i, t] to xScale[i] xq[i, t] with xq from -127 to 127, so that
   * out[i, j] = bias[j] + xScale[i] scale[j] (sum over t of xq[i, t] q[t, j]), the sum exact.
   */
  linear(out: Tensor, x: Tensor, weight: Weight, bias: Tensor | undefined): void;
  /** out[i] = table[ids[i]]. [V, C] -> [T, C] */
  embedding(out: Tensor, table: Weight, ids: ArrayLike<number>): void;
  /** out = a + b, element by element; `out` may be `a` or `b`. */
  add(out: Tensor, a: Tensor, b: Tensor): void;
  /** out = factor * a, element by element. */
  scale(out: Tensor, a: Tensor, factor: number): void;
  /** out[i, j] = exp(x[i, j] - max_i) / sum over j of exp(x[i, j] - max_i), along the last axis. */
  softmax(out: Tensor, x: Tensor): void;
  /** out[i, j] = x[i, j] - max_i - ln(sum over j of exp(x[i, j] - max_i)), along the last axis. */
  logSoftmax(out: Tensor, x: Tensor): void;
  /** out[i] = (x[i] - mean_i) / sqrt(variance_i + epsilon) * weight + bias, along the last axis; variance over n. */
  layerNorm(out: Tensor, x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): void;
  /**
   * "tanh": out = x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))); "erf": out = x / 2 (1 + erf(x / sqrt(2)));
   * "sigmoid": out = x / (1 + exp(-1.702 x)).
   */
  gelu(out: Tensor, x: Tensor, form: GeluForm): void;
  /** out = x / (1 + exp(-x)). */
  silu(out: Tensor, x: Tensor): void;
  /** out = max(x, 0); NaN stays NaN. */
  relu(out: Tensor, x: Tensor): void;
  /** out[i, j] = x[i, start + j]. [m, *] -> [m, n] */
  columns(out: Tensor, x: Tensor, start: number): void;
  /** out = x; the two may be views of one memory. */
  copy(out: Tensor, x: Tensor): void;
  /** out[h, t] = x[h, t] for from <= t < to. x [H, capacity, D], out [H, another capacity, D] */
  copyHeads(out: Tensor, x: Tensor, from: number, to: number): void;
  /** cache[h, position + t] = x[t, h D .. (h + 1) D]. x [T, C], cache [H, capacity, D] */
  storeHeads(cache: Tensor, x: Tensor, position: number): void;
  /**
   * out[i, h D + j] = sum over t <= P + i of pattern[h, i, t] values[h, t, j], with
   * pattern[h, i, t] = softmax over t <= P + i of scale * q[i, h] . keys[h, t].
   * q [T, C], keys and values [H, capacity, D] -> [T, C]
   */
  attention(out: Tensor, q: Tensor, keys: Tensor, values: Tensor, options: AttentionOptions): void;
  /** `attention` of several sequences, whose rows lie one after another. q [sum of T, C] -> [sum of T, C] */
  attentionOfEach(out: Tensor, q: Tensor, sequences: readonly AttentionSequence[], scale: number): void;
}
