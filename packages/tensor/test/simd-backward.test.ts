/**
 * The simd backward kernels against the reference at odd sizes, with relaxed multiply-add and without, and the same bits
 * on any number of threads. Tolerance: a sum of k float32 products is off by a random walk of k roundings, half a unit
 * each, of numbers up to 1; the reference rounds once.
 */
import { createSimdEngine, type Engine, referenceEngine, Tensor } from "@tsgpt/tensor";
import { type BackwardKernels, backwardKernels } from "@tsgpt/tensor/backward";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { noise } from "./noise.ts";

const reference = backwardKernels(referenceEngine);
const engines = [true, false].flatMap((relaxed) =>
  [1, 2, 3].map((threads) => ({ relaxed, threads, engine: createSimdEngine({ threads, relaxed }) })),
);
afterAll(() => {
  for (const { engine } of engines) engine.dispose();
});

const ofSum = (terms: number) => ({ atol: 1e-6 * Math.sqrt(terms), rtol: 1e-6 });
type Computation = (kernels: BackwardKernels) => Readonly<Record<string, Tensor>>;

/** Each result on each engine against the reference, and on several threads the bits of one. */
function compare(compute: Computation, terms: number, label: string): void {
  const expected = compute(reference);
  const alone = new Map<boolean, Readonly<Record<string, Tensor>>>();
  for (const { engine, relaxed, threads } of engines) {
    const actual = compute(backwardKernels(engine));
    const first = alone.get(relaxed) ?? actual;
    alone.set(relaxed, first);
    for (const [name, tensor] of Object.entries(actual)) {
      const where = `${name}, ${label}, threads: ${threads}, relaxed: ${relaxed}`;
      if (tensor === first[name]) expect(tensor, where).toBeCloseToTensor(expected[name] as Tensor, ofSum(terms));
      else expect(differingElement(tensor, first[name] as Tensor), where).toBe(-1);
    }
  }
}

/** The first element whose bits differ, or -1; faster than toEqual for thousands of elements. */
function differingElement(a: Tensor, b: Tensor): number {
  return a.data.findIndex((value, i) => !Object.is(value, b.data[i]));
}

function compareLinear(m: number, k: number, n: number): void {
  const [x, dy, weight] = [noise([m, k], 1), noise([m, n], 2), noise([k, n], 3)];
  const compute = (kernels: BackwardKernels) => {
    const results = { dx: noise([m, k], 4), dWeight: noise([k, n], 5), dBias: noise([n], 6) };
    kernels.linearInput(results.dx, dy, weight);
    kernels.linearParameters(results.dWeight, results.dBias, x, dy);
    return results;
  };
  compare(compute, Math.max(m, n), `[${m}, ${k}] x [${k}, ${n}]`);
}

function compareHead(m: number, c: number, v: number): void {
  const [x, weight] = [noise([m, c], 1), noise([v, c], 2)];
  const targets = Array.from({ length: m }, (_, i) => (i * 7 + 3) % v);
  const compute = (kernels: BackwardKernels) => {
    const results = { losses: Tensor.zeros([m]), dx: noise([m, c], 4), dWeight: noise([v, c], 5) };
    kernels.headCrossEntropy(results.losses, results.dx, results.dWeight, { x, weight, targets, factor: 1 / m });
    return results;
  };
  compare(compute, c, `m ${m}, C ${c}, V ${v}`);
}

function compareAttention(rows: readonly number[], heads: number, d: number): void {
  const all = rows.reduce((sum, count) => sum + count, 0);
  const [q, k, v, dz] = [1, 2, 3, 4].map((seed) => noise([all, heads * d], seed)) as [Tensor, Tensor, Tensor, Tensor];
  const scale = 1 / Math.sqrt(d);
  const z = attentionOutput(rows, heads, d, { q, k, v, scale });
  const compute = (kernels: BackwardKernels) => {
    const dQkv = noise([all, 3 * heads * d], 5);
    kernels.attention(dQkv, dz, { q, k, v, z, rows, heads, scale });
    return { dQkv };
  };
  compare(compute, Math.max(...rows, d), `T ${rows}, H ${heads}, D ${d}`);
}

/** The forward pass that the gradient belongs to: softmax weights and sums, in float64. */
function attentionOutput(
  rows: readonly number[],
  heads: number,
  d: number,
  { q, k, v, scale }: { q: Tensor; k: Tensor; v: Tensor; scale: number },
): Tensor {
  const z = Tensor.zeros(q.shape);
  const c = heads * d;
  let first = 0;
  for (const count of rows) {
    for (let i = first; i < first + count; i++) {
      for (let h = 0; h < heads; h++) {
        const channels = Array.from({ length: d }, (_, j) => h * d + j);
        const at = (x: Tensor, row: number, j: number) => x.data[row * c + j] as number;
        const weights = Array.from({ length: i - first + 1 }, (_, t) =>
          Math.exp(scale * channels.reduce((sum, j) => sum + at(q, i, j) * at(k, first + t, j), 0)),
        );
        const total = weights.reduce((sum, weight) => sum + weight);
        for (const j of channels) {
          z.data[i * c + j] = weights.reduce((sum, weight, t) => sum + (weight / total) * at(v, first + t, j), 0);
        }
      }
    }
    first += count;
  }
  return z;
}

