/** The text of one token. */
import type { Tokenizer } from "@tsgpt/gpt";

/** Its text; undefined without a tokenizer, and for ids beyond it: a vocabulary may be padded. */
export function tokenText(tokenizer: Tokenizer | undefined, id: number): string | undefined {
  try {
    return tokenizer?.tokenText(id);
  } catch {
    return undefined;
  }
}
