/** What a model writes while it learns: a text that begins where a document does. */
import { eosTokenIds, type Model } from "@tsgpt/gpt";
import { generate } from "../library/generate.ts";

const LENGTH = 60; // tokens

/** A sample from the model, by the sampling of `tsgpt generate` without options; undefined without a tokenizer. */
export async function sampleText(model: Model, seed: number, signal: AbortSignal): Promise<string | undefined> {
  const { tokenizer, config } = model;
  if (!tokenizer || config.nPositions < 2) return undefined;
  const prompt = [eosTokenIds(config)[0] ?? (tokenizer.encode("\n")[0] as number)];
  const maxTokens = Math.min(LENGTH, config.nPositions - 1);
  return (await generate(model, prompt, { maxTokens, seed, signal })).text;
}
