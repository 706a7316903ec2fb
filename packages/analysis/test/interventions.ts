/** The fixtures of PyTorch in float64: packages/gpt/test/fixtures/interventions. */
import type { ActivationPart } from "@tsgpt/analysis";
import type { Model } from "@tsgpt/gpt";
import { createReferenceEngine, createSimdEngine, type Engine } from "@tsgpt/tensor";
import { expect } from "vitest";
import { loadFixture, readBytes } from "./fixture-files.ts";

export interface Case {
  readonly kind: "patch" | "zero" | "mean";
  readonly key: string;
  readonly part: ActivationPart;
  readonly source?: "OTHER" | "SHORT";
  readonly over?: "all" | "runs";
  /** Of the last position: all of tiny-untied, every 256th of fairytales-1. */
  readonly logits: readonly number[];
  /** The largest logit of fairytales-1. */
  readonly largest?: number;
}

export interface Interventions {
  readonly ids: readonly number[];
  readonly OTHER: readonly number[];
  readonly SHORT: readonly number[];
  readonly sweeps: Readonly<Record<"residPre" | "attnOut" | "mlpOut" | "z", readonly (readonly number[])[]>>;
  readonly scores: {
    readonly texts: readonly (readonly number[])[];
    readonly induction: readonly (readonly number[])[];
    readonly previousToken: readonly (readonly number[])[];
  };
  readonly cases: readonly Case[];
}

const folder = "packages/gpt/test/fixtures";

export async function interventionsOf(name: string): Promise<Interventions> {
  return JSON.parse(new TextDecoder().decode(await readBytes(`${folder}/interventions/${name}.json`)));
}

export const loadModel = (name: string, engine: Engine): Promise<Model> => loadFixture(`${folder}/${name}`, engine);

export const engines: readonly { readonly engineName: string; readonly create: () => Engine }[] = [
  { engineName: "reference", create: createReferenceEngine },
  { engineName: "simd", create: () => createSimdEngine({ threads: 1 }) },
];

/** Relative to the largest number of its kind: a logit near 0 is a difference of larger ones. */
const TOLERANCE = 1e-5;

export function expectNear(
  actual: readonly number[],
  expected: readonly number[],
  what: string,
  largest = Math.max(...expected.map(Math.abs)),
): void {
  expect(actual, what).toHaveLength(expected.length);
  const differences = actual.map((value, i) => Math.abs(value - (expected[i] as number)) / largest);
  const worst = differences.every((difference) => difference <= TOLERANCE) ? 0 : Math.max(...differences);
  expect(worst, what).toBeLessThanOrEqual(TOLERANCE);
}
