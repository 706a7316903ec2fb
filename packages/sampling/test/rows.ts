/** Rows of logits for the tests. */
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { type Candidates, candidatesOf, probabilities } from "@tsgpt/sampling";
import fc from "fast-check";
import type { StepContext } from "../src/step.ts";

/** Candidates from plain numbers. */
export function row(...logits: number[]): Candidates {
  return candidatesOf(Float32Array.from(logits));
}

/** What a step sees after these ids, none of them a prompt's. */
export function said(history: readonly number[], changes: Partial<StepContext> = {}): StepContext {
  const uniform = () => {
    throw new Error("no step here acts by chance");
  };
  return { history, promptLength: 0, vocabularySize: 1000, uniform, mu: undefined, ...changes };
}

/** Rows of 1 to 40 logits, ties likely, some masked but never all. */
export const anyRow = fc
  .array(
    fc.oneof(fc.integer({ min: -6, max: 6 }), fc.float({ min: -30, max: 30, noNaN: true }), fc.constant(-Infinity)),
    {
      minLength: 1,
      maxLength: 40,
    },
  )
  .filter((logits) => logits.some(Number.isFinite))
  .map((logits) => Float32Array.from(logits));

/** `size` logits, roughly normal with this deviation (the sum of 12 uniform numbers, minus 6), the same every time. */
export function normalRow(size: number, deviation: number, seed: number): Float32Array {
  const generator = createGenerator(seed);
  return Float32Array.from({ length: size }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += nextUniform(generator);
    return deviation * sum;
  });
}

/** The candidates' ids and probabilities, sorted as a textbook would: the largest logit first, ties by the lower id. */
export function sorted({ ids, logits }: Candidates): { id: number; probability: number }[] {
  const shares = probabilities({ ids, logits });
  const places = Array.from(ids.keys()).sort((a, b) => logits[b] - logits[a] || a - b);
  return places.map((i) => ({ id: ids[i], probability: shares[i] }));
}
