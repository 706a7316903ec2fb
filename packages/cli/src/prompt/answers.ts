/** The answers to inputs: each prompt continued by generated text, or the scores of choices after it. */
import {
  bestChoice,
  type ChoiceToken,
  type ChoiceTokens,
  choiceLogprob,
  choiceScores,
  choiceTokens,
  type Normalization,
  renderTemplate,
  scoreChoices,
} from "@tsgpt/analysis";
import type { GeneratedToken } from "@tsgpt/gpt";
import type { DecodeResult } from "../generate/decode.ts";
import { continueLines } from "../generate/generate-lines.ts";
import { resultObject } from "../generate/result-json.ts";
import type { LoadedModel } from "../model/load-model.ts";
import { tokenText } from "../terminal/token-text.ts";
import type { Settings } from "./settings.ts";

export interface AnswerTask {
  readonly model: LoadedModel;
  /** The text of the template, where `{{input}}` stands for the input. */
  readonly body: string;
  readonly settings: Settings;
  readonly signal: AbortSignal;
}

/** A choice after a prompt, as --json shows it. */
export interface ScoredChoice {
  readonly choice: string;
  /** The sum of the tokens' log-probabilities, in nats. */
  readonly logprob: number;
  readonly tokens: readonly (ChoiceToken & { readonly text: string | null })[];
  /** The score by each normalization. */
  readonly scores: Readonly<Record<Normalization, number>>;
  readonly chosen: boolean;
}

/** The answer to one input. */
export interface Answer {
  /** The text that follows the prompt, or the choice. */
  readonly text: string;
  /** What --json prints, which has no timings and is the same each time. */
  readonly object: object;
  readonly choices?: readonly ScoredChoice[];
  readonly result?: DecodeResult;
}

/** Takes what happens to each input, by its index. */
export interface AnswerHandlers {
  done(index: number, answer: Answer): void;
  failed(index: number, error: unknown): void;
  token(index: number, token: GeneratedToken): void;
}

/**
 * Answers all inputs, several at a time, each as it would be answered alone. After Ctrl-C, the inputs that are not
 * answered are left out.
 * @throws CliError for options that are wrong for every input; like `choiceTokens`, if there are choices, for the empty
 * input
 */
export async function answerInputs(
  task: AnswerTask,
  inputs: readonly string[],
  handlers: AnswerHandlers,
): Promise<void> {
  const { settings } = task;
  const prompts = inputs.map((input) => renderTemplate(task.body, input));
  if (settings.choices) return chooseAll({ ...task, ...settings }, prompts, handlers);
  const { model, signal } = task;
  const { flags, seed } = settings;
  await continueLines({ model, flags, seed, signal, loadSeconds: 0 }, prompts, {
    ...handlers,
    done: (index, { prompt, result }) => {
      const object = resultObject({ model, strategy: "sample", prompt, seed, result });
      handlers.done(index, { text: object.text ?? "", object, result });
    },
  });
}

interface ChoiceTask extends AnswerTask {
  readonly choices: readonly string[];
  readonly normalize: Normalization;
}

/** Scores the choices after every prompt, and once after the template with an empty input. */
async function chooseAll(task: ChoiceTask, prompts: readonly string[], handlers: AnswerHandlers): Promise<void> {
  const { model, body, choices, signal } = task;
  const empty = choiceTokens(model, renderTemplate(body, ""), choices);
  const { valid, indices } = validPrompts(task, prompts, handlers);
  try {
    const [prior = []] = await scoreChoices(model, [empty], { signal });
    const onScored = (i: number, scored: readonly (readonly ChoiceToken[])[]) => {
      const index = indices[i] as number;
      handlers.done(index, choiceAnswer(task, prompts[index] as string, scored, prior));
    };
    await scoreChoices(model, valid, { signal, onScored });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The tokens of the prompts that fit into the context, and their indices. */
function validPrompts({ model, choices }: ChoiceTask, prompts: readonly string[], { failed }: AnswerHandlers) {
  const valid: ChoiceTokens[] = [];
  const indices: number[] = [];
  for (const [index, prompt] of prompts.entries()) {
    try {
      valid.push(choiceTokens(model, prompt, choices));
      indices.push(index);
    } catch (error) {
      failed(index, error);
    }
  }
  return { valid, indices };
}

function choiceAnswer(
  { model, choices, normalize }: ChoiceTask,
  prompt: string,
  scored: readonly (readonly ChoiceToken[])[],
  prior: readonly (readonly ChoiceToken[])[],
): Answer {
  const scores = scored.map((tokens, i) => choiceScores(tokens, prior[i] ?? []));
  const best = bestChoice(scores, normalize);
  const all = choices.map((choice, i): ScoredChoice => {
    const tokens = scored[i] ?? [];
    return {
      choice,
      logprob: choiceLogprob(tokens),
      tokens: tokens.map(({ id, logprob }) => ({ id, text: tokenText(model.tokenizer, id) ?? null, logprob })),
      scores: scores[i] as ScoredChoice["scores"],
      chosen: i === best,
    };
  });
  const text = choices[best] as string;
  return { text, choices: all, object: { model: model.name, prompt, normalize, choices: all, chosen: text } };
}
