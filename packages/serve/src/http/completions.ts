/** /v1/completions: from a request to sequences of the scheduler, and from their tokens to one response or a stream. */
import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { ContextOverflowError, yieldToEventLoop } from "@tsgpt/gpt";
import { createWorkspace, SamplingError, type Workspace } from "@tsgpt/sampling";
import { CacheLimitError, ClosedError, QueueFullError } from "../scheduler/errors.ts";
import type { EndReason, Scheduler, Submission } from "../scheduler/submission.ts";
import { ApiError, badRequest, clientLeft, errorBody } from "./api-error.ts";
import { overflowError, samplingError } from "./chain.ts";
import { type Choice, createChoice, finishReason, type Piece } from "./choice.ts";
import { type CompletionRequest, readCompletionRequest } from "./completion-request.ts";
import { eventStream } from "./event-stream.ts";
import type { Metrics } from "./metrics.ts";
import { promptReader, type TextModel } from "./prompts.ts";
import { readJson } from "./read-body.ts";

/** What requests are answered with. */
export interface CompletionsOptions {
  readonly model: TextModel;
  readonly scheduler: Scheduler;
  readonly metrics: Metrics;
  /** Seconds, for the message of a request that took longer. */
  readonly timeLimit: number;
  /** Receives an error of the server itself, whose text is not sent. */
  readonly onFault: (error: unknown) => void;
  /** Receives each prompt, if prompts are to be logged. */
  readonly onPrompt?: ((text: string) => void) | undefined;
}

/** Answers a request: a JSON response, or a stream of events. @throws ApiError; QueueFullError; ClosedError */
export type AnswerCompletion = (request: Request) => Promise<Response>;

export function completionsOf(options: CompletionsOptions): AnswerCompletion {
  const { model, scheduler } = options;
  const readPrompts = promptReader(model);
  const workspace = createWorkspace(); // a sampler uses it only during a call
  return async (http) => {
    scheduler.checkOpen(); // the cheapest answer where there are most
    const body = await readJson(http);
    scheduler.checkOpen(); // the body may have taken its time
    const request = await readCompletionRequest(body, model, readPrompts);
    const failed = new AbortController(); // an error of one choice ends the others
    const either = AbortSignal.any([http.signal, failed.signal]);
    setMaxListeners(0, either); // each choice listens
    const run = { ...options, workspace, request, failed, signal: either, base: responseBase(model.name) };
    return request.stream ? streamed(run) : whole(run);
  };
}

interface Run extends CompletionsOptions {
  readonly request: CompletionRequest;
  readonly signal: AbortSignal;
  readonly workspace: Workspace;
  readonly failed: AbortController;
  readonly base: ReturnType<typeof responseBase>;
}

function responseBase(model: string) {
  const created = Math.floor(Date.now() / 1000);
  return { id: `cmpl-${randomUUID()}`, object: "text_completion", created, model } as const;
}

async function whole(run: Run): Promise<Response> {
  const choices = await choicesOf(run);
  try {
    const reasons = await Promise.all(started(run, choices, () => undefined));
    const shown = choices.map((choice, index) => shownChoice(index, choice.take(), ended(run, reasons[index])));
    return await jsonInTurns({ ...run.base, usage: usageOf(run, choices) }, shown);
  } catch (error) {
    throw failure(run, error);
  }
}

async function streamed(run: Run): Promise<Response> {
  const { base, request } = run;
  const choices = await choicesOf(run);
  const events = eventStream();
  const usage = request.includeUsage ? { usage: null } : {};
  const send = (index: number, piece: Piece, reason: "stop" | "length" | null) =>
    events.send({ ...base, choices: [shownChoice(index, piece, reason)], ...usage });
  const ends = begun(run, () =>
    started(run, choices, (index, choice) => (choice.hasPiece() ? send(index, choice.take(), null) : undefined)),
  );
  const sendAll = async () => {
    const finished = ends.map(async (end, index) => {
      const reason = ended(run, await end);
      await send(index, (choices[index] as Choice).take(), reason);
    });
    try {
      await Promise.all(finished);
      if (request.includeUsage) await events.send({ ...base, choices: [], usage: usageOf(run, choices) });
      await events.done();
    } catch (error) {
      await events.fail(errorBody(failure(run, error)));
    }
  };
  void sendAll();
  return new Response(events.body, {
    headers: { "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache" },
  });
}