function compareLayerNorm(m: number, n: number): void {
  const [dy, x, weight] = [noise([m, n], 1), noise([m, n], 2), noise([n], 3)];
  const compute = (kernels: BackwardKernels) => {
    const results = { x: noise([m, n], 4), weight: noise([n], 5), bias: noise([n], 6) };
    kernels.layerNorm(results, dy, x, weight, 1e-5);
    return results;
  };
  compare(compute, 10 * m, `[${m}, ${n}]`); // normalized numbers are larger than 1
}

describe("linear", () => {
  test.each([
    [1, 1, 1],
    [5, 7, 3],
    [16, 6, 8],
    [17, 13, 33],
    [255, 5, 9],
    [256, 12, 40],
    [257, 11, 31],
    [530, 20, 70],
    [1100, 3, 2],
  ])("%i rows, %i inputs, %i outputs", compareLinear);

  test("more than 1024 inputs, which are taken in fewer rows", () => compareLinear(258, 1030, 5));

  test("seeded random sizes", () => {
    const size = fc.integer({ min: 1, max: 90 });
    fc.assert(fc.property(size, size, size, compareLinear), { seed: 3, numRuns: FULL ? 300 : 15 });
  });
});

describe("the head with cross-entropy", () => {
  test.each([
    [1, 1, 1],
    [5, 7, 11],
    [257, 9, 35],
    [300, 12, 130],
  ])("%i rows, %i channels, a vocabulary of %i", compareHead);

  test("a large vocabulary is taken 128 rows at a time", () => compareHead(130, 2, 17_001));

  test("logits of a hundred do not overflow, and the loss of a certain token is 0", () => {
    const [x, weight] = [Tensor.from([[100], [100]]), Tensor.from([[1], [0], [-1]])];
    const compute = (kernels: BackwardKernels) => {
      const results = { losses: Tensor.zeros([2]), dx: Tensor.zeros([2, 1]), dWeight: Tensor.zeros([3, 1]) };
      kernels.headCrossEntropy(results.losses, results.dx, results.dWeight, { x, weight, targets: [0, 1], factor: 1 });
      return results;
    };
    expect(compute(backwardKernels((engines[0] as { engine: Engine }).engine)).losses.toArray()).toEqual([0, 100]);
    compare(compute, 1, "logits of 100");
  });
});

describe("attention", () => {
  test.each<[number[], number, number]>([
    [[1], 1, 1],
    [[5, 1, 3], 3, 2],
    [[47, 48, 49], 2, 8],
    [[100, 7], 1, 9],
    [[23, 25, 97], 2, 5],
    [[24], 2, 33],
  ])("sequences of %j rows, %i heads of %i channels", compareAttention);
});

describe("layer norm", () => {
  test.each([
    [1, 1],
    [3, 2],
    [9, 7],
    [257, 19],
    [300, 64],
  ])("[%i, %i]", compareLayerNorm);

  test("a mean that is large relative to the deviation", () => {
    const [dy, x, weight] = [noise([4, 9], 1), noise([4, 9], 2), noise([9], 3)];
    for (let i = 0; i < x.size; i++) x.data[i] = (x.data[i] as number) + 1000;
    const compute = (kernels: BackwardKernels) => {
      const results = { x: Tensor.zeros([4, 9]), weight: Tensor.zeros([9]), bias: Tensor.zeros([9]) };
      kernels.layerNorm(results, dy, x, weight, 1e-5);
      return results;
    };
    compare(compute, 40, "a mean of 1000");
  });
});

test.each([1, 3, 4, 5, 16_401])("activations of %i elements", (count) => {
  const [x, dy] = [noise([count], 1), noise([count], 2)];
  for (let i = 0; i < count; i++) x.data[i] = (x.data[i] as number) * 12;
  const compute = (kernels: BackwardKernels) => {
    const results = Object.fromEntries(
      ["tanh", "erf", "sigmoid", "silu", "relu"].map((name) => [name, Tensor.zeros([count])]),
    );
    for (const form of ["tanh", "erf", "sigmoid"] as const) kernels.gelu(results[form] as Tensor, dy, x, form);
    for (const name of ["silu", "relu"] as const) kernels[name](results[name] as Tensor, dy, x);
    return results;
  };
  compare(compute, 1, `${count} elements`);
});

