/** tsgpt batch generate and prompt: the object of --json for each input, without timings. */
import type { Model } from "@tsgpt/gpt";
import { CliError } from "../cli-error.ts";
import { continueLines } from "../generate/generate-lines.ts";
import { resultObject } from "../generate/result-json.ts";
import { MAX_TOKENS } from "../library/generate.ts";
import type { GenerationFlags } from "../options/generation.ts";
import { resolveChain } from "../options/resolve-chain.ts";
import { answerInputs } from "../prompt/answers.ts";
import type { GenerateJob, InputHandlers, PromptJob } from "./job.ts";

/** A thread is ended from outside. */
const { signal } = new AbortController();

/** @throws CliError for a model without a tokenizer, or options that are wrong for every input */
export function checkTexts(model: Model, job: GenerateJob | PromptJob): void {
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

export async function answerTexts(
  model: Model,
  job: GenerateJob | PromptJob,
  inputs: readonly string[],
  { done, failed }: InputHandlers,
): Promise<void> {
  const token = () => {};
  if (job.name === "prompt") {
    const task = { model, body: job.body, settings: job.settings, signal };
    await answerInputs(task, inputs, {
      done: (index, { object }) => done(index, JSON.stringify(object)),
      failed,
      token,
    });
    return;
  }
  const { flags, seed } = job;
  await continueLines({ model, flags, seed, signal, loadSeconds: 0 }, inputs, {
    done: (index, { prompt, result }) =>
      done(index, JSON.stringify(resultObject({ model, strategy: "sample", prompt, seed, result }))),
    failed,
    token,
  });
}
