/**
 * The interface of the backward kernels, each the gradient of the forward kernel of the same name (kernels.ts). dx is
 * the derivative of the loss with respect to x, and has its shape. Two rules:
 * - the gradient of a parameter is added to what is there, so that several passes accumulate;
 * - the gradient of an activation is written, except the input of a layer norm: that is the residual stream, y = x +
 *   f(layerNorm(x)), so its gradient is dy plus what comes back through f. The addition is the residual's backward.
 * Kernels check nothing. Parameters are float32, row-major, in the shape of the checkpoint.
 */
import type { Tensor } from "../tensor.ts";
import type { Weight, WeightRole } from "../weight.ts";
import type { GeluForm } from "./kernels.ts";

/** What the forward pass of attention keeps: rows of all sequences, one after another. */
export interface AttentionOperands {
  /** [sum of T, C] each; z is the output. */
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
  readonly z: Tensor;
  /** T of each sequence; a query sees no other sequence, and no cache. */
  readonly rows: readonly number[];
  readonly heads: number;
  /** Factor for q . k, usually 1 / sqrt(D). */
  readonly scale: number;
}

/** The operands and the gradients of the head with cross-entropy. */
export interface HeadOperands {
  /** The final layer norm's output. [m, C] */
  readonly x: Tensor;
  /** [V, C]; if it is tied, the embedding table, whose gradient is then added to. */
  readonly weight: Tensor;
  /** The token that came after each row: m ids. */
  readonly targets: ArrayLike<number>;
  /** Factor for all gradients: 1 / m makes them those of the mean loss. */
  readonly factor: number;
}

/** The backward kernels, one formula each. */
export interface BackwardKernels {
  /** dx[i, t] = sum over j of dy[i, j] weight[t, j]: dY W^T. [m, n] x [k, n] -> [m, k] */
  linearInput(dx: Tensor, dy: Tensor, weight: Tensor): void;
  /**
   * dWeight[t, j] += sum over i of x[i, t] dy[i, j]: X^T dY; dBias[j] += sum over i of dy[i, j].
   * x [m, k], dy [m, n] -> [k, n], [n]
   */
  linearParameters(dWeight: Tensor, dBias: Tensor, x: Tensor, dy: Tensor): void;
  /**
   * The head and the cross-entropy in one, so that the logits of all rows never exist at the same time. With p[i, j] =
   * the softmax over j of x[i] . weight[j], and g[i, j] = factor (p[i, j] - (1 if j = targets[i], else 0)):
   * losses[i] = -ln p[i, targets[i]]; dx[i] = sum over j of g[i, j] weight[j]; dWeight[j] += sum over i of g[i, j]
   * x[i]. losses [m], dx [m, C], dWeight [V, C]
   */
  headCrossEntropy(losses: Tensor, dx: Tensor, dWeight: Tensor, operands: HeadOperands): void;
  /**
   * With p = the causal softmax of s[i, t] = scale q[i] . k[t] within a head and a sequence, recomputed, and
   * dp[i, t] = dz[i] . v[t]; ds[i, t] = p[i, t] (dp[i, t] - dz[i] . z[i]):
   * dq[i] = scale sum over t <= i of ds[i, t] k[t]; dk[t] = scale sum over i >= t of ds[i, t] q[i];
   * dv[t] = sum over i >= t of p[i, t] dz[i]. dq, dk and dv side by side: dz [sum of T, C] -> [sum of T, 3C]
   */
  attention(dQkv: Tensor, dz: Tensor, operands: AttentionOperands): void;
  /**
   * With n[i, j] = (x[i, j] - mean_i) / sqrt(variance_i + epsilon) and g[i, j] = dy[i, j] weight[j]:
   * dx[i, j] += (g[i, j] - mean over j of g - n[i, j] mean over j of g n) / sqrt(variance_i + epsilon);
   * dWeight[j] += sum over i of dy[i, j] n[i, j]; dBias[j] += sum over i of dy[i, j].
   */
  layerNorm(gradients: LayerNormGradients, dy: Tensor, x: Tensor, weight: Tensor, epsilon: number): void;
  /** dx = dy gelu'(x), element by element; `dx` may be `dy`. */
  gelu(dx: Tensor, dy: Tensor, x: Tensor, form: GeluForm): void;
  /** dx = dy silu'(x); with s = 1 / (1 + exp(-x)), silu'(x) = s + x s (1 - s). `dx` may be `dy`. */
  silu(dx: Tensor, dy: Tensor, x: Tensor): void;
  /** dx = dy where x > 0, else 0. `dx` may be `dy`. */
  relu(dx: Tensor, dy: Tensor, x: Tensor): void;
  /** dTable[ids[i]] += dy[i], in the order of the rows. dy [T, C] -> [V, C] */
  embedding(dTable: Tensor, dy: Tensor, ids: ArrayLike<number>): void;
  /** out = x, the same number of elements: what a forward pass keeps. */
  copy(out: Tensor, x: Tensor): void;
  /** x = 0 */
  clear(x: Tensor): void;
  /** The values as the forward kernels of this set read them: the tensor itself, or a packed copy. */
  forwardWeight(values: Tensor, role: WeightRole): Weight;
  /** Makes a forward weight equal to its values again, after they were changed. */
  refresh(weight: Weight, values: Tensor): void;
}

/** The gradients that a layer norm adds to: x [m, n], weight and bias [n]. */
export interface LayerNormGradients {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor;
}
