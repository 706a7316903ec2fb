/** GPT-2 124M against values that others have published: greedy continuations, loss, perplexity; a row for each. */
import { argmax, type Engine, Tensor } from "@tsgpt/tensor";
import { generate } from "../../src/generate.ts";
import type { Model } from "../../src/model.ts";
import { loadModel } from "../../src/node/index.ts";
import { crossEntropy } from "../../src/pass/loss.ts";

/** A value and who published it; published.json holds them. */
export type Published = { readonly name: string; readonly source: string } & (
  | {
      readonly kind: "greedy";
      readonly prompt: string | readonly number[];
      readonly newTokens: number;
      /** What follows the prompt: ids where that is ids, text where it is text. */
      readonly expected: string | readonly number[];
    }
  | {
      /** Of each token of the text given those before it, the first left out. */
      readonly kind: "loss" | "perplexity";
      readonly text: string;
      readonly expected: number;
      readonly tolerance: number;
    }
  | { readonly kind: "skipped"; readonly why: string }
);

export interface Row {
  readonly name: string;
  readonly verdict: "pass" | "FAIL" | "skipped";
  readonly expected?: string;
  readonly got?: string;
  /** Why it was skipped. */
  readonly why?: string;
}

/** A row for each value, as each is known; all skipped where there is no folder. @throws what loading throws */
export async function* conformance(
  published: readonly Published[],
  folder: string | undefined,
  engine: Engine,
): AsyncGenerator<Row, void, void> {
  const model = folder === undefined ? undefined : await loadModel(folder, { engine });
  for (const value of published) yield await row(value, model);
}

async function row(value: Published, model: Model | undefined): Promise<Row> {
  const skip = (why: string): Row => ({ name: value.name, verdict: "skipped", why });
  if (value.kind === "skipped") return skip(value.why);
  if (!model) return skip("no folder with GPT-2's weights was given");
  const isOfText = value.kind !== "greedy" || typeof value.prompt === "string";
  if (isOfText && !model.tokenizer) return skip("the folder has no tokenizer");
  try {
    const { passes, got } = await measure(value, model);
    return { name: value.name, verdict: passes ? "pass" : "FAIL", expected: JSON.stringify(value.expected), got };
  } catch (error) {
    return { name: value.name, verdict: "FAIL", expected: JSON.stringify(value.expected), got: String(error) };
  }
}

async function measure(
  value: Exclude<Published, { kind: "skipped" }>,
  model: Model,
): Promise<{ passes: boolean; got: string }> {
  if (value.kind === "greedy") {
    const got = JSON.stringify(await greedy(model, value.prompt, value.newTokens));
    return { passes: got === JSON.stringify(value.expected), got };
  }
  const { mean } = crossEntropy(model, model.tokenizer?.encode(value.text) ?? []);
  const got = value.kind === "loss" ? mean : Math.exp(mean);
  return { passes: Math.abs(got - value.expected) <= value.tolerance, got: String(got) };
}

async function greedy(model: Model, prompt: string | readonly number[], maxTokens: number): Promise<string | number[]> {
  const ids: number[] = [];
  const sample = (logits: Float32Array) => argmax(new Tensor(logits, [logits.length]));
  for await (const { id } of generate(model, prompt, { sample, maxTokens, ignoreEos: true })) ids.push(id);
  return typeof prompt === "string" ? (model.tokenizer?.decode(ids) ?? "") : ids;
}

/** A row as lines of a table. */
export function formatRow({ name, verdict, expected, got, why }: Row): string {
  if (why !== undefined) return `${verdict.padEnd(7)}  ${name}: ${why}`;
  return `${verdict.padEnd(7)}  ${name}\n         expected ${expected}\n         got      ${got}`;
}
