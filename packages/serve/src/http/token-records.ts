/**
 * The logprobs of a choice in OpenAI's shape: for each token its text, its log-probability under the model, the most
 * probable tokens there, and where it begins in prompt and completion, in characters.
 */
import { logSumOfExp, type Tokenizer } from "@tsgpt/gpt";
import { candidatesOf, mostProbable } from "@tsgpt/sampling";

/** OpenAI's shape. The first token of a prompt has no log-probability. */
export interface Logprobs {
  readonly tokens: string[];
  readonly token_logprobs: (number | null)[];
  readonly top_logprobs: (Record<string, number> | null)[] | null;
  readonly text_offset: number[];
}

/** A token of a text, and the most probable tokens in its place. */
export interface TokenRecord {
  readonly id: number;
  /** ln p, in nats; null for the first token. */
  readonly logprob: number | null;
  /** By their texts; null for the first token. */
  readonly top: Record<string, number> | null;
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a token; of one that is only a part of a character, its bytes: `bytes:\xe2\x80`. */
export function tokenName({ tokenBytes, tokenText }: Tokenizer, id: number): string {
  const bytes = tokenBytes(id);
  if (!bytes) return "";
  try {
    return STRICT.decode(bytes);
  } catch {
    const hex = [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`);
    return tokenText(id) === "" ? "" : `bytes:${hex.join("")}`;
  }
}

/**
 * The record of a token, with the `count` most probable ones in its place, by the logits before it. [V]
 * @throws Error naming the position if the logits are not finite
 */
export function recordOf(
  tokenizer: Tokenizer,
  { id, logits, position }: { readonly id: number; readonly logits: Float32Array; readonly position: number },
  count: number,
): TokenRecord {
  const sum = logSumOfExp(logits, position, "logprobs");
  const logprobOf = (each: number) => (logits[each] as number) - sum;
  const best = count === 0 ? [] : mostProbable(candidatesOf(logits), count).map((share) => share.id);
  const top = [...best, id].map((each) => [tokenName(tokenizer, each), logprobOf(each)] as const);
  return { id, logprob: logprobOf(id), top: Object.fromEntries(top) };
}

/** Collects records in order; `take` gives those since the last time. */
export function logprobsWriter(tokenizer: Tokenizer, count: number) {
  const decoder = tokenizer.streamingDecoder();
  let offset = 0;
  const empty = (): Logprobs => ({
    tokens: [],
    token_logprobs: [],
    top_logprobs: count === 0 ? null : [],
    text_offset: [],
  });
  let pending = empty();
  const pass = (id: number) => {
    offset += [...decoder.push(id)].length;
  };
  return {
    /** A token that is not shown, such as the prompt's without echo. */
    skip: pass,
    add: ({ id, logprob, top }: TokenRecord) => {
      pending.tokens.push(tokenName(tokenizer, id));
      pending.token_logprobs.push(logprob);
      pending.top_logprobs?.push(top);
      pending.text_offset.push(offset);
      pass(id);
    },
    take: (): Logprobs => {
      const taken = pending;
      pending = empty();
      return taken;
    },
    isEmpty: () => pending.tokens.length === 0,
  };
}
