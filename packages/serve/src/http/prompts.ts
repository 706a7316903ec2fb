/** The prompts of a request as token ids. */
import { eosTokenIds, type Model, type Tokenizer, yieldToEventLoop } from "@tsgpt/gpt";
import { badRequest } from "./api-error.ts";
import type { PromptValue } from "./completion-fields.ts";
import { checkTextLength } from "./text-limit.ts";

/** A prompt, as it is continued. */
export interface Prompt {
  readonly ids: readonly number[];
  /** The ids that echo shows: none for an empty text, which begins with the model's own token. */
  readonly shown: readonly number[];
}

/** A model that has a tokenizer. */
export type TextModel = Model & { readonly tokenizer: Tokenizer };

/**
 * Reads the prompts of a model. It knows the longest token, so that a text that cannot fit is refused before it is
 * tokenized.
 */
export function promptReader(model: TextModel): (value: PromptValue) => Promise<Prompt[]> {
  const { tokenizer, config } = model;
  const longest = longestToken(tokenizer);
  const read = async (text: string): Promise<Prompt> => {
    if (text === "") return { ids: [startOf(model)], shown: [] };
    const least = Math.ceil(Buffer.byteLength(text) / longest);
    if (least > config.nPositions) throw tooLong(`at least ${least}`, config.nPositions);
    checkTextLength(text, "prompt");
    return checked(model, tokenizer.encode(text));
  };
  return async (value) => {
    const prompts: Prompt[] = [];
    for (const each of listOf(value)) {
      if (prompts.length > 0) await yieldToEventLoop(); // streams go on between two texts
      prompts.push(typeof each === "string" ? await read(each) : checked(model, each));
    }
    return prompts;
  };
}

/** The prompts of a value, which may be a single one. */
function listOf(value: PromptValue): readonly (string | readonly number[])[] {
  if (typeof value === "string") return [value];
  return typeof value[0] === "number" ? [value as readonly number[]] : (value as readonly string[]);
}

/** Bytes of the longest token, of which a prompt of n bytes has at least n / longest. */
function longestToken({ tokenBytes, vocabSize }: Tokenizer): number {
  let longest = 1;
  for (let id = 0; id < vocabSize; id++) longest = Math.max(longest, tokenBytes(id)?.length ?? 0);
  return longest;
}

function checked({ config }: Model, ids: readonly number[]): Prompt {
  const { nPositions, vocabSize } = config;
  if (ids.length > nPositions) throw tooLong(String(ids.length), nPositions);
  const unknown = ids.find((id) => id >= vocabSize);
  if (unknown === undefined) return { ids, shown: ids };
  throw badRequest(
    `"prompt" has the token id ${unknown}; ids go from 0 to ${vocabSize - 1}`,
    "prompt",
    "invalid_value",
  );
}

function tooLong(count: string, limit: number) {
  const message = `"prompt" has ${count} tokens; the model takes ${limit}; shorten it`;
  return badRequest(message, "prompt", "context_length_exceeded");
}

function startOf({ config, name }: Model): number {
  const start = config.bosTokenId ?? eosTokenIds(config)[0];
  if (start !== undefined) return start;
  throw badRequest(`"prompt" is empty and model "${name}" has no bos or eos token to start from`, "prompt");
}
