/**
 * Which of tied tokens are kept, on thousands of rows of two to five distinct values. transformers 5.18: the ids that its processors
 * keep, recorded (tools/reference/make_sampling_fixtures.py). llama.cpp: its loops over a descending order (llama-sampler.cpp), with
 * a stable sort where its own is not, so that of tied tokens the lower ids come first.
 */
import { applyChain, type Candidates, candidatesOf, entropy, presetChain, type StepSpec, topP } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { readBytes } from "./fixture-files.ts";
import { referenceRow } from "./reference-rows.ts";
import { row, sorted } from "./rows.ts";

const file = await readBytes("packages/sampling/test/fixtures/ties.json");

interface TieGroup {
  readonly step: StepSpec;
  readonly size: number;
  readonly kept: string;
}

/** V equal tokens: how many more than k transformers keeps at top-p k / V, where that is not k. */
interface EqualGroup {
  readonly equal: number;
  readonly more: string;
}

const { groups }: { groups: (TieGroup | EqualGroup)[] } = JSON.parse(new TextDecoder().decode(file));

const left = (step: StepSpec, logits: Float32Array) =>
  Array.from(applyChain([step], logits, { history: [0] }, { limit: 0, uniform: () => 0 }).candidates.ids);

test("transformers' processors keep the same tokens", () => {
  let rows = 0;
  const wrong: string[] = [];
  for (const { step, size, kept } of groups.filter((group) => "step" in group)) {
    for (const [seed, mask] of kept.split(" ").entries()) {
      const found = left(step, referenceRow("few", size, seed)).reduce((sum, id) => sum + 2 ** id, 0);
      if (found !== Number.parseInt(mask, 16)) wrong.push(`${JSON.stringify(step)}, row ${seed} of ${size}`);
      rows++;
    }
  }
  expect(wrong).toEqual([]);
  expect(rows).toBe(8160);
});

test("top-p 0.75 of [3, 1, 1, 1, 1, 0] keeps three: in transformers 0, 3 and 4, elsewhere 0, 1 and 2", () => {
  const logits = row(3, 1, 1, 1, 1, 0);
  expect(Array.from(topP(logits, { p: 0.75, boundary: "hf" }).ids)).toEqual([0, 3, 4]); // TopPLogitsWarper
  expect(Array.from(topP(logits, { p: 0.75, boundary: "llama.cpp" }).ids)).toEqual([0, 1, 2]);
});

test.each([
  ["hf", [0, 3, 4]],
  ["llama.cpp", [0, 1, 2]],
  ["lecture", [0, 1, 2]],
  ["openai", [0, 3, 4]], // vLLM's apply_top_k_top_p_pytorch masks the ascending order while its sum is at most 1 - p
] as const)("the dialect %s keeps %s of them", (dialect, ids) => {
  const [step] = presetChain(dialect, { topP: 0.75 }, { defaults: false }) as [StepSpec];
  expect(left(step, Float32Array.of(3, 1, 1, 1, 1, 0))).toEqual(ids);
});

test("the dialect openai keeps all that tie with the k-th: vLLM masks what is below it", () => {
  const [step] = presetChain("openai", { topK: 2 }) as [StepSpec];
  expect(left(step, Float32Array.of(3, 1, 1, 1, 1, 0))).toEqual([0, 1, 2, 3, 4]);
});

// k 2 of [1, 3, 1, 1, 1] cuts among four; a mass of 0.5 of five equal tokens is exceeded by the third, and under hf all five tie.
test.each([
  ["hf", [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]],
  ["llama.cpp", [0, 1], [0, 1, 2]],
  ["lecture", [0, 1], [0, 1, 2]],
  ["openai", [0, 1, 2, 3, 4], [0, 1, 2]],
] as const)("the dialect %s at ties: top-k keeps %s, typical %s", (dialect, byK, byMass) => {
  const [topK] = presetChain(dialect, { topK: 2 }, { defaults: false }) as [StepSpec];
  expect(left(topK, Float32Array.of(1, 3, 1, 1, 1))).toEqual(byK);
  const [typical] = presetChain(dialect, { typical: 0.5 }, { defaults: false }) as [StepSpec];
  expect(left(typical, new Float32Array(5))).toEqual(byMass);
});

type Order = { id: number; probability: number }[];

/** Tokens are taken until the mass ends it; the one that does is the last. */
function until(order: Order, ends: (mass: number) => boolean): Order {
  let mass = 0;
  const last = order.findIndex(({ probability }) => {
    mass += probability;
    return ends(mass);
  });
  return last < 0 ? order : order.slice(0, last + 1);
}

