import { applyChain, candidatesOf, probabilities, SamplingError, type StepSpec } from "@tsgpt/sampling";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { stepOf, validateChain } from "../src/spec.ts";
import { lecturePenalties } from "../src/steps/lecture-penalties.ts";
import { createWorkspace } from "../src/workspace.ts";
import { anyChain, oneOfEach } from "./any-chain.ts";
import { anyRow, row, said } from "./rows.ts";

const RUNS = FULL ? 3000 : 300; // random chains

const anyCase = anyRow.chain((logits) =>
  fc.record({
    logits: fc.constant(logits),
    chain: anyChain(logits.length),
    history: fc.array(fc.nat(logits.length - 1), { maxLength: 12 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    uniform: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  }),
);

test("any chain leaves ascending ids whose finite logits make probabilities that sum to 1, or a constraint says it left none", () => {
  let threw = 0;
  fc.assert(
    fc.property(anyCase, ({ logits, chain, history, share, uniform }) => {
      const context = { history, promptLength: Math.floor(share * history.length) };
      let result: ReturnType<typeof applyChain>;
      try {
        result = applyChain(chain, logits, context, { uniform: () => uniform });
      } catch (error) {
        threw++;
        const { message } = error as SamplingError;
        expect(error).toBeInstanceOf(SamplingError);
        expect(message).toMatch(/^(allowed-tokens|banned-words|min-length|no-repeat-ngram): no token is left, /);
        expect(chain.map(({ type }) => type as string)).toContain(message.split(":")[0]);
        return;
      }
      const { ids, logits: left } = result.candidates;
      expect(ids.length).toBeGreaterThan(0);
      expect(left).toHaveLength(ids.length);
      expect(left.every(Number.isFinite)).toBe(true);
      expect(ids.every((id, i) => id >= 0 && id < logits.length && (i === 0 || id > ids[i - 1]))).toBe(true);
      expect(probabilities(result.candidates).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      for (const { massRemoved, entropyBits } of result.steps) {
        expect(massRemoved).toBeGreaterThanOrEqual(0);
        expect(massRemoved).toBeLessThanOrEqual(1 + 1e-12);
        expect(entropyBits).toBeGreaterThanOrEqual(0);
        expect(entropyBits).toBeLessThanOrEqual(Math.log2(logits.length) + 1e-9);
      }
    }),
    { numRuns: RUNS },
  );
  expect(threw).toBeLessThan(RUNS / 2);
});

test("a step gives the same result again, and does not change its input", () => {
  fc.assert(
    fc.property(anyCase, ({ logits, chain, history, uniform }) => {
      const copy = logits.slice();
      const run = () => attempt(() => applyChain(chain, logits, { history }, { uniform: () => uniform }).candidates);
      expect(run()).toEqual(run());
      expect(logits).toEqual(copy);
    }),
    { numRuns: 300 },
  );
});

function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return (error as Error).message;
  }
}

/** Steps that depend on differences of logits only: not the repetition penalty, and the lecture's only if it shifts. */
const INVARIANT = (Object.keys(oneOfEach) as StepSpec["type"][]).filter(
  (type) => type !== "repetition-penalty" && type !== "lecture-penalties",
);

describe("adding a constant to all logits", () => {
  const integers = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 4, maxLength: 20 });

  test.each(INVARIANT)("changes nothing for %s", (type) => {
    fc.assert(
      fc.property(integers, fc.integer({ min: -20, max: 20 }), (values, constant) => {
        const result = (added: number) => {
          const logits = Float64Array.from(values, (z) => z + added);
          const context = { history: [0, 1, 0, 3], promptLength: 1 };
          return applyChain([oneOfEach[type]], logits, context, { uniform: () => 0.25 }).candidates;
        };
        const [plain, moved] = [result(0), result(constant)];
        expect(moved.ids).toEqual(plain.ids);
        const expected = probabilities(plain);
        probabilities(moved).forEach((p, i) => {
          expect(p).toBeCloseTo(expected[i], 12);
        });
      }),
    );
  });

  const penalized = (values: readonly number[]) =>
    probabilities(lecturePenalties(row(...values), { frequency: 1.5, presence: 1.5 }, said([0])));

  test("changes nothing for the lecture's penalties while the smallest logit is negative: the shift removes it", () => {
    fc.assert(
      fc.property(integers, fc.integer({ min: -20, max: 20 }), (values, constant) => {
        const moved = values.map((z) => z + constant);
        fc.pre(Math.min(...values) < 0 && Math.min(...moved) < 0);
        expect(penalized(moved)).toEqual(penalized(values));
      }),
    );
  });

  test("changes what the lecture's penalties do where none is negative: [1, 1] and [3, 3] with k [2, 1]", () => {
    expect(penalized([1, 1])[0]).toBeCloseTo(1 / (1 + Math.exp(0.5)), 12); // [0.5, 1]
    expect(penalized([3, 3])[0]).toBeCloseTo(1 / (1 + Math.exp(1.5)), 12); // [1.5, 3]
  });
});

describe.each(Object.values(oneOfEach))("$type", (step) => {
  test("refuses the parameter q", () => {
    const known = Object.keys(stepOf(step.type).parameters).join(", ") || "none";
    expect(() => validateChain([{ ...step, q: 1 }])).toThrow(
      `chain: step 1 (${step.type}) has no parameter "q"; its parameters: ${known}`,
    );
  });

  test("survives JSON, and gives the same in a chain as alone", () => {
    const chain = validateChain(JSON.parse(JSON.stringify([step])));
    const logits = Float32Array.of(1, -0.5, 0.25, 2);
    const context = said([0, 3, 0], { vocabularySize: 4, uniform: () => 0.25 });
    const { candidates } = applyChain(chain, logits, { history: [0, 3, 0] }, { uniform: () => 0.25 });
    expect(candidates).toEqual(stepOf(step.type).run(candidatesOf(logits), step, context, createWorkspace()));
  });
});
