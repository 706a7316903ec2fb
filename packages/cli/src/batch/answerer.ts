/**
 * Answers the lines of a batch as the single commands do: each entry has the input, and the object that the command
 * prints with --json, without timings.
 */
import type { Answer, Answerer, AnswerHandlers } from "@tsgpt/batch";
import type { Model } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { noteUnapplied } from "../generate/model-defaults.ts";
import type { LoadedModel } from "../model/load-model.ts";
import { makeEngine } from "../model/make-engine.ts";
import { flagName } from "../options/chain-flags.ts";
import { type InputLine, parseInputLines } from "../prompt/input-lines.ts";
import { digestOf, kernelsOf, runDigest } from "../prompt/run-digest.ts";
import { errorMessage } from "../terminal/error-message.ts";
import { note } from "../terminal/note.ts";
import { answerScores } from "./answer-scores.ts";
import { answerTexts, checkTexts } from "./answer-texts.ts";
import type { AnswerInputs, Job, WorkerData } from "./job.ts";

/** Loads the model; only the first worker notes what all of them find. @throws what loading throws */
export async function makeAnswerer({ job, found, engine: flags }: WorkerData, index: number): Promise<Answerer> {
  const onNote = index === 0 ? note : () => {};
  const engine = await makeEngine(flags, onNote);
  const loaded = await loadModel(found.folder, { name: found.name, engine, dtype: flags.dtype, onNote });
  const model = { ...loaded, isDefault: found.isDefault };
  const answer = jobOf(model, job);
  if (index === 0 && job.name === "generate") noteUnapplied(model, job.flags);
  if (index === 0 && job.name === "prompt" && !job.settings.choices) noteUnapplied(model, job.settings.flags);
  return { run: { digest: digest(model, job), settings: settingsOf(model, job) }, answer: ofLines(answer) };
}

/** @throws CliError for a model that the job does not fit */
function jobOf(model: LoadedModel, job: Job): AnswerInputs {
  if (job.name === "score" || job.name === "detect") return answerScores(model, job);
  checkTexts(model, job);
  return answerTexts(model, job);
}

/** That of tsgpt prompt for a prompt, so that the entries are the same. */
function digest(model: LoadedModel, job: Job): string {
  return job.name === "prompt" ? runDigest({ model, ...job }) : digestOf(model, job);
}

/** What answers depend on, by the names that a refusal uses. */
function settingsOf({ name, parameters, engine }: Model, job: Job): Readonly<Record<string, unknown>> {
  return { job: job.name, model: name, dtype: parameters.wte.dtype, kernels: kernelsOf(engine), ...optionsOf(job) };
}

function optionsOf({ name: _, ...job }: Job): Readonly<Record<string, unknown>> {
  if ("body" in job) return { template: job.body, ...inFlags(job.settings) };
  return inFlags(job);
}

/** Options by the names that they have on a command line. */
function inFlags(options: object): Readonly<Record<string, unknown>> {
  const { flags = {}, ...others } = options as { readonly flags?: object };
  return Object.fromEntries(Object.entries({ ...flags, ...others }).map(([key, value]) => [flagName(key), value]));
}

/** Answers lines of JSON; one that is no input gets an entry with the error. */
function ofLines(answer: AnswerInputs): Answer {
  return async (lines: readonly string[], { done, failed }: AnswerHandlers) => {
    const fail = (index: number, error: unknown, input?: InputLine) =>
      failed(index, JSON.stringify({ ...input, error: errorMessage(error as Error) }));
    const { valid, indices } = parseInputLines(lines, fail);
    const texts = valid.map(({ input }) => input);
    await answer(texts, {
      done: (i, json) => done(indices[i] as number, `${JSON.stringify(valid[i]).slice(0, -1)},${json.slice(1)}`),
      failed: (i, error) => fail(indices[i] as number, error, valid[i]),
    });
  };
}
