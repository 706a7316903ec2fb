/** One choice while it is generated: the text and the log-probabilities that can be shown, piece by piece. */
import type { GeneratedToken, Tokenizer } from "@tsgpt/gpt";
import type { EndReason } from "../scheduler/submission.ts";
import type { Prompt } from "./prompts.ts";
import { type Logprobs, logprobsWriter, recordOf } from "./token-records.ts";

/** A part of a choice. */
export interface Piece {
  readonly text: string;
  readonly logprobs: Logprobs | null;
}

export interface Choice {
  readonly prompt: Prompt;
  /** For the scheduler: the logits after a position of the prompt. */
  promptLogits(position: number, logits: Float32Array): void;
  token(token: GeneratedToken, logits: Float32Array): void;
  heldText(text: string): void;
  /** Whether `take` would give anything. */
  hasPiece(): boolean;
  /** What has come since the last time. */
  take(): Piece;
  /** Tokens generated so far. */
  tokens(): number;
}

export interface ChoiceOptions {
  readonly tokenizer: Tokenizer;
  /** The text of the prompt, if the choice begins with it. */
  readonly echo: string | undefined;
  readonly logprobs: number | undefined;
}

/** A choice with nothing generated; with echo it begins with the prompt. */
export function createChoice(prompt: Prompt, { tokenizer, echo, logprobs: count }: ChoiceOptions): Choice {
  const { ids, shown } = prompt;
  const isScored = echo !== undefined && count !== undefined;
  const writer = count === undefined ? undefined : logprobsWriter(tokenizer, count);
  let text = echo ?? "";
  let tokens = 0;
  for (const [i, id] of shown.entries()) {
    if (!isScored) writer?.skip(id);
    else if (i === 0) writer?.add({ id, logprob: null, top: null });
  }
  const add = (id: number, logits: Float32Array, position: number) => {
    if (writer && count !== undefined) writer.add(recordOf(tokenizer, { id, logits, position }, count));
  };
  return {
    prompt,
    promptLogits: (position, logits) => {
      const next = ids[position + 1];
      if (isScored && next !== undefined) add(next, logits, position + 1);
    },
    token: (token, logits) => {
      tokens++;
      text += token.text;
      add(token.id, logits, token.position);
    },
    heldText: (held) => {
      text += held;
    },
    hasPiece: () => text !== "" || writer?.isEmpty() === false,
    take: () => {
      const piece = { text, logprobs: writer?.take() ?? null };
      text = "";
      return piece;
    },
    tokens: () => tokens,
  };
}

/** OpenAI's word for the end of a choice. */
export function finishReason(reason: EndReason): "stop" | "length" {
  return reason === "eos" || reason === "stop" ? "stop" : "length";
}
