/**
 * The gradient of each operation, against PyTorch in float64 (fixtures/gradients.json, by tools/reference), and that
 * gradients of parameters are added to. FLOAT32's bound: the values are exact to float64.
 */
import { readFileSync } from "node:fs";
import { createReferenceEngine, EngineError, type NestedNumbers, referenceEngine, Tensor } from "@tsgpt/tensor";
import { backwardKernels } from "@tsgpt/tensor/backward";
import { describe, expect, test } from "vitest";
import { engines, FLOAT32, tensorOn } from "./engines.ts";

const gradients = JSON.parse(readFileSync(new URL("./fixtures/gradients.json", import.meta.url), "utf8"));

describe.each(engines)("$name against PyTorch", ({ engine }) => {
  const kernels = backwardKernels(engine);
  const on = (values: NestedNumbers) => tensorOn(engine, values);
  /** Memory with something in it. */
  const written = (shape: readonly number[]) => filled(shape, 7);
  const filled = (shape: readonly number[], value: number) => {
    const tensor = engine.allocate(shape);
    tensor.data.fill(value);
    return tensor;
  };
  /** What is added to a gradient of 1. */
  const added = (gradient: Tensor) => {
    return new Tensor(
      gradient.data.map((value) => value - 1),
      gradient.shape,
    );
  };
  /** The roundings of FLOAT32 are of the sum with that 1. */
  const AFTER_ADDING = { atol: 2e-6, rtol: 1e-6 };

  test("linear: dX is written, dW and db are added to", () => {
    const { x, weight, dy, d_x, d_weight, d_bias } = gradients.linear;
    const [dx, dWeight, dBias] = [written([5, 7]), filled([7, 3], 1), filled([3], 1)];
    kernels.linearInput(dx, on(dy), on(weight));
    kernels.linearParameters(dWeight, dBias, on(x), on(dy));
    expect(dx).toBeCloseToTensor(Tensor.from(d_x), FLOAT32);
    expect(added(dWeight)).toBeCloseToTensor(Tensor.from(d_weight), AFTER_ADDING);
    expect(added(dBias)).toBeCloseToTensor(Tensor.from(d_bias), AFTER_ADDING);
  });

  test("the head with cross-entropy: the losses' mean, and its gradients", () => {
    const { x, weight, targets, d_x, d_weight } = gradients.head;
    const [losses, dx, dWeight] = [written([5]), written([5, 7]), filled([11, 7], 1)];
    kernels.headCrossEntropy(losses, dx, dWeight, { x: on(x), weight: on(weight), targets, factor: 1 / 5 });
    const logProbabilities = (x as number[][]).map((row, i) => logProbability(row, weight, targets[i]));
    expect(losses).toBeCloseToTensor(Tensor.from(logProbabilities.map((value) => -value)), FLOAT32);
    expect(dx).toBeCloseToTensor(Tensor.from(d_x), FLOAT32);
    expect(added(dWeight)).toBeCloseToTensor(Tensor.from(d_weight), AFTER_ADDING);
  });

  test("causal attention of three heads, in sequences of 5, 1 and 3 rows", () => {
    const { q, k, v, z, dy, d_q, d_k, d_v, rows, heads, scale } = gradients.attention;
    const dQkv = written([9, 18]);
    kernels.attention(dQkv, on(dy), { q: on(q), k: on(k), v: on(v), z: on(z), rows, heads, scale });
    const sideBySide = (d_q as number[][]).map((row, i) => [...row, ...d_k[i], ...d_v[i]]);
    expect(dQkv).toBeCloseToTensor(Tensor.from(sideBySide), FLOAT32);
  });

  test("layer norm: dx is added to what the residual brings, dWeight and dBias to what is there", () => {
    const { x, weight, dy, epsilon, d_x, d_weight, d_bias } = gradients.layerNorm;
    const sums = { x: filled([9, 6], 1), weight: filled([6], 1), bias: filled([6], 1) };
    kernels.layerNorm(sums, on(dy), on(x), on(weight), epsilon);
    expect(added(sums.x)).toBeCloseToTensor(Tensor.from(d_x), AFTER_ADDING);
    expect(added(sums.weight)).toBeCloseToTensor(Tensor.from(d_weight), AFTER_ADDING);
    expect(added(sums.bias)).toBeCloseToTensor(Tensor.from(d_bias), AFTER_ADDING);
  });

  test.each(["tanh", "erf", "sigmoid"] as const)("gelu, %s form, from -12 to 12 and beyond", (form) => {
    const { x, dy, d_x } = gradients.activations[form];
    const dx = on(dy);
    kernels.gelu(dx, dx, on(x), form); // dx may be dy
    expect(dx).toBeCloseToTensor(Tensor.from(d_x), FLOAT32);
  });

  test.each(["silu", "relu"] as const)("%s, from -12 to 12 and beyond", (name) => {
    const { x, dy, d_x } = gradients.activations[name];
    const dx = on(dy);
    kernels[name](dx, dx, on(x));
    expect(dx).toBeCloseToTensor(Tensor.from(d_x), FLOAT32);
  });

  test("embedding: an id that was looked up three times receives three rows", () => {
    const { dy, ids, d_table } = gradients.embedding;
    const dTable = filled([6, 4], 1);
    kernels.embedding(dTable, on(dy), ids);
    expect(added(dTable)).toBeCloseToTensor(Tensor.from(d_table), AFTER_ADDING);
  });

  test("clear overwrites NaN too", () => {
    const x = on([1, Number.NaN, Number.POSITIVE_INFINITY]);
    kernels.clear(x);
    expect(x.toArray()).toEqual([0, 0, 0]);
  });

  test("the weight that the forward kernels read follows its values", () => {
    const values = on([
      [1, 2],
      [3, 4],
    ]);
    const weight = kernels.forwardWeight(values, "linear");
    values.data[3] = 5;
    kernels.refresh(weight, values);
    const out = engine.allocate([1, 2]);
    engine.kernels.linear(out, on([[1, 10]]), weight, undefined); // 1 + 30, 2 + 50
    expect(out.toArray()).toEqual([[31, 52]]);
  });
});

test("NaN goes through relu's gradient as in PyTorch", () => {
  const { relu } = backwardKernels(referenceEngine);
  const dx = Tensor.zeros([2]);
  relu(dx, Tensor.from([3, Number.NaN]), Tensor.from([Number.NaN, 1]));
  expect(dx.toArray()).toEqual([3, Number.NaN]);
});

test("a disposed engine has no backward kernels", () => {
  const engine = createReferenceEngine();
  engine.dispose();
  expect(() => backwardKernels(engine)).toThrow(EngineError);
});

/** ln softmax of x . weight[j] at the target, in float64. */
function logProbability(x: readonly number[], weight: readonly number[][], target: number): number {
  const logits = weight.map((row) => row.reduce((sum, value, t) => sum + value * (x[t] as number), 0));
  return (logits[target] as number) - Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
}
