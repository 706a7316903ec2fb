/** A body for /v1/completions, checked: what is to be generated, and how it is to be shown. */
import { randomInt } from "node:crypto";
import { yieldToEventLoop } from "@tsgpt/gpt";
import { ApiError, badRequest } from "./api-error.ts";
import { chainsFor, type Samplers } from "./chain.ts";
import { COMPLETION_FIELDS, MOST_CHOICES, REFUSED_FIELDS } from "./completion-fields.ts";
import { readFields } from "./field.ts";
import type { Prompt, promptReader, TextModel } from "./prompts.ts";
import { flagsOf } from "./sampling-fields.ts";

/** A prompt with the samplers that continue it. */
interface PromptTask {
  readonly prompt: Prompt;
  readonly samplers: Samplers;
}

export interface CompletionRequest {
  readonly tasks: readonly PromptTask[];
  readonly n: number;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  /** Of the first choice of each prompt. */
  readonly seed: number;
  readonly ignoreEos: boolean;
  readonly echo: boolean;
  /** How many of the most probable tokens; undefined for no log-probabilities. */
  readonly logprobs: number | undefined;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/** @throws ApiError for a body that breaks a rule; the rule, the value and the field are named */
export async function readCompletionRequest(
  body: unknown,
  model: TextModel,
  readPrompts: ReturnType<typeof promptReader>,
): Promise<CompletionRequest> {
  const values = readFields(body, COMPLETION_FIELDS, { required: ["model"], refused: REFUSED_FIELDS });
  checkModelName(values.model as string, model.name);
  const { max_tokens: maxTokens = 16, n = 1, stream = false, dialect = "openai", stop = [] } = values;
  if (values.stream_options !== undefined && !stream) {
    throw badRequest('"stream_options" needs "stream": true; leave it out', "stream_options");
  }
  const prompts = await readPrompts(values.prompt ?? "");
  checkChoices(prompts.length, n);
  const { min_tokens: minTokens, forced_last: forcedLast } = values;
  const choices = prompts.length * n;
  const flags = flagsOf(values);
  const samplersFor = await chainsFor(model, { dialect, flags, maxTokens, minTokens, forcedLast, choices });
  const tasks: PromptTask[] = [];
  for (const prompt of prompts) {
    if (tasks.length > 0) await yieldToEventLoop();
    tasks.push({ prompt, samplers: samplersFor(prompt.ids.length) });
  }
  return {
    tasks,
    n,
    maxTokens,
    stop: [stop].flat(),
    seed: seedFor(values.seed, n),
    ignoreEos: values.ignore_eos ?? false,
    echo: values.echo ?? false,
    logprobs: values.logprobs,
    stream,
    includeUsage: values.stream_options?.include_usage ?? false,
  };
}

/** @throws ApiError, 404, for another model than the one that is served */
export function checkModelName(asked: string, served: string): void {
  if (asked === served) return;
  const message = `there is no model ${JSON.stringify(asked.slice(0, 80))}; this server has ${JSON.stringify(served)}`;
  throw new ApiError(message, { status: 404, param: "model", code: "model_not_found" });
}

function checkChoices(prompts: number, n: number): void {
  if (prompts * n <= MOST_CHOICES) return;
  const product = `${prompts} prompts times n ${n} are ${prompts * n} choices`;
  throw badRequest(`${product}; one request has at most ${MOST_CHOICES}; send several`, "n");
}

/** @throws ApiError if the seed of the last choice, seed + n - 1, is too large */
function seedFor(seed: number = randomInt(2 ** 32), n: number): number {
  if (Number.isSafeInteger(seed + (n - 1))) return seed;
  throw badRequest(`"seed" plus n must be at most ${Number.MAX_SAFE_INTEGER}, got ${seed} and n ${n}`, "seed");
}
