/**
 * Scores each token of a text: log-probability, rank, entropy, and the most probable alternatives. A text longer than
 * the context is read in windows; short texts share a pass of `forwardBatch`.
 */
import type { Model } from "@tsgpt/gpt";
import { abortSignal, type Checks, checkOptions } from "@tsgpt/numeric";
import { groupBySize } from "../group-by-size.ts";
import { checkTexts } from "../token-ids.ts";
import { useLogits } from "./logit-pieces.ts";
import { scoreRow } from "./score-row.ts";
import { emptyScores, type TokenScores } from "./token-scores.ts";
import { type Recipe, recipeKind, type Window, windowsOf } from "./windows.ts";

/** How a text is scored: its windows and the alternatives that are listed. */
export interface ScoreOptions {
  /**
   * A token placed before each text, so that its first token has a score; in llama.cpp's recipe it replaces the first
   * token of every chunk.
   */
  readonly bos?: number | undefined;
  /** Number of most probable alternatives per token; default 5. */
  readonly top?: number | undefined;
  /** Default: transformers, with a stride of half the context. */
  readonly recipe?: Recipe | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of tokens fed to the model so far, and in total. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export const scoreChecks: Checks<ScoreOptions> = {
  bos: "number",
  top: "number",
  recipe: recipeKind,
  signal: abortSignal,
  onProgress: "function",
};

/** One window of one text. */
interface Job extends Window {
  readonly scores: TokenScores;
}

/** The scores of one text. T ids -> T scores @throws like `scoreTexts` */
export async function scoreText(
  model: Model,
  ids: readonly number[],
  options: ScoreOptions = {},
): Promise<TokenScores> {
  checkOptions("scoreText", options, scoreChecks);
  return (await scoreAll(model, [ids], options))[0] as TokenScores;
}

/**
 * The scores of independent texts. B lists of T ids -> B times T scores
 * @throws RangeError for texts that are no lists, a text that is too short, or too long for stride 0, and for a stride
 * or `top` out of range; like `forwardBatch`; the signal's AbortError between two layers
 */
export async function scoreTexts(
  model: Model,
  texts: readonly (readonly number[])[],
  options: ScoreOptions = {},
): Promise<TokenScores[]> {
  checkOptions("scoreTexts", options, scoreChecks);
  checkTexts(texts, "scoreTexts");
  return scoreAll(model, texts, options);
}

async function scoreAll(
  model: Model,
  texts: readonly (readonly number[])[],
  { bos, top = 5, recipe = { name: "transformers" }, signal, onProgress }: ScoreOptions,
): Promise<TokenScores[]> {
  const { nPositions, vocabSize } = model.config;
  if (!Number.isInteger(top) || top < 0)
    throw new RangeError(`score: top must be a whole number, 0 or more, got ${top}`);
  const added = bos === undefined ? 0 : 1;
  const scored = texts.map((ids) => emptyScores(ids, Math.min(top, vocabSize), bos));
  const jobs = scored.flatMap((scores): Job[] =>
    windowsOf(scores.ids.length + added, nPositions, recipe).map((window) => ({ ...window, scores })),
  );
  const groups = groupBySize(jobs, ({ start, end }) => end - start, nPositions);
  const total = rowsOf(jobs);
  let done = 0;
  for (const group of groups) {
    await runPass(model, group, recipe.name === "llama.cpp", signal);
    done += rowsOf(group);
    onProgress?.(done, total);
  }
  return scored;
}

const rowsOf = (jobs: readonly Job[]): number => jobs.reduce((sum, { start, end }) => sum + end - start, 0);

/**
 * Runs one forward pass and writes the scores of the tokens that its windows score. A window that is an independent
 * chunk starts with the begin token if there is one.
 */
async function runPass(
  model: Model,
  jobs: readonly Job[],
  isChunked: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const sequences = jobs.map((job) => ({ ids: idsOf(job, isChunked) }));
  const scored = jobs.flatMap(({ scores, start, from, end }) => {
    const added = scores.bos === undefined ? 0 : 1;
    return Array.from({ length: end - start }, (_, row) => {
      const token = start + row + 1; // the one after the row's
      return token >= from && token < end ? { scores, position: token - added } : undefined;
    });
  });
  const score = (logits: Float32Array, row: number) => {
    const token = scored[row];
    if (token) scoreRow(token.scores, token.position, logits);
  };
  await useLogits(model, sequences, score, signal);
}

/**
 * The ids that a window feeds to the model: part of the begin token and the text; in independent chunks the begin token
 * replaces the first id.
 */
function idsOf({ scores: { ids, bos }, start, end }: Job, isChunked: boolean): number[] {
  if (bos === undefined) return ids.slice(start, end);
  const fed = start === 0 ? [bos, ...ids.slice(0, end - 1)] : ids.slice(start - 1, end - 1);
  return isChunked ? [bos, ...fed.slice(1)] : fed;
}
