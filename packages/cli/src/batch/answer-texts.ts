/** tsgpt batch generate and prompt: the object of --json for each input, without timings. */
import { CliError } from "../cli-error.ts";
import { continueLines } from "../generate/generate-lines.ts";
import { resultObject } from "../generate/result-json.ts";
import { MAX_TOKENS } from "../library/generate.ts";
import type { LoadedModel } from "../model/load-model.ts";
import type { GenerationFlags } from "../options/generation.ts";
import { resolveChain } from "../options/resolve-chain.ts";
import { answerInputs } from "../prompt/answers.ts";
import type { AnswerInputs, GenerateJob, InputHandlers, PromptJob } from "./job.ts";
import { bounded, lineByLine, settle } from "./line-by-line.ts";

/** A thread is ended from outside. */
const { signal } = new AbortController();

/** @throws CliError for a model without a tokenizer, or options that are wrong for every input */
export function checkTexts(model: LoadedModel, job: GenerateJob | PromptJob): void {
  if (!model.tokenizer)
    throw new CliError(`model ${JSON.stringify(model.name)} has no tokenizer; the inputs are texts`, 1);
  const flags = flagsOf(job);
  if (flags) resolveChain({ maxTokens: MAX_TOKENS, ...flags }, model, 1, { defaults: true });
}

/** The options of a generation; undefined if there is none. */
function flagsOf(job: GenerateJob | PromptJob): GenerationFlags | undefined {
  if (job.name === "generate") return job.flags;
  return job.settings.choices ? undefined : job.settings.flags;
}

const SHORTER = "lower --max-tokens or --logprobs, or leave out --trace-sampling";
const FEWER = "give fewer or shorter --choices";

/** Answers inputs; one that fails does not stop the others. */
export function answerTexts(model: LoadedModel, job: GenerateJob | PromptJob): AnswerInputs {
  return lineByLine((inputs, handlers) =>
    job.name === "prompt" ? answerPrompts(model, job, inputs, handlers) : continueInputs(model, job, inputs, handlers),
  );
}

const token = () => {};

async function answerPrompts(
  model: LoadedModel,
  { body, settings }: PromptJob,
  inputs: readonly string[],
  handlers: InputHandlers,
): Promise<void> {
  const fix = settings.choices ? FEWER : SHORTER;
  await answerInputs({ model, body, settings, signal }, inputs, {
    done: (index, { object }) => settle(index, handlers, () => bounded(object, fix)),
    failed: handlers.failed,
    token,
  });
}

async function continueInputs(
  model: LoadedModel,
  { flags, seed }: GenerateJob,
  inputs: readonly string[],
  handlers: InputHandlers,
): Promise<void> {
  await continueLines({ model, flags, seed, signal, loadSeconds: 0 }, inputs, {
    done: (index, { prompt, result }) =>
      settle(index, handlers, () =>
        bounded(resultObject({ model, strategy: "sample", prompt, seed, result }), SHORTER),
      ),
    failed: handlers.failed,
    token,
  });
}
