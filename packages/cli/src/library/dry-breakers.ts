/** Where repetitions end for DRY if nothing else is said; the command and generate of the library share it. */
import type { Tokenizer } from "@tsgpt/gpt";

/** Those of llama.cpp: a line break, a colon, a quotation mark or an asterisk. */
const DRY_BREAKERS = ["\n", ":", '"', "*"];

/** The ids of the default breakers; none without a tokenizer. */
export function defaultBreakers(tokenizer: Tokenizer | undefined, vocabSize: number): number[] {
  return tokenizer ? tokensWith(DRY_BREAKERS, tokenizer, vocabSize) : [];
}

/** The ids of all tokens that contain one of the texts; a model's vocabulary may be padded with ids that have none. */
export function tokensWith(texts: readonly string[], tokenizer: Tokenizer, vocabSize: number): number[] {
  const ids: number[] = [];
  for (let id = 0; id < vocabSize; id++) {
    if (tokenizer.tokenBytes(id) === undefined) continue;
    const token = tokenizer.tokenText(id);
    if (texts.some((text) => token.includes(text))) ids.push(id);
  }
  return ids;
}