test("activations at the ends of float32", () => {
  const x = Tensor.from([3e38, -3e38, 1e20, -1e20, 90, -90, 0, -0]);
  const dy = Tensor.from(Array.from(x.data, () => 1));
  const compute = (kernels: BackwardKernels) => {
    const results = Object.fromEntries(["tanh", "erf", "sigmoid", "silu"].map((name) => [name, Tensor.zeros([8])]));
    for (const form of ["tanh", "erf", "sigmoid"] as const) kernels.gelu(results[form] as Tensor, dy, x, form);
    kernels.silu(results["silu"] as Tensor, dy, x);
    return results;
  };
  compare(compute, 1, "large numbers");
});

test.each([
  [1, 1],
  [9, 17],
  [700, 35],
])("embedding: %i rows of %i channels, some for the same id", (count, c) => {
  const dy = noise([count, c], 1);
  const ids = Array.from({ length: count }, (_, i) => (i * i) % 5);
  const compute = (kernels: BackwardKernels) => {
    const dTable = noise([5, c], 2);
    kernels.embedding(dTable, dy, ids);
    return { dTable };
  };
  compare(compute, count, `[${count}, ${c}]`);
});

test.each(["linear", "embedding", "head", "vector"] as const)("a forward weight, %s, follows its values", (role) => {
  for (const { engine } of engines) {
    const { forwardWeight, refresh } = backwardKernels(engine);
    const values = engine.allocate(role === "vector" ? [35] : [35, 37]);
    values.data.set(noise(values.shape, 1).data);
    const weight = forwardWeight(values, role);
    expect(weight.toTensor().data).toEqual(values.data);
    values.data.set(noise(values.shape, 2).data);
    refresh(weight, values);
    expect(weight.toTensor().data).toEqual(values.data);
  }
});

test.each([1, 7, 20_003])("a copy of %i elements", (count) => {
  const x = noise([count], 1);
  for (const { engine } of engines) {
    const out = engine.allocate([count + 1]);
    backwardKernels(engine).copy(out.slice(0, count), x);
    expect(differingElement(out.slice(0, count), x)).toBe(-1);
    expect(out.data[count]).toBe(0);
  }
});

test("nothing beyond a result is written", () => {
  for (const { engine } of engines) {
    const kernels = backwardKernels(engine);
    const within = (shape: readonly number[]) => {
      const whole = engine.allocate([shape[0] as number, ...shape.slice(1)].with(0, (shape[0] as number) + 3));
      whole.data.fill(7);
      return { whole, own: whole.slice(0, shape[0] as number) };
    };
    const results = [within([13, 9]), within([9]), within([50, 9]), within([50, 27])] as const;
    const [dWeight, dBias, dx, dQkv] = results.map(({ own }) => own) as [Tensor, Tensor, Tensor, Tensor];
    kernels.linearParameters(dWeight, dBias, noise([50, 13], 1), noise([50, 9], 2));
    kernels.linearInput(dx, noise([50, 5], 3), noise([9, 5], 4));
    const [q, k, v, z] = [1, 2, 3, 4].map((seed) => noise([50, 9], seed)) as [Tensor, Tensor, Tensor, Tensor];
    kernels.attention(dQkv, noise([50, 9], 5), { q, k, v, z, rows: [50], heads: 3, scale: 1 });
    for (const { whole, own } of results) {
      expect(whole.data.subarray(own.size).every((value) => value === 7)).toBe(true);
    }
  }
});

test("what a call takes of the memory it gives back", () => {
  for (const { engine } of engines) {
    const available = [1, 2, 3].map(() => {
      const kernels = backwardKernels(engine);
      const [x, dy, weight] = [noise([70, 13], 1), noise([70, 9], 2), noise([13, 9], 3)];
      kernels.linearInput(Tensor.zeros([70, 13]), dy, weight);
      kernels.linearParameters(Tensor.zeros([13, 9]), Tensor.zeros([9]), x, dy);
      const head = { x, weight: noise([11, 13], 4), targets: Array.from({ length: 70 }, () => 3), factor: 1 };
      kernels.headCrossEntropy(Tensor.zeros([70]), Tensor.zeros([70, 13]), Tensor.zeros([11, 13]), head);
      kernels.layerNorm(
        { x, weight: noise([13], 5), bias: noise([13], 6) },
        x.clone(),
        x.clone(),
        noise([13], 7),
        1e-5,
      );
      kernels.embedding(Tensor.zeros([5, 9]), dy, new Int32Array(70));
      return engine.memory?.availableBytes;
    });
    expect(available[2]).toBe(available[0]);
  }
});

test("an engine has one set of backward kernels", () => {
  for (const { engine } of engines) expect(backwardKernels(engine)).toBe(backwardKernels(engine));
});
