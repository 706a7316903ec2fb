/**
 * The scores of texts, machine-readable, in nats: CSV, and JSON, written in pieces because a megabyte of text gives a
 * hundred of JSON.
 */
import type { Model, Tokenizer } from "@tsgpt/gpt";
import { type TokenScores, tokenScore } from "./token-scores.ts";
import { type RunningPerplexity, type Totals, totalsOf } from "./totals.ts";
import { defaultStride, type Recipe } from "./windows.ts";

/** How the text was read. */
export interface RecipeReport {
  readonly name: "transformers" | "llama.cpp";
  /** Tokens of a window: the context. */
  readonly window: number;
  /** Of the transformers recipe only. */
  readonly stride?: number;
}

/** The recipe as reports name it, with the window and the stride that it has in this model. */
export function recipeReport(model: Model, recipe: Recipe): RecipeReport {
  const { nPositions } = model.config;
  if (recipe.name === "llama.cpp") return { name: recipe.name, window: nPositions };
  return { name: recipe.name, window: nPositions, stride: recipe.stride ?? defaultStride(nPositions) };
}

/** A text and its scores. */
export interface ScoredText {
  readonly name: string;
  readonly scores: TokenScores;
  /** Of the llama.cpp recipe only: the perplexity after each chunk. */
  readonly running?: readonly RunningPerplexity[] | undefined;
}

/** Several texts, and how they were scored. */
export interface ScoreReport {
  readonly model: Model;
  readonly bos: number | undefined;
  readonly recipe: RecipeReport;
  readonly texts: readonly ScoredText[];
}

/** As JSON: the object of one text; for several texts, `files` and the totals of all of them. */
export function* scoreJson(report: ScoreReport): Generator<string> {
  const { model, bos, recipe, texts } = report;
  const head = JSON.stringify({ model: model.name, bos: bos ?? null, recipe }).slice(0, -1);
  const [first, ...others] = texts;
  if (first && others.length === 0) {
    yield `${head},`;
    yield* textJson(first, model.tokenizer);
    yield "}\n";
    return;
  }
  yield `${head},"files":[`;
  for (const [i, text] of texts.entries()) {
    yield `${i > 0 ? "," : ""}{"file":${JSON.stringify(text.name)},`;
    yield* textJson(text, model.tokenizer);
    yield "}";
  }
  yield `],${totalsJson(
    totalsOf(
      texts.map(({ scores }) => scores),
      model.tokenizer,
    ),
  )}}\n`;
}

const TOKENS_A_PIECE = 500;

/** The members of one text's object: ids, tokens, totals. */
function* textJson({ scores, running }: ScoredText, tokenizer: Tokenizer | undefined): Generator<string> {
  yield `"ids":${JSON.stringify(scores.ids)},"tokens":[`;
  for (let from = 0; from < scores.ids.length; from += TOKENS_A_PIECE) {
    const ids = scores.ids.slice(from, from + TOKENS_A_PIECE);
    const tokens = ids.map((_, i) => JSON.stringify(tokenJson(scores, from + i, tokenizer)));
    yield `${from > 0 ? "," : ""}${tokens.join(",")}`;
  }
  yield `],${totalsJson(totalsOf([scores], tokenizer))}`;
  if (running) yield `,"running":${JSON.stringify(running)}`;
}

function tokenJson(scores: TokenScores, position: number, tokenizer: Tokenizer | undefined) {
  const text = (id: number) => (tokenizer?.tokenBytes(id) ? tokenizer.tokenText(id) : null);
  const { id, top, ...score } = tokenScore(scores, position);
  return {
    id,
    text: text(id),
    ...score,
    top: top.map((other) => ({ id: other.id, text: text(other.id), logprob: other.logprob })),
  };
}

const totalsJson = (totals: Totals): string => JSON.stringify(totals).slice(1, -1);

const COLUMNS = ["position", "id", "text", "logprob", "rank", "entropy", "top"];

/** As CSV: a header line, then one line per token; with several texts, the first column is the file. @see RFC 4180 */
export function* scoreCsv(report: ScoreReport): Generator<string> {
  const { model, texts } = report;
  const isMany = texts.length > 1;
  yield `${[...(isMany ? ["file"] : []), ...COLUMNS].join(",")}\n`;
  for (const { name, scores } of texts) {
    for (let i = 0; i < scores.ids.length; i++) {
      const { id, text, position, logprob, rank, entropy, top } = tokenJson(scores, i, model.tokenizer);
      const others = top.map((other) => [other.id, other.text, other.logprob]);
      const cells = [position, id, text, logprob, rank, entropy, others.length > 0 ? JSON.stringify(others) : null];
      yield `${[...(isMany ? [name] : []), ...cells].map(cell).join(",")}\n`;
    }
  }
}

/** A cell of CSV: empty for null, quoted if necessary. */
function cell(value: string | number | null): string {
  if (value === null) return "";
  const text = String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
