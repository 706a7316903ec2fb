/** Held against torch.optim.AdamW and torch.optim.Muon (tools/reference/make_training_fixtures.py). */
import { createEngine, createReferenceEngine, type Engine, Tensor } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { createAdamW, createMuon, type LearnedParameter, type Optimizer } from "../src/index.ts";
import { orthogonalized } from "../src/optimizers/newton-schulz.ts";
import { readJson } from "./fixtures.ts";
import { learned } from "./learned.ts";

type Flat = Readonly<Record<string, readonly number[]>>;
interface Steps {
  readonly shapes: Readonly<Record<string, number[]>>;
  readonly values: Flat;
  readonly gradients: readonly Flat[];
  readonly after: readonly Flat[];
}
const fixture = await readJson<{ learningRate: number; weightDecay: number; adamw: Steps; muon: Steps }>(
  "training/optimizers.json",
);
const { learningRate, weightDecay } = fixture;

const parametersOf = ({ shapes, values }: Steps): LearnedParameter[] =>
  Object.entries(shapes).map(([name, shape]) => learned(name, shape, values[name]!));

/** Steps `from` to `to`, and the largest difference of any value after any of them. */
function largestDifference(optimizer: Optimizer, parameters: LearnedParameter[], steps: Steps, from = 0): number {
  let largest = 0;
  for (let step = from; step < steps.gradients.length; step++) {
    for (const { name, gradient } of parameters) gradient.data.set(steps.gradients[step]![name]!);
    optimizer.update(step + 1, learningRate);
    for (const { name, value } of parameters) {
      for (const [i, x] of value.data.entries()) {
        largest = Math.max(largest, Math.abs(x - steps.after[step]![name]![i]!));
      }
    }
  }
  return largest;
}

test("ten steps of AdamW are within 1e-6 of torch.optim.AdamW's, with decay for matrices only", () => {
  const parameters = parametersOf(fixture.adamw);
  expect(largestDifference(createAdamW(parameters, { weightDecay }), parameters, fixture.adamw)).toBeLessThan(1e-6);
});

const engines: [string, () => Promise<Engine>][] = [
  ["reference", async () => createReferenceEngine()],
  ["simd, one thread", () => createEngine({ kernels: "simd", threads: 1 })],
  ["simd, two threads", () => createEngine({ kernels: "simd", threads: 2 })],
];

describe.each(engines)("Muon on %s", (_, make) => {
  test("ten steps are within 1e-5 of torch.optim.Muon's in float32, embeddings and biases by AdamW", async () => {
    const engine = await make();
    const parameters = parametersOf(fixture.muon);
    const optimizer = createMuon(parameters, engine, { weightDecay });
    expect(largestDifference(optimizer, parameters, fixture.muon)).toBeLessThan(1e-5);
    expect([...optimizer.state.keys()]).toEqual([
      "momentum.h.0.attn.c_attn.weight",
      "momentum.h.0.mlp.c_proj.weight",
      "mean.wte.weight",
      "square.wte.weight",
      "mean.h.0.ln_1.bias",
      "square.h.0.ln_1.bias",
    ]);
    engine.dispose();
  });
});

test("five iterations bring singular values of 3, 1 and 0.2 to between 0.68 and 1.21", () => {
  const diagonal = Tensor.from([
    [3, 0, 0],
    [0, 0, 1],
    [0, 0.2, 0],
  ]);
  const result = orthogonalized(diagonal, createReferenceEngine());
  const [a, b, c] = [result.data[0]!, result.data[5]!, result.data[7]!];
  for (const value of [a, b, c]) expect(value > 0.68 && value < 1.21).toBe(true);
  expect(result.data.filter((x) => x === 0).length).toBe(6);
});

test.each(["adamw", "muon"] as const)("%s continues bit for bit from its saved state", (name) => {
  const steps = fixture[name];
  const make = (parameters: LearnedParameter[]) =>
    name === "adamw"
      ? createAdamW(parameters, { weightDecay })
      : createMuon(parameters, createReferenceEngine(), { weightDecay });
  const whole = parametersOf(steps);
  largestDifference(make(whole), whole, steps);
  const first = parametersOf(steps);
  const before = make(first);
  largestDifference(before, first, { ...steps, gradients: steps.gradients.slice(0, 4) });
  const second = first.map(({ name, value }) => learned(name, [...value.shape], [...value.data]));
  const after = make(second);
  for (const [key, tensor] of after.state) tensor.data.set(before.state.get(key)!.data);
  largestDifference(after, second, steps, 4);
  expect(second.map(({ value }) => value.data)).toEqual(whole.map(({ value }) => value.data));
});

test("without gradients only parameters of two dimensions shrink, embeddings included", () => {
  const parameters = parametersOf(fixture.adamw);
  const before = parameters.map(({ value }) => value.data.slice());
  createAdamW(parameters, { weightDecay: 0.5 }).update(1, 0.1);
  for (const [i, { value }] of parameters.entries()) {
    const kept = value.shape.length === 2 ? 0.95 : 1; // 1 - 0.1 * 0.5
    expect(value.data).toEqual(before[i]!.map((x) => Math.fround(kept * x)));
  }
});

test.each([
  [{ betas: [0.9, 1] }, 'option "betas" must be two numbers from 0 up to, not including, 1, got an Array'],
  [{ betas: ["0.9", "0.95"] }, 'option "betas" must be two numbers from 0 up to, not including, 1, got an Array'],
  [{ epsilon: 0 }, "epsilon must be a finite number above 0, got 0"],
  [{ epsilon: Number.NaN }, "epsilon must be a finite number above 0, got NaN"],
  [{ weightDecay: -0.1 }, "weightDecay must be a finite number, 0 or more, got -0.1"],
  [{ weightDecay: Number.NaN }, "weightDecay must be a finite number, 0 or more, got NaN"],
])("%j is refused", (options, message) => {
  expect(() => createAdamW([], options as never)).toThrow(new RangeError(`createAdamW: ${message}`));
  expect(() => createMuon([], createReferenceEngine(), options as never)).toThrow(
    new RangeError(`createMuon: ${message}`),
  );
});
