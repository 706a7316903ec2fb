/** Reads the texts of score and detect as token ids. */
import { type Recipe, windowsOf } from "@tsgpt/analysis";
import { eosTokenIds, type Model } from "@tsgpt/gpt";
import { CliError, usageError } from "../cli-error.ts";
import { readStdin } from "../input/read-stdin.ts";
import { textArgument, typedText } from "../input/text-argument.ts";
import type { ScoringFlags } from "../options/scoring.ts";
import { errorMessage } from "../terminal/error-message.ts";

/** A text from the command line, before it is tokenized. */
export interface Input {
  /** Its name in reports: `story.txt`, `stdin`, `tokens`; for a text argument `text`, or `text 1`, `text 2`, ... */
  readonly name: string;
  readonly content: string | readonly number[];
}

/** A text as the model reads it. */
export interface Text {
  readonly name: string;
  readonly ids: readonly number[];
}

/**
 * The texts: arguments, files given as @file, standard input (`-` or no argument), or the ids of --tokens.
 * @throws CliError for both ids and a text, or a text that cannot be read or is not UTF-8; the signal's AbortError
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

/** Reads one text; `name` is its name in reports, unless it is a file or stdin. */
export async function readInput(text: string, name: string, signal: AbortSignal): Promise<Input> {
  if (text === "-") return { name: "stdin", content: await readStdin(signal) };
  const isFile = text.startsWith("@") && !text.startsWith("@@");
  return { name: isFile ? text.slice(1) : name, content: await typedText(text) };
}

/** How a text is read. */
export interface Reading {
  readonly bos: number | undefined;
  readonly recipe: Recipe;
}

/**
 * The ids of a text. @throws CliError for an empty text, a text without a tokenizer, unknown ids, or a length that the
 * recipe does not allow
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

/** @throws CliError for a stride above the context */
export function checkStride({ config: { nPositions } }: Model, recipe: Recipe): void {
  const stride = recipe.name === "transformers" ? (recipe.stride ?? 0) : 0;
  if (stride <= nPositions) return;
  throw usageError(`--stride must be at most ${nPositions}, the context of the model, got ${stride}`);
}

/** The token of --bos. @throws CliError for a model that has neither bos_token_id nor eos_token_id */
export function beginToken({ config, name }: Model, { bos }: Pick<ScoringFlags, "bos">): number | undefined {
  if (!bos) return undefined;
  const token = config.bosTokenId ?? eosTokenIds(config)[0];
  if (token !== undefined) return token;
  throw usageError(`--bos: model ${JSON.stringify(name)} names no bos_token_id or eos_token_id in its config.json`);
}
