import { nextUniform } from "@tsgpt/numeric";
import {
  createSampler,
  createWorkspace,
  dialects,
  presetChain,
  probabilities,
  type Sampler,
  type StepSpec,
  type Workspace,
} from "@tsgpt/sampling";
import { describe, expect, test } from "vitest";
import { oneOfEach } from "./any-chain.ts";
import { normalRow } from "./rows.ts";

const logits = normalRow(500, 1, 5);

function run(seed: number, chain: readonly StepSpec[]): number[] {
  const sample = createSampler(chain, { seed });
  const history: number[] = [1];
  for (let i = 0; i < 50; i++) history.push(sample(logits, { history }));
  return history;
}

test("the same seed gives the same ids, another seed others", () => {
  const chain: StepSpec[] = [{ type: "top-p", p: 0.9 }];
  expect(run(1, chain)).toEqual(run(1, chain));
  expect(run(1, chain)).not.toEqual(run(2, chain));
});

test("a draw takes one uniform number, two outputs, even from one candidate", () => {
  const one = createSampler([{ type: "top-k", k: 1 }], { seed: 4 });
  const many = createSampler([], { seed: 4 });
  one(logits, { history: [] });
  many(logits, { history: [] });
  expect(one.generator).toEqual(many.generator);
  expect(one.generator).not.toEqual(createSampler([], { seed: 4 }).generator);
});

test("greedy alone takes the largest logit and draws nothing", () => {
  const sample = createSampler([{ type: "greedy" }], { seed: 4 });
  expect(sample(Float32Array.of(1, 5, 5), { history: [] })).toBe(1);
  expect(sample.generator).toEqual(createSampler([], { seed: 4 }).generator);
});

test("greedy after penalties sees the history: 3 / 2 is less than 2", () => {
  const sample = createSampler([{ type: "lecture-penalties", frequency: 2, presence: 1 }, { type: "greedy" }], {
    seed: 0,
  });
  expect(sample(Float32Array.of(3, 2), { history: [] })).toBe(0);
  expect(sample(Float32Array.of(3, 2), { history: [0] })).toBe(1);
});

test("a change of the chain after creation changes nothing", () => {
  const step = { type: "top-k" as const, k: 1 };
  const sample = createSampler([step], { seed: 0 });
  step.k = 500;
  expect(sample(Float32Array.of(0, 0.1, 0), { history: [] })).toBe(1);
});

test("a bad chain or seed is refused before anything is sampled", () => {
  expect(() => createSampler([{ type: "top-p", p: 0 }], { seed: 0 })).toThrow(
    "chain: step 1 (top-p): p must be above 0",
  );
  expect(() => createSampler([], { seed: 0.5 })).toThrow("seed: must be a whole number");
});

test.each(Object.values(oneOfEach))("explain gives the id that the plain call gives: $type", (step) => {
  const [plain, explained] = [createSampler([step], { seed: 9 }), createSampler([step], { seed: 9 })];
  const history = [3, 1];
  for (let i = 0; i < 40; i++) {
    const few = Float32Array.from({ length: 12 }, (_, id) => 2 * logits[12 * i + id]);
    const context = { history: history.slice(-3), promptLength: 1 };
    const { id, probability, steps } = explained.explain(few, context, 3);
    expect(plain(few, context)).toBe(id);
    expect(explained.generator).toEqual(plain.generator);
    expect(probability).toBeGreaterThan(0);
    expect(steps).toHaveLength(1);
    history.push(id);
  }
});

test("explain gives the ids of a whole chain, and the probability in what it left", () => {
  const chain: StepSpec[] = [
    oneOfEach["lecture-penalties"],
    oneOfEach.temperature,
    oneOfEach.xtc,
    oneOfEach["top-p"],
    oneOfEach.watermark,
  ];
  const sample = createSampler(chain, { seed: 1 });
  const history = [1];
  for (let i = 0; i < 50; i++) history.push(sample.explain(logits, { history }).id);
  expect(history).toEqual(run(1, chain));
});

test("explain's probability: [0.5, 0.3, 0.2] truncated at 0.7 leaves 0.625 and 0.375", () => {
  const sample = createSampler([{ type: "top-p", p: 0.7 }], { seed: 1 });
  const shares = Float32Array.from([0.5, 0.3, 0.2], Math.log);
  const seen = new Map<number, number>();
  for (let i = 0; i < 30; i++) {
    const { id, probability } = sample.explain(shares, { history: [] });
    seen.set(id, probability);
  }
  expect(seen.get(0)).toBeCloseTo(0.625, 6);
  expect(seen.get(1)).toBeCloseTo(0.375, 6);
  expect(seen.size).toBe(2);
});

