/** /tokenize and /detokenize: a text as token ids, and back. */
import { badRequest } from "./api-error.ts";
import { described, integer, list, readFields, string } from "./field.ts";
import type { TextModel } from "./prompts.ts";
import { tokenName } from "./token-records.ts";

export const TOKENIZE_FIELDS = { text: described(string, "The text.") } as const;

export const DETOKENIZE_FIELDS = { ids: described(list(integer(0), "token ids"), "The token ids.") } as const;

/** Streams wait while a text is tokenized: for 0.2 seconds at most. */
const MOST_TEXT_BYTES = 2 ** 17;

/** The ids of a text, and the text of each token. @throws ApiError for a body that breaks a rule */
export function tokenize({ tokenizer }: TextModel, body: unknown) {
  const { text = "" } = readFields(body, TOKENIZE_FIELDS, { required: ["text"] });
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_TEXT_BYTES) {
    throw badRequest(`"text" has ${bytes} bytes, at most ${MOST_TEXT_BYTES} are taken; send it in parts`, "text");
  }
  const ids = tokenizer.encode(text);
  return { ids, tokens: ids.map((id) => tokenName(tokenizer, id)), count: ids.length };
}

/** The text of ids. @throws ApiError for a body that breaks a rule, or an unknown id */
export function detokenize({ tokenizer }: TextModel, body: unknown) {
  const { ids = [] } = readFields(body, DETOKENIZE_FIELDS, { required: ["ids"] });
  const unknown = ids.find((id) => tokenizer.tokenBytes(id) === undefined);
  if (unknown !== undefined) throw badRequest(`"ids" has ${unknown}, which no token has`, "ids", "invalid_value");
  return { text: tokenizer.decode(ids) };
}
