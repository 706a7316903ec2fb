/** /tokenize and /detokenize: a text as token ids, and back. */
import { yieldToEventLoop } from "@tsgpt/gpt";
import { badRequest } from "./api-error.ts";
import { described, integer, list, readFields, string } from "./field.ts";
import type { TextModel } from "./prompts.ts";
import { checkTextLength } from "./text-limit.ts";
import { tokenName } from "./token-records.ts";

export const TOKENIZE_FIELDS = { text: described(string, "The text.") } as const;

const MOST_IDS = 2 ** 17;
/** Between them streams go on. */
const TOKENS_PER_TURN = 4096;

export const DETOKENIZE_FIELDS = {
  ids: described(list(integer(0), "token ids", { most: MOST_IDS }), "The token ids."),
} as const;

/** The ids of a text, and the text of each token. @throws ApiError for a body that breaks a rule */
export async function tokenize({ tokenizer }: TextModel, body: unknown) {
  const { text = "" } = readFields(body, TOKENIZE_FIELDS, { required: ["text"] });
  checkTextLength(text, "text");
  const ids = tokenizer.encode(text);
  const tokens: string[] = [];
  for (const [i, id] of ids.entries()) {
    if (i % TOKENS_PER_TURN === TOKENS_PER_TURN - 1) await yieldToEventLoop();
    tokens.push(tokenName(tokenizer, id));
  }
  return { ids, tokens, count: ids.length };
}

/** The text of ids. @throws ApiError for a body that breaks a rule, or an unknown id */
export async function detokenize({ tokenizer }: TextModel, body: unknown) {
  const { ids = [] } = readFields(body, DETOKENIZE_FIELDS, { required: ["ids"] });
  const unknown = ids.find((id) => tokenizer.tokenBytes(id) === undefined);
  if (unknown !== undefined) throw badRequest(`"ids" has ${unknown}, which no token has`, "ids");
  const decoder = tokenizer.streamingDecoder();
  let text = "";
  for (const [i, id] of ids.entries()) {
    if (i % TOKENS_PER_TURN === TOKENS_PER_TURN - 1) await yieldToEventLoop();
    text += decoder.push(id);
  }
  return { text: text + decoder.end() };
}
