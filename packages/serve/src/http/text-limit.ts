/** How long a text may be: nothing else is answered while one is tokenized. */
import { badRequest } from "./api-error.ts";

/** A single word of this length, the hard case of a tokenizer, takes about a tenth of a second. */
const MOST_BYTES = 2 ** 14;

/** @throws ApiError, which names the field, for a longer text */
export function checkTextLength(text: string, field: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MOST_BYTES) return;
  throw badRequest(`"${field}" has ${bytes} bytes, at most ${MOST_BYTES} are taken; send it in parts`, field);
}
