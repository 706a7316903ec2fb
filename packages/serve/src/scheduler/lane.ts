/** A lane: one sequence from its submission to its end, with its text, and its cache while it runs. */
import { type Continuation, checkedPrompt, continuation, type KVCache, type Model } from "@tsgpt/gpt";
import { abortSignal, type Checks, checkOptions, listOf, required, strings } from "@tsgpt/numeric";
import type { EndReason, Submission } from "./submission.ts";

export interface Lane {
  readonly submission: Submission;
  /** The request it belongs to. */
  readonly request: readonly Submission[];
  readonly text: Continuation;
  /** Tokens that its cache takes. */
  readonly capacity: number;
  readonly ended: Promise<EndReason>;
  readonly resolve: (reason: EndReason) => void;
  readonly reject: (error: unknown) => void;
  /** Set while it runs; a slow client's lane may lose it, and then reads its text again. */
  cache: KVCache | undefined;
  /** When it began to run, in milliseconds. */
  begin: number;
  /** Positions of its prompt whose logits were handed out. */
  scored: number;
  /** Its last token has not been taken yet. */
  isDelivering: boolean;
  /** Why it is to end early. */
  leaving: EndReason | undefined;
  failure: { readonly error: unknown } | undefined;
  /** Why it ended; its last token may still be being taken. */
  end: EndReason | "error" | undefined;
  /** Called once, at the end. */
  stopWatching: () => void;
}

const CHECKS: Checks<Submission> = {
  ids: required(listOf<number>("a list of token ids", "number")),
  maxTokens: required("number"),
  stop: strings,
  ignoreEos: "boolean",
  sample: required("function"),
  onPromptLogits: "function",
  onToken: required("function"),
  onHeldText: "function",
  signal: abortSignal,
};

/** @throws RangeError for an invalid option, id or stop string; ContextOverflowError */
export function laneOf(model: Model, submission: Submission, request: readonly Submission[], raw: Float32Array): Lane {
  checkOptions("submit", submission, CHECKS);
  const { ids, maxTokens, stop, ignoreEos, onHeldText } = submission;
  const options = { maxTokens, stop, ignoreEos, onHeldText };
  const text = continuation(model, checkedPrompt(model, ids, options, "submit"), options, "submit", raw);
  let resolve: Lane["resolve"] = () => {};
  let reject: Lane["reject"] = () => {};
  const ended = new Promise<EndReason>((fulfil, refuse) => {
    [resolve, reject] = [fulfil, refuse];
  });
  return {
    ...{ submission, request, text, ended, resolve, reject },
    capacity: text.promptLength + text.remainingTokens(),
    cache: undefined,
    begin: 0,
    scored: 0,
    isDelivering: false,
    leaving: undefined,
    failure: undefined,
    end: undefined,
    stopWatching: () => {},
  };
}

/** Whether it has more to feed than the token that it drew last: its prompt, or all of its text again. */
export function isReading({ text, cache }: Lane): boolean {
  const missing = text.history.length - (cache?.length ?? 0);
  return missing > 1 || (missing === 1 && text.history.length === text.promptLength);
}

/** Whether logits of its prompt are still to be handed out. */
export function isScoring({ submission, text, scored }: Lane): boolean {
  return submission.onPromptLogits !== undefined && scored < text.promptLength;
}

/** Why the lane ends now; undefined while it continues. A prompt to be scored is read to its end before that. */
export function endOf(lane: Lane): EndReason | "error" | undefined {
  if (lane.failure) return "error";
  return (isScoring(lane) ? undefined : lane.text.ended()) ?? lane.leaving;
}
