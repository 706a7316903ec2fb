/**
 * Each truncation's fast code against its specification, which sorts: the same tokens, with the same probabilities, on random rows
 * with many ties, for any parameters.
 */
import { type Candidates, candidatesOf, probabilities, type StepSpec } from "@tsgpt/sampling";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { stepOf } from "../src/spec.ts";
import type { StepContext } from "../src/step.ts";
import * as all from "../src/steps/all.ts";
import * as epsilon from "../src/steps/epsilon.ts";
import * as eta from "../src/steps/eta.ts";
import * as minP from "../src/steps/min-p.ts";
import * as mirostat from "../src/steps/mirostat.ts";
import * as topK from "../src/steps/top-k.ts";
import * as topNSigma from "../src/steps/top-n-sigma.ts";
import * as topP from "../src/steps/top-p.ts";
import * as typical from "../src/steps/typical.ts";
import * as xtc from "../src/steps/xtc.ts";
import { createWorkspace } from "../src/workspace.ts";
import { normalRow, said } from "./rows.ts";

const RUNS = FULL ? 20_000 : 400; // random rows for each truncation

const share = fc.double({ min: 1e-9, max: 1, noNaN: true });
const below1 = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const minKeep = fc.integer({ min: 1, max: 20 });
const boundary = fc.constantFrom("hf", "llama.cpp");

type Specification = (candidates: Candidates, step: never, context: StepContext) => Candidates;

/** The file of each truncation, and any parameters of it. */
const TRUNCATIONS: Readonly<Record<string, readonly [{ specification: Specification }, fc.Arbitrary<object>]>> = {
  "top-k": [topK, fc.record({ k: fc.nat(320), boundary })],
  "top-p": [topP, fc.record({ p: share, minKeep, boundary })],
  "min-p": [minP, fc.record({ p: fc.oneof(share, below1), minKeep })],
  typical: [typical, fc.record({ mass: share, minKeep, boundary })],
  epsilon: [epsilon, fc.record({ epsilon: fc.oneof(below1, fc.double({ min: 0, max: 0.01, noNaN: true })), minKeep })],
  eta: [eta, fc.record({ epsilon: fc.oneof(below1, fc.double({ min: 0, max: 0.01, noNaN: true })), minKeep })],
  "top-n-sigma": [topNSigma, fc.record({ n: fc.double({ min: 0, max: 4, noNaN: true }) })],
  xtc: [xtc, fc.record({ probability: share, threshold: fc.double({ min: 0, max: 0.6, noNaN: true }) })],
  mirostat: [mirostat, fc.record({ tau: fc.double({ min: 0.1, max: 9, noNaN: true }), eta: fc.constant(0.1) })],
};
const PARAMETERS = Object.entries(TRUNCATIONS).map(([type, [, parameters]]) => [type, parameters] as const);

/** Rows of a few distinct values, of all distinct ones, of equal ones; short, and longer than what is sorted in one go. */
const anyRow = fc
  .tuple(fc.constantFrom(1, 2, 5, 24, 300), fc.constantFrom(0, 1, 4, 64), fc.constantFrom(0.1, 1, 4), fc.nat(1e6))
  .map(([size, levels, deviation, seed]) =>
    normalRow(size, deviation, seed).map((z) => (levels === 0 ? 0.25 : Math.round(levels * z) / levels)),
  );

const truncations = Object.values(all).filter(({ kind }) => kind === "truncation");

/** What differs between the two ways. */
function difference(type: StepSpec["type"], candidates: Candidates, parameters: object, uniform: number) {
  const [{ specification }] = TRUNCATIONS[type]!;
  const context = said([], { uniform: () => uniform });
  const spec = { type, ...parameters } as StepSpec;
  const expected = specification(candidates, spec as never, context);
  const fast = stepOf(type).run(candidates, spec, context, workspace);
  const same = String(fast.ids) === String(expected.ids);
  const sameShares = String(probabilities(fast)) === String(probabilities(expected));
  return same && sameShares ? [] : [{ expected: expected.ids, fast: fast.ids }];
}

const workspace = createWorkspace(); // one for all, as in a sampler

test("a specification and parameters are here for every truncation", () => {
  expect(truncations.map(({ type }) => type).sort()).toEqual(Object.keys(TRUNCATIONS).sort());
});

test.each(PARAMETERS)("%s keeps what its specification keeps", (type, parameters) => {
  fc.assert(
    fc.property(anyRow, parameters, below1, (row, chosen, uniform) => {
      expect(difference(type as StepSpec["type"], candidatesOf(row), chosen, uniform)).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});

test.each(PARAMETERS)("%s does so over 50,257 logits, all distinct or with ties", (type, parameters) => {
  const rows = [normalRow(50_257, 3, 1), normalRow(50_257, 3, 2).map((z) => Math.round(16 * z) / 16)];
  for (const row of rows) {
    for (const chosen of fc.sample(parameters, { numRuns: FULL ? 5 : 1, seed: 4 })) {
      expect(difference(type as StepSpec["type"], candidatesOf(row), chosen, 0)).toEqual([]);
    }
  }
});