test("distribution is that of the next id: it draws nothing, and does not change mu", () => {
  const chain: StepSpec[] = [{ type: "mirostat", tau: 2, eta: 0.5 }];
  const [asked, plain] = [createSampler(chain, { seed: 2 }), createSampler(chain, { seed: 2 })];
  for (let i = 0; i < 10; i++) {
    const { ids } = asked.distribution(logits, { history: [] });
    expect(asked.distribution(logits, { history: [] }).ids).toEqual(ids);
    const id = asked(logits, { history: [] });
    expect(plain(logits, { history: [] })).toBe(id);
    expect(ids).toContain(id);
  }
});

describe("the draw that explain reports", () => {
  const isAscending = (ids: Int32Array) => ids.every((id, i) => i === 0 || ids[i - 1] < id);

  test.each(dialects)("%s: uniform and the cumulative sums of the candidates give the id", (dialect) => {
    const options = { topK: 400, temperature: 1.5, xtcProbability: 0.3, xtcThreshold: 0.01 };
    const chain = presetChain(dialect, { ...options, frequencyPenalty: dialect === "lecture" ? 1.2 : 0.2 });
    const counts = new Set<number>();
    for (let seed = 0; seed < 30; seed++) {
      const { id, uniform = 1, candidates } = createSampler(chain, { seed }).explain(logits, { history: [5, 7] });
      let sum = 0;
      const sums = probabilities(candidates).map((probability) => (sum += probability));
      expect([sum, isAscending(candidates.ids)]).toEqual([expect.closeTo(1, 12), true]);
      expect(candidates.ids[sums.findIndex((cumulative) => cumulative > uniform)]).toBe(id);
      counts.add(id);
    }
    expect(counts.size).toBeGreaterThan(10);
  });

  test("[0.5, 0.3, 0.2] cumulates to 0.5, 0.8, 1", () => {
    const shares = Float32Array.from([0.5, 0.3, 0.2], Math.log);
    const { generator } = createSampler([], { seed: 1 });
    const sample = createSampler([], { seed: 1 });
    for (let i = 0; i < 20; i++) {
      const { id, uniform = 1 } = sample.explain(shares, { history: [] });
      expect(uniform).toBe(nextUniform(generator));
      expect(id).toBe(uniform < 0.5 ? 0 : uniform < 0.8 ? 1 : 2);
    }
  });

  test("after greedy no number decides, whether it is alone or not", () => {
    for (const before of [[], [oneOfEach["repetition-penalty"]]]) {
      const sample = createSampler([...before, { type: "greedy" }], { seed: 1 });
      const { uniform, candidates, id } = sample.explain(logits, { history: [1] });
      expect(uniform).toBeUndefined();
      expect([...candidates.ids]).toEqual([id]);
    }
  });

  test("its candidates are those of the whole row, and stay so while the sampler goes on", () => {
    const row = normalRow(5000, 2, 6);
    const sample = createSampler([{ type: "temperature", temperature: 2 }], { seed: 1 });
    const { candidates } = sample.explain(row, { history: [] });
    for (let i = 0; i < 4; i++) sample(row.toReversed(), { history: [] });
    expect([...candidates.ids]).toEqual([...row.keys()]);
    expect([...candidates.logits]).toEqual([...row].map((logit) => logit / 2));
  });
});