const LLAMA: { readonly step: StepSpec; readonly keep: (order: Order, candidates: Candidates) => Order }[] = [
  ...[1, 2, 3, 12].map((k) => ({ step: { type: "top-k", k } as const, keep: (order: Order) => order.slice(0, k) })),
  ...[0.051, 0.26, 0.51, 0.76, 0.91].map((p) => ({
    step: { type: "top-p", p } as const,
    keep: (order: Order) => until(order, (mass) => mass >= p),
  })),
  ...[0.051, 0.26, 0.51, 0.76, 0.91].map((mass) => ({
    step: { type: "typical", mass, boundary: "llama.cpp" } as const,
    keep: (order: Order, candidates: Candidates) => until(byTypicality(order, candidates), (sum) => sum > mass),
  })),
  ...[0.05, 0.1, 0.3].map((threshold) => ({
    step: { type: "xtc", probability: 1, threshold } as const,
    keep: (order: Order) => order.slice(Math.max(0, order.filter((each) => each.probability >= threshold).length - 1)),
  })),
  ...[0.1, 0.3, 1].map((p) => ({
    step: { type: "min-p", p } as const,
    keep: (order: Order) => order.filter((each) => each.probability >= p * order[0].probability),
  })),
  ...[1, 2, 4].map((tau) => ({
    step: { type: "mirostat", tau: tau / 2, eta: 0.1 } as const, // mu is 2 tau at the start
    keep: (order: Order) => order.filter((each, i) => i === 0 || -Math.log2(each.probability) <= tau),
  })),
];

/** Nearest to the entropy first; rounding aside, equal logits alone are equally near. */
function byTypicality(order: Order, candidates: Candidates): Order {
  const distance = ({ probability }: Order[number]) => Math.abs(-Math.log(probability) - entropy(candidates));
  return order.toSorted((a, b) => {
    const nearer = distance(a) - distance(b);
    return Math.abs(nearer) > 1e-9 ? nearer : 0;
  });
}

test.each(LLAMA)("llama.cpp's loop keeps what $step keeps", ({ step, keep }) => {
  for (let seed = 0; seed < 200; seed++) {
    const logits = referenceRow("few", [6, 24][seed % 2], seed);
    const candidates = candidatesOf(logits);
    const expected = keep(sorted(candidates), candidates).map(({ id }) => id);
    expect(left(step, logits), `row ${seed}`).toEqual(expected.sort((a, b) => a - b));
  }
});

test("of V equal tokens top-p k/V keeps as many as in transformers, whose float32 meets the limit or misses it", () => {
  let rows = 0;
  const wrong: string[] = [];
  for (const { equal, more } of groups.filter((group) => "equal" in group)) {
    const others = new Map(more.split(" ").map((pair) => pair.split(":").map(Number) as [number, number]));
    for (let k = 1; k < equal; k++, rows++) {
      const kept = left({ type: "top-p", p: k / equal, boundary: "hf" }, new Float32Array(equal));
      const expected = k + (others.get(k) ?? 0);
      if (kept.length !== expected || kept[0] !== equal - expected) wrong.push(`${k} of ${equal}: ${kept.length}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(rows).toBe(6448);
});

test.each([
  [5, 0.4, 2, 2],
  [40, 0.05, 2, 2],
  [40, 0.6, 24, 24],
  [40, 0.9, 36, 36],
  [1000, 0.5, 500, 500],
])("of %i equal tokens top-p %d keeps %i in transformers", (size, p, inHf, elsewhere) => {
  const equal = new Float32Array(size);
  expect(left({ type: "top-p", p, boundary: "hf" }, equal)).toHaveLength(inHf);
  expect(left({ type: "top-p", p }, equal)).toHaveLength(elsewhere);
});

test("over 50,257 tokens, 400 of them tied where top-p ends, the higher ids are kept", () => {
  const logits = new Float32Array(50_257).fill(-30);
  for (let id = 1000; id < 1400; id++) logits[id * 30] = 2;
  const kept = topP(candidatesOf(logits), { p: 0.3, boundary: "hf" });
  const count = 120; // TopPLogitsWarper's, in float32; the mass of the others is 1e-12
  expect(Array.from(kept.ids)).toEqual(Array.from({ length: count }, (_, i) => 30 * (1400 - count + i)));
});
