/** Totals of one or several scored texts: loss, perplexity, bits per token and bits per byte. */
import type { Tokenizer } from "@tsgpt/gpt";
import { isScored, type TokenScores } from "./token-scores.ts";
import { type Window, windowsOf } from "./windows.ts";

/** Loss, perplexity and bits of a whole text. */
export interface Totals {
  /** Number of tokens with a score. */
  readonly scored: number;
  /** Mean of -ln p, in nats per token; null if no token has a score. */
  readonly loss: number | null;
  /** exp(loss) */
  readonly perplexity: number | null;
  /** loss / ln 2 */
  readonly bitsPerToken: number | null;
  /** Bits of the scored tokens divided by their UTF-8 bytes; null without a tokenizer. */
  readonly bitsPerByte: number | null;
}

/** The totals of one or several texts together; every token has the same weight. */
export function totalsOf(texts: readonly TokenScores[], tokenizer?: Tokenizer): Totals {
  let [scored, nats, bytes] = [0, 0, 0];
  for (const scores of texts) {
    for (let i = 0; i < scores.ids.length; i++) {
      if (!isScored(scores, i)) continue;
      scored++;
      nats -= scores.logprob[i] as number;
      bytes += byteLength(tokenizer, scores.ids[i] as number);
    }
  }
  if (scored === 0) return { scored, loss: null, perplexity: null, bitsPerToken: null, bitsPerByte: null };
  const loss = nats / scored;
  const bitsPerByte = bytes > 0 ? nats / Math.LN2 / bytes : null;
  return { scored, loss, perplexity: Math.exp(loss), bitsPerToken: loss / Math.LN2, bitsPerByte };
}

/** Bytes of a token; 0 for ids outside the tokenizer's vocabulary, which padded models have. */
function byteLength(tokenizer: Tokenizer | undefined, id: number): number {
  return tokenizer?.tokenBytes(id)?.length ?? 0;
}

/** The perplexity of the tokens so far, with its standard error. */
export interface RunningPerplexity {
  readonly perplexity: number;
  /** perplexity * sqrt((mean of nll^2 - (mean of nll)^2) / (n - 1)), as llama.cpp prints it; null for one token. */
  readonly error: number | null;
}

/**
 * The perplexity after each of llama.cpp's chunks; the last is that of the whole text. @see llama.cpp,
 * tools/perplexity/perplexity.cpp
 */
export function runningPerplexities(scores: TokenScores, nPositions: number): RunningPerplexity[] {
  const added = scores.bos === undefined ? 0 : 1;
  const windows: Window[] = windowsOf(scores.ids.length + added, nPositions, { name: "llama.cpp" });
  let [count, sum, squares] = [0, 0, 0];
  return windows.map(({ from, end }) => {
    for (let i = from - added; i < end - added; i++) {
      const nll = -(scores.logprob[i] as number);
      count++;
      sum += nll;
      squares += nll * nll;
    }
    const mean = sum / count;
    const variance = Math.max(0, squares / count - mean * mean);
    const perplexity = Math.exp(mean);
    return { perplexity, error: count > 1 ? perplexity * Math.sqrt(variance / (count - 1)) : null };
  });
}