describe("state and restore", () => {
  const few = Float32Array.from({ length: 12 }, (_, id) => 2 * logits[id]);
  const context = { history: [3, 1], promptLength: 1 };
  const draws = (sample: Sampler) => Array.from({ length: 8 }, () => sample(few, context));

  test.each(Object.values(oneOfEach))("a state that is restored gives the draws that followed it: $type", (step) => {
    const sample = createSampler([step], { seed: 9 });
    draws(sample);
    const state = sample.state();
    const copy = structuredClone(state);
    const drawn = draws(sample);
    expect(state).toEqual(copy);
    sample.explain(few, context);
    sample.restore(state);
    expect(draws(sample)).toEqual(drawn);
    sample.restore(JSON.parse(JSON.stringify(state)));
    expect(draws(sample)).toEqual(drawn);
    const other = createSampler([step], { seed: 1 });
    other.restore(copy);
    expect(draws(other)).toEqual(drawn);
    expect(state).toEqual(copy);
  });

  test.each(Object.values(oneOfEach))("to explain and restore does not change what is drawn: $type", (step) => {
    const [explained, plain] = [createSampler([step], { seed: 5 }), createSampler([step], { seed: 5 })];
    for (let i = 0; i < 12; i++) {
      const state = explained.state();
      const { id } = explained.explain(few, context);
      explained.restore(state);
      expect(explained(few, context)).toBe(id);
      expect(plain(few, context)).toBe(id);
      expect(explained.state()).toEqual(plain.state());
    }
  });

  test("a state has mu with mirostat alone, and begins it at 2 tau where it has none", () => {
    const [plain, mirostat] = [[], [oneOfEach.mirostat]].map((chain) => createSampler(chain, { seed: 3 }));
    expect(plain.state().mu).toBeUndefined();
    expect(mirostat.state().mu).toBe(2 * oneOfEach.mirostat.tau);
    draws(mirostat);
    const { generator, mu } = mirostat.state();
    expect(mu).not.toBe(2 * oneOfEach.mirostat.tau);
    plain.restore({ generator, mu });
    expect(plain.state()).toEqual({ generator, mu: undefined });
    mirostat.restore(plain.state());
    expect(mirostat.state()).toEqual({ generator, mu: 2 * oneOfEach.mirostat.tau });
  });

  test.each([
    [undefined, "undefined"],
    [{}, "{}"],
    [{ generator: [0, 0, 0, 0] }, '{"generator":[0,0,0,0]}'],
    [{ generator: [1, 2, 3] }, '{"generator":[1,2,3]}'],
    [{ generator: [1, 2, 3, -1] }, '{"generator":[1,2,3,-1]}'],
    [{ generator: [1, 2, 3, 4], mu: Number.NaN }, '{"generator":[1,2,3,4],"mu":null}'],
  ])("%j is no state: an error that changes nothing", (state, shown) => {
    const sample = createSampler([oneOfEach.mirostat], { seed: 3 });
    const before = sample.state();
    expect(() => sample.restore(state as never)).toThrow(`restore: need a state that state() returned, got ${shown}`);
    expect(sample.state()).toEqual(before);
  });
});

test.each(
  Object.values(oneOfEach).flatMap((step) => [undefined, createWorkspace()].map((workspace) => ({ step, workspace }))),
)("two samplers that take turns give what each gives alone, with a workspace each or one: $step.type", (pair) => {
  const { step, workspace } = pair;
  const [large, small] = [normalRow(5000, 2, 6), normalRow(4500, 1, 7)];
  const create = (workspace?: Workspace) => ({
    one: createSampler([step], { seed: 1, workspace }),
    other: createSampler([step], { seed: 2, workspace }),
  });
  const [alone, together] = [create(), create(workspace)];
  const context = { history: [0, 1] };
  const ones = Array.from({ length: 6 }, () => alone.one(large, context));
  const others = Array.from({ length: 6 }, () => alone.other(small, context));
  const turns = Array.from({ length: 6 }, () => [together.one(large, context), together.other(small, context)]);
  expect(turns).toEqual(ones.map((id, i) => [id, others[i]]));
});

test("a distribution that a caller has received does not change while this sampler and others continue", () => {
  const rows = [normalRow(5000, 2, 6), normalRow(5000, 2, 7)];
  const [one, other] = [createSampler([], { seed: 1 }), createSampler([{ type: "min-p", p: 0.1 }], { seed: 2 })];
  const held = one.distribution(rows[0], { history: [] });
  const copy = { ids: held.ids.slice(), logits: held.logits.slice() };
  for (let i = 0; i < 8; i++) {
    one(rows[i % 2], { history: [] });
    other(rows[i % 2], { history: [] });
  }
  expect(held).toEqual(copy);
});

test.each(Object.values(oneOfEach))("what explain returned does not change while others explain: $type", (step) => {
  const workspace = createWorkspace();
  const explain = (seed: number, row: Float32Array, chain: readonly StepSpec[]) =>
    createSampler(chain, { seed, workspace }).explain(row, { history: [0, 1] }, 2);
  const [one, other] = [normalRow(5000, 2, 6), normalRow(5000, 2, 7)];
  const held = explain(1, one, [step]);
  const copy = structuredClone(held);
  for (let i = 0; i < 4; i++) explain(2, other, [step]);
  expect(held).toEqual(copy);
  expect(explain(1, one, [step])).toEqual(held); // on used memory as on fresh
});

test("a promptLength beyond the history is refused", () => {
  const sample = createSampler([], { seed: 0 });
  expect(() => sample(logits, { history: [1], promptLength: 2 })).toThrow(
    "promptLength: must be a whole number from 0 to the history's length 1, got 2",
  );
});
