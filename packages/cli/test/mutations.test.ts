/**
 * Mutated generation_config.json that transformers 5.18 takes too, recorded by number: under the hf dialect tiny-tied's greedy text is
 * generate's, and the first token is drawn from the same tokens. A sample; TSGPT_FULL=1 takes all, of which 2,000 are equal.
 */
import { readFileSync } from "node:fs";
import { forward, generate, parseConfigs } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { createSampler, probabilities } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { mutatedFile, mutation, type Recorded } from "../../gpt/test/fuzz/mutations.ts";
import { CliError } from "../src/cli-error.ts";
import { withModelDefaults } from "../src/generate/model-defaults.ts";
import type { LoadedModel } from "../src/model/load-model.ts";
import type { GenerationFlags } from "../src/options/generation.ts";
import { resolveChain } from "../src/options/resolve-chain.ts";
import { fixture } from "./process.ts";

/** For each prompt the greedy ids, which tokens may be drawn first (bit i is token i), and the largest probability. */
type Result = readonly (readonly [greedy: readonly number[], kept: string, largest: number])[];

const PROMPTS = [[1, 2, 3], [4]];
const SLOWEST = 300_000; // milliseconds, for all of them on a busy machine
const file = mutatedFile("generation_config.json");
const { indices, which, results }: Recorded<Result> = JSON.parse(
  readFileSync(`${fixture("mutations")}/generation_config.json`, "utf8"),
);
const tiny = await loadModel(fixture("tiny-tied"));
const config = { name: "config.json", text: readFileSync(`${fixture("tiny-tied")}/config.json`, "utf8") };

const chainOf = (model: LoadedModel, prompt: readonly number[], typed: Partial<GenerationFlags>) => {
  const flags = { dialect: "hf", cache: true, ...typed } as const;
  const { flags: filled, applied } = withModelDefaults(flags, model, "sample", prompt.length);
  const namesLength = applied.some((key) => key === "maxNewTokens" || key === "maxLength");
  const maxTokens = namesLength ? filled.maxTokens : 12;
  return { maxTokens, chain: resolveChain({ ...filled, maxTokens }, model, prompt.length, { defaults: true }) };
};

async function greedyIds(model: LoadedModel, prompt: readonly number[]): Promise<number[]> {
  const { maxTokens, chain } = chainOf(model, prompt, { greedy: true });
  const ids: number[] = [];
  for await (const { id } of generate(model, prompt, { sample: createSampler(chain, { seed: 1 }), maxTokens }))
    ids.push(id);
  return ids;
}

function firstDraw(model: LoadedModel, prompt: readonly number[]): [kept: string, largest: number] {
  const { chain } = chainOf(model, prompt, { seed: 1 });
  const logits = forward(model, prompt, { positions: "last" }).data;
  const left = createSampler(chain, { seed: 1 }).distribution(logits, { history: prompt, promptLength: prompt.length });
  const mask = [...left.ids].reduce((sum, id) => sum | (1n << BigInt(id)), 0n);
  return [`0x${mask.toString(16)}`, Math.max(...probabilities(left))];
}

async function resultOf(text: string): Promise<Result> {
  const model = { ...tiny, isDefault: false, ...parseConfigs(config, { name: "generation_config.json", text }) };
  return Promise.all(
    PROMPTS.map(async (prompt) => [await greedyIds(model, prompt), ...firstDraw(model, prompt)] as const),
  );
}

/** The probability to 1e-4: the model's float32 logits differ by their rounding. */
function isEqual(result: Result, expected: Result): boolean {
  const texts = (of: Result) => JSON.stringify(of.map(([ids, kept]) => [ids, kept]));
  const differences = result.map(([, , largest], i) => Math.abs(largest - (expected[i]?.[2] as number)));
  return texts(result) === texts(expected) && Math.max(...differences) < 1e-4;
}

/** What is announced as not applied is another text than generate's, and so it should be. */
const isAnnounced = (text: string) =>
  Object.keys(parseConfigs(config, { name: "g", text }).generation.unapplied).length > 0;

test("the greedy text and the first draw are those of generate()", { timeout: SLOWEST }, async () => {
  const [wrong, refused]: [string[], string[]] = [[], []];
  let equal = 0;
  for (const [i, index] of indices.entries()) {
    const text = mutation(file, index);
    if ((!FULL && i % 20 !== 0) || isAnnounced(text)) continue;
    const expected = results[which[i] as number] as Result;
    const result = await resultOf(text).catch((error: Error) => error);
    if (result instanceof CliError) refused.push(text);
    else if (!(result instanceof Error) && isEqual(result, expected)) equal++;
    else wrong.push(`${text}: ${JSON.stringify(result)}, generate() gives ${JSON.stringify(expected)}`);
  }
  expect(wrong).toEqual([]);
  expect(refused).toEqual(refused.filter((text) => text.includes('"top_p":0,'))); // the nucleus of no mass: transformers keeps one token
  expect(equal).toBeGreaterThanOrEqual(FULL ? 2000 : 90);
});
