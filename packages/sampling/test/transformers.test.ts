/**
 * Every processor of transformers 5.18, and the chains that its generate assembles of them, on rows that both languages make by
 * one formula (tools/reference/make_sampling_fixtures.py): the same tokens are left, with the same probabilities, in every
 * row.
 */
import {
  applyChain,
  type ChainOptions,
  type ChainSpec,
  presetChain,
  SamplingError,
  type StepSpec,
} from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { FULL, sample } from "../../../test/setup/sample.ts";
import { readBytes } from "./fixture-files.ts";
import { type Digest, digestOf, type Kind, referenceHistory, referenceRow } from "./reference-rows.ts";

const TOLERANCE = 1e-8; // of a probability: the fixtures hold eight decimals
const [LENGTH, PROMPT] = [12, 5];

interface Case {
  readonly name: string;
  readonly chain: ChainSpec;
  readonly logits: Float32Array;
  readonly history: readonly number[];
  readonly promptLength: number;
  readonly expected: Digest;
}

interface StepGroup {
  readonly step: StepSpec;
  readonly size: number;
  readonly results: Record<Kind, Digest[]>;
}

interface ChainGroup {
  readonly options: ChainOptions;
  readonly size: number;
  readonly seed: number;
  readonly length: number;
  readonly prompt: number;
  readonly results: Record<Kind, Digest>;
}

const read = async (name: string) =>
  JSON.parse(new TextDecoder().decode(await readBytes(`packages/sampling/test/fixtures/${name}.json`))).groups;
const stepGroups: StepGroup[] = await read("steps");
const chainGroups: ChainGroup[] = await read("chains");
const rows = new Map<string, Float32Array>();

function rowOf(kind: Kind, size: number, seed: number): Float32Array {
  const key = `${kind} ${size} ${seed}`;
  const row = rows.get(key) ?? referenceRow(kind, size, seed);
  rows.set(key, row);
  return row;
}

function* casesOfStep({ step, size, results }: StepGroup): Generator<Case> {
  for (const [kind, digests] of Object.entries(results) as [Kind, Digest[]][]) {
    for (const [seed, expected] of digests.entries()) {
      const name = `${JSON.stringify(step)}, ${kind} row ${seed} of ${size}`;
      const history = referenceHistory(seed, LENGTH, size);
      yield { name, chain: [step], logits: rowOf(kind, size, seed), history, promptLength: PROMPT, expected };
    }
  }
}

function* casesOfChain({ options, size, seed, length, prompt, results }: ChainGroup): Generator<Case> {
  const chain = presetChain("hf", options);
  for (const [kind, expected] of Object.entries(results) as [Kind, Digest][]) {
    const name = `${JSON.stringify(options)}, ${kind} row ${seed} of ${size}`;
    const history = referenceHistory(seed, length, size);
    yield { name, chain, logits: rowOf(kind, size, seed), history, promptLength: prompt, expected };
  }
}

function resultOf(chain: ChainSpec, { logits, history, promptLength, expected }: Case): Digest {
  try {
    return digestOf(
      applyChain(chain, logits, { history, promptLength }, { limit: 0 }).candidates,
      expected[1] === null,
    );
  } catch (error) {
    if (error instanceof SamplingError && error.message.includes("no token is left")) return [0];
    throw error;
  }
}

/** Why two digests are not the same, or "". */
function difference(found: Digest, expected: Digest): string {
  const same =
    found.length === expected.length &&
    found[0] === expected[0] &&
    found[1] === expected[1] &&
    found.slice(2).every((value, i) => Math.abs((value as number) - (expected[i + 2] as number)) <= TOLERANCE);
  return same ? "" : `${JSON.stringify(found)} is not ${JSON.stringify(expected)}`;
}

/** Compares the cases: how many, and what differs. */
function compare(cases: Iterable<Case>) {
  const result = { compared: 0, wrong: [] as string[] };
  for (const each of cases) {
    result.compared++;
    const why = difference(resultOf(each.chain, each), each.expected);
    if (why !== "") result.wrong.push(`${each.name}: ${why}`);
  }
  return result;
}

const types = [...new Set(stepGroups.map(({ step }) => step.type))];

test.each(types)("%s leaves what transformers leaves", (type) => {
  const groups = stepGroups.filter(({ step }) => step.type === type);
  const { compared, wrong } = compare(
    sample(
      groups.flatMap((group) => [...casesOfStep(group)]),
      31,
    ),
  );
  expect(wrong).toEqual([]);
  expect(compared).toBeGreaterThan(30);
});

test("the hf preset is the list that transformers assembles, over random options", () => {
  const { compared, wrong } = compare(sample(chainGroups, 100).flatMap((group) => [...casesOfChain(group)]));
  expect(wrong).toEqual([]);
  expect(compared).toBeGreaterThan(FULL ? 1500 : 100);
});