/** Log-probabilities make an answer large: it is written choice by choice, with other work between. */
async function jsonInTurns(base: object, choices: readonly object[]): Promise<Response> {
  const parts: string[] = [];
  for (const choice of choices) {
    if (parts.length > 0) await yieldToEventLoop();
    parts.push(JSON.stringify(choice));
  }
  const body = `${JSON.stringify(base).slice(0, -1)},"choices":[${parts.join(",")}]}`;
  return new Response(body, { headers: { "Content-Type": "application/json" } });
}

/** The choices of all prompts: those of the first, then those of the second. */
async function choicesOf({ model: { tokenizer }, request: { tasks, n, echo, logprobs } }: Run): Promise<Choice[]> {
  const choices: Choice[] = [];
  for (const { prompt } of tasks) {
    const text = echo ? tokenizer.decode(prompt.shown) : undefined;
    for (let i = 0; i < n; i++) {
      if (choices.length > 0) await yieldToEventLoop();
      choices.push(createChoice(prompt, { tokenizer, echo: text, logprobs }));
    }
  }
  return choices;
}

/** Submits the choices. `onToken` may return a promise, which its choice waits for. @throws as `submit` */
function started(
  run: Run,
  choices: readonly Choice[],
  onToken: (index: number, choice: Choice) => Promise<void> | undefined,
): Promise<EndReason>[] {
  const submissions = choices.map((choice, index) => submissionOf(run, index, choice, () => onToken(index, choice)));
  const ends = run.scheduler.submit(submissions);
  const { model, onPrompt, request } = run;
  for (const { prompt } of request.tasks) onPrompt?.(model.tokenizer.decode(prompt.ids));
  return ends;
}

function submissionOf(
  { request, signal, metrics, workspace }: Run,
  index: number,
  choice: Choice,
  onToken: () => Promise<void> | undefined,
): Submission {
  const { tasks, n, maxTokens, stop, seed, ignoreEos, echo, logprobs } = request;
  const { samplers } = tasks[Math.floor(index / n)] as CompletionRequest["tasks"][number];
  const tokenTimes = metrics.tokenTimes();
  return {
    ids: choice.prompt.ids,
    maxTokens,
    stop,
    ignoreEos,
    sample: samplers({ seed: seed + (index % n), workspace }),
    ...(echo && logprobs !== undefined && { onPromptLogits: choice.promptLogits }),
    onToken: (token, logits) => {
      tokenTimes();
      choice.token(token, logits);
      return onToken();
    },
    onHeldText: choice.heldText,
    signal,
  };
}

/** @throws ApiError if the choice was ended by the server */
function ended({ timeLimit }: Run, reason: EndReason | undefined): "stop" | "length" {
  if (reason === "timeout") {
    const time = timeLimit === 1 ? "1 second" : `${timeLimit} seconds`;
    const message = `the request took longer than ${time}; ask for fewer tokens or choices`;
    throw badRequest(message, undefined, "time_limit_exceeded");
  }
  if (reason === "closed") throw asApiError(new ClosedError());
  if (reason === undefined || reason === "abort") throw clientLeft();
  return finishReason(reason);
}

function shownChoice(index: number, { text, logprobs }: Piece, reason: "stop" | "length" | null) {
  return { text, index, logprobs, finish_reason: reason };
}

function usageOf({ request }: Run, choices: readonly Choice[]) {
  const prompt_tokens = request.tasks.reduce((sum, { prompt }) => sum + prompt.ids.length, 0);
  const completion_tokens = choices.reduce((sum, choice) => sum + choice.tokens(), 0);
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

/** What `begin` gives; its error as one of the request, before anything is sent. @throws ApiError */
function begun<Result>(run: Run, begin: () => Result): Result {
  try {
    return begin();
  } catch (error) {
    throw failure(run, error);
  }
}

/** The error to send; the request's other choices end. */
function failure({ failed, onFault }: Run, error: unknown): ApiError {
  failed.abort();
  const sent = asApiError(error);
  if (sent.status >= 500 && sent.code === "internal_error") onFault(error);
  return sent;
}

/** An error of the scheduler as one of the request. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof SamplingError) return samplingError(error);
  if (error instanceof ContextOverflowError) return overflowError(error);
  const { message } = error as Error;
  if (error instanceof QueueFullError) {
    const headers = { "Retry-After": String(error.retryAfterSeconds) };
    return new ApiError(message, { status: 429, code: "queue_full", headers });
  }
  if (error instanceof ClosedError) return new ApiError(message, { status: 503, code: "shutting_down" });
  if (error instanceof CacheLimitError)
    return badRequest(message.replace(/^\w+: /, "").replaceAll("maxTokens", "max_tokens"));
  return new ApiError("the server failed to answer; its log has the reason", { status: 500, code: "internal_error" });
}
