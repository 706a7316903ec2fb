/** The texts that score and detect are about, as token ids. */
import { type Recipe, windowsOf } from "@tsgpt/analysis";
import { eosTokenIds, type Model } from "@tsgpt/gpt";
import { CliError, usageError } from "../cli-error.ts";
import { readStdin } from "../input/read-stdin.ts";
import { textArgument, typedText } from "../input/text-argument.ts";
import type { ScoringFlags } from "../options/scoring.ts";
import { errorMessage } from "../terminal/error-message.ts";

/** What was typed, before a model is there. */
export interface Input {
  /** What a report calls it: `story.txt`, `stdin`, `tokens`; typed, `text` or one of `text 1`, `text 2`. */
  readonly name: string;
  readonly content: string | readonly number[];
}

/** A text as the model reads it. */
export interface Text {
  readonly name: string;
  readonly ids: readonly number[];
}

/**
 * The texts: as typed, of files by @name, of standard input by `-` or where nothing is typed, or the ids of --tokens.
 * @throws CliError for ids together with a text, for one that cannot be read or is no UTF-8; the signal's AbortError
 */
export async function readInputs(
  typed: readonly string[],
  { tokens }: Pick<ScoringFlags, "tokens">,
  signal: AbortSignal,
): Promise<Input[]> {
  if (tokens !== undefined && typed.length > 0) throw usageError("give a text or --tokens, not both");
  if (tokens !== undefined) return [{ name: "tokens", content: tokens }];
  if (typed.length === 0) return [{ name: "stdin", content: await textArgument(undefined, signal) }];
  if (typed.filter((text) => text === "-").length > 1) throw usageError("- is standard input, which is read once only");
  const inputs: Input[] = [];
  for (const [i, text] of typed.entries()) {
    inputs.push(await readInput(text, typed.length === 1 ? "text" : `text ${i + 1}`, signal));
  }
  return inputs;
}

/** One text; `name` is what a report calls it if it was typed. */
export async function readInput(text: string, name: string, signal: AbortSignal): Promise<Input> {
  if (text === "-") return { name: "stdin", content: await readStdin(signal) };
  const isFile = text.startsWith("@") && !text.startsWith("@@");
  return { name: isFile ? text.slice(1) : name, content: await typedText(text) };
}

/** How texts are read. */
export interface Reading {
  readonly bos: number | undefined;
  readonly recipe: Recipe;
}

/**
 * The ids of a text. @throws CliError for one that is empty, without a tokenizer, of unknown ids, or too short or long
 * for its reading
 */
export function asText(
  { config, tokenizer, name: model }: Model,
  { name, content }: Input,
  { bos, recipe }: Reading,
): Text {
  const say = (what: string) => new CliError(`${name}: ${what}`, 1);
  if (typeof content === "string" && !tokenizer)
    throw say(`model ${JSON.stringify(model)} has no tokenizer; give --tokens`);
  const ids = typeof content === "string" ? (tokenizer?.encode(content) ?? []) : content;
  const unknown = ids.find((id) => id >= config.vocabSize);
  if (unknown !== undefined) throw say(`token id ${unknown} is out of range; ids go from 0 to ${config.vocabSize - 1}`);
  if (ids.length === 0) throw say("the text is empty; there is nothing to score");
  if (ids.length === 1 && bos === undefined)
    throw say("the text is one token, which has nothing before it; --bos puts the model's begin token there");
  try {
    windowsOf(ids.length + (bos === undefined ? 0 : 1), config.nPositions, recipe);
  } catch (error) {
    throw say(errorMessage(error as Error));
  }
  return { name, ids };
}

/** @throws CliError for a stride that the context does not have */
export function checkStride({ config: { nPositions } }: Model, recipe: Recipe): void {
  const stride = recipe.name === "transformers" ? (recipe.stride ?? 0) : 0;
  if (stride <= nPositions) return;
  throw usageError(`--stride must be at most ${nPositions}, the context of the model, got ${stride}`);
}

/** The token of --bos. @throws CliError for a model that has neither */
export function beginToken({ config, name }: Model, { bos }: Pick<ScoringFlags, "bos">): number | undefined {
  if (!bos) return undefined;
  const token = config.bosTokenId ?? eosTokenIds(config)[0];
  if (token !== undefined) return token;
  throw new CliError(
    `--bos: model ${JSON.stringify(name)} names no bos_token_id or eos_token_id in its config.json`,
    1,
  );
}
