/**
 * One gradient by hand: GPT-2 with one layer, one head and one token of input, in float64, and the derivative of its
 * loss with respect to one weight of the MLP, by the chain rule. Biases are 0, the weights of layer norms 1.
 */

export type Matrix = readonly (readonly number[])[];

/** The matrices, [in, out] as in a checkpoint; embeddings and head [V, C]. */
export interface Weights {
  readonly wte: Matrix;
  readonly wpe: Matrix;
  readonly value: Matrix; // the last third of c_attn
  readonly attnProj: Matrix;
  readonly fc: Matrix;
  readonly mlpProj: Matrix;
  readonly head: Matrix;
}

/** What the forward pass computes, and the backward pass reads. */
export interface Pass {
  readonly normMid: readonly number[]; // [C]
  readonly pre: readonly number[]; // [4C]
  readonly out: readonly number[]; // [C]
  readonly normOut: readonly number[]; // [C]
  readonly p: readonly number[]; // [V]
  readonly loss: number;
}

/** The steps of the backward pass, from the loss to the weight. */
export interface Chain {
  readonly dLogits: readonly number[]; // [V]
  readonly dNormOut: readonly number[]; // [C]
  readonly dOut: readonly number[]; // [C]
  readonly dPost: number;
  readonly slope: number;
  readonly dPre: number;
  readonly dWeight: number;
}

const EPSILON = 1e-5; // of the layer norms
const ROOT = Math.sqrt(2 / Math.PI);

/** The loss of `target` after `token`. A token that is alone attends to itself, so that z is its value. */
export function forward(
  { wte, wpe, value, attnProj, fc, mlpProj, head }: Weights,
  token: number,
  target: number,
): Pass {
  const pre0 = add(wte[token]!, wpe[0]!); // [C]
  const mid = add(pre0, times(times(norm(pre0), value), attnProj)); // [C]
  const normMid = norm(mid); // [C]
  const pre = times(normMid, fc); // [C] -> [4C]
  const out = add(mid, times(pre.map(gelu), mlpProj)); // [4C] -> [C]
  const normOut = norm(out); // [C]
  const logits = head.map((row) => dot(row, normOut)); // [C] -> [V]
  const exps = logits.map(Math.exp);
  const p = exps.map((exp) => exp / sum(exps)); // [V]
  return { normMid, pre, out, normOut, p, loss: -Math.log(p[target]!) };
}

/** d loss / d fc[i][k]: each line is one link of the chain. */
export function backward(
  { mlpProj, head }: Weights,
  pass: Pass,
  target: number,
  [i, k]: readonly [number, number],
): Chain {
  const { normMid, pre, out, normOut, p } = pass;
  const dLogits = p.map((share, j) => share - (j === target ? 1 : 0)); // loss = -ln softmax(logits)[target]
  const dNormOut = normOut.map((_, c) => sum(dLogits.map((d, j) => d * head[j]![c]!))); // logits = head normOut
  const dOut = dNorm(dNormOut, out, normOut); // normOut = (out - mean) / deviation
  const dPost = dot(mlpProj[k]!, dOut); // out = mid + post mlpProj
  const slope = dGelu(pre[k]!);
  const dPre = slope * dPost; // post = gelu(pre)
  return { dLogits, dNormOut, dOut, dPost, slope, dPre, dWeight: normMid[i]! * dPre }; // pre = normMid fc
}

/** (x - mean) / deviation */
function norm(x: readonly number[]): number[] {
  const center = mean(x);
  return x.map((value) => (value - center) / deviation(x));
}

/** Of y = norm(x): (dy - mean(dy) - y mean(dy y)) / deviation */
function dNorm(dy: readonly number[], x: readonly number[], y: readonly number[]): number[] {
  const along = mean(dy.map((d, c) => d * y[c]!));
  return dy.map((d, c) => (d - mean(dy) - y[c]! * along) / deviation(x));
}

function deviation(x: readonly number[]): number {
  const center = mean(x);
  return Math.sqrt(mean(x.map((value) => (value - center) ** 2)) + EPSILON);
}

/** 0.5 x (1 + tanh u), u = sqrt(2 / pi) (x + 0.044715 x^3) */
const gelu = (x: number): number => 0.5 * x * (1 + Math.tanh(ROOT * (x + 0.044715 * x ** 3)));

/** 0.5 (1 + tanh u) + 0.5 x (1 - tanh^2 u) du/dx */
function dGelu(x: number): number {
  const tanh = Math.tanh(ROOT * (x + 0.044715 * x ** 3));
  return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh ** 2) * ROOT * (1 + 3 * 0.044715 * x ** 2);
}

/** [in] x [in, out] -> [out] */
function times(x: readonly number[], matrix: Matrix): number[] {
  return matrix[0]!.map((_, j) => sum(x.map((value, i) => value * matrix[i]![j]!)));
}

const add = (a: readonly number[], b: readonly number[]) => a.map((value, c) => value + b[c]!);
const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((value, c) => value * b[c]!));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
