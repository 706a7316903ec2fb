/** The human-readable output of score: the marked text, the histogram of GLTR's classes, the totals, or a table. */
import {
  classCounts,
  RANK_CLASSES,
  RANK_STYLES,
  type RankClass,
  type RecipeReport,
  type ScoredText,
  type ScoreReport,
  type TextPiece,
  type Totals,
  textPieces,
  tokenScore,
  totalsOf,
  UNSCORED_MARK,
  visibleText,
} from "@tsgpt/analysis";
import type { Tokenizer } from "@tsgpt/gpt";
import { fixedPercent } from "./distribution-chart.ts";
import { pluralize } from "./pluralize.ts";
import { tokenShower } from "./token-text.ts";

/**
 * The 256-color palette's closest colors to RANK_STYLES. Both foreground and background are set, because the terminal's
 * own colors are unknown.
 */
const SGR: Readonly<Record<RankClass, string>> = {
  top10: "",
  top100: "\x1b[38;5;16;48;5;153m",
  top1000: "\x1b[38;5;16;48;5;215m",
  rest: "\x1b[38;5;231;48;5;54m",
};
const RESET = "\x1b[0m";

/**
 * The text for a terminal: every token outside the first class is followed by its mark and, with color, shown in its
 * color.
 */
export function markedText(
  { scores }: Pick<ScoredText, "scores">,
  tokenizer: Tokenizer | undefined,
  color: boolean,
): string {
  return textPieces(scores, tokenizer)
    .map((piece) => marked(piece, color))
    .join("");
}

/** Whitespace before and after a token is not colored, so that the color ends where the text of a line ends. */
function marked({ text, rankClass }: TextPiece, color: boolean): string {
  const [, before = "", inner = "", after = ""] = /^(\s*)(.*?)(\s*)$/s.exec(visibleText(text)) ?? [];
  if (rankClass === undefined) return `${before}${inner}${UNSCORED_MARK}${after}`;
  const shown = `${inner}${RANK_STYLES[rankClass].mark}`;
  return `${before}${color && SGR[rankClass] !== "" ? SGR[rankClass] + shown + RESET : shown}${after}`;
}

const BAR = 40;

/** How many tokens are in each class; also the legend of the marks. */
export function classHistogram({ scores }: Pick<ScoredText, "scores">, color: boolean): string {
  const counts = classCounts(scores);
  const all = RANK_CLASSES.reduce((sum, name) => sum + counts[name], 0);
  const lines = RANK_CLASSES.map((name) => {
    const { mark, label } = RANK_STYLES[name];
    const sample = `token${mark}`.padEnd(6);
    const shown =
      color && SGR[name] !== ""
        ? `${SGR[name]}${sample.trimEnd()}${RESET}${sample.slice(sample.trimEnd().length)}`
        : sample;
    const share = all === 0 ? 0 : counts[name] / all;
    const bar = "█".repeat(Math.round(BAR * share));
    const numbers = `${String(counts[name]).padStart(6)}  ${(100 * share).toFixed(1).padStart(5)}%`;
    return `  ${shown}  ${label.padEnd(24)}  ${numbers}  ${bar}`.trimEnd();
  });
  return `tokens by their rank among the model's predictions (token${UNSCORED_MARK}: no score)\n${lines.join("\n")}\n`;
}

/** `24 of 25 tokens scored, recipe transformers (...)`, then loss, perplexity and bits, with units. */
export function describeTotals(
  { scores, running }: ScoredText,
  recipe: RecipeReport,
  tokenizer: Tokenizer | undefined,
): string {
  const totals = totalsOf([scores], tokenizer);
  const counts = describeCounts(totals.scored, scores.ids.length, recipe);
  return `${counts}\n${inUnits(totals, plusMinus(running))}\n${runningLine(running)}`;
}

/** The perplexity after each chunk, as llama.cpp prints it: `[1]810.63,[2]702.11` */
function runningLine(running: ScoredText["running"]): string {
  if (!running || running.length < 2) return "";
  const values = running.map(({ perplexity }, i) => `[${i + 1}]${perplexity.toFixed(2)}`);
  return `running perplexity ${values.join(",")}\n`;
}

/** `24 of 25 tokens scored, recipe transformers (window 512, stride 256)` */
export function describeCounts(scored: number, tokens: number, recipe: RecipeReport): string {
  return `${scored} of ${pluralize(tokens, "token")} scored, ${describeRecipe(recipe)}`;
}

/** The standard error of the perplexity, with llama.cpp's recipe. */
function plusMinus(running: ScoredText["running"]): string {
  const error = running?.at(-1)?.error;
  return error === undefined || error === null ? "" : ` +- ${error.toFixed(3)}`;
}

function describeRecipe({ name, window, stride }: RecipeReport): string {
  const how =
    name === "llama.cpp"
      ? `chunks of ${window} tokens`
      : stride === 0
        ? "no windows"
        : `window ${window}, stride ${stride}`;
  return `recipe ${name} (${how})`;
}

function inUnits({ loss, perplexity, bitsPerToken, bitsPerByte }: Totals, error = ""): string {
  if (loss === null || perplexity === null || bitsPerToken === null) return "no token has a score";
  const bytes = bitsPerByte === null ? "" : `, ${bitsPerByte.toFixed(3)} bits per byte`;
  const nats = `loss ${loss.toFixed(4)} nats per token, perplexity ${perplexity.toFixed(2)}${error}`;
  return `${nats}, ${bitsPerToken.toFixed(3)} bits per token${bytes}`;
}

/** One line per text, and one for all texts together. */
export function describeFiles({ model: { tokenizer }, recipe, texts }: ScoreReport): string {
  const rows = texts.map(({ name, scores, running }) => {
    return { name: visibleText(name), error: plusMinus(running), totals: totalsOf([scores], tokenizer) };
  });
  rows.push({
    name: "all",
    error: "",
    totals: totalsOf(
      texts.map(({ scores }) => scores),
      tokenizer,
    ),
  });
  const longest = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(
    ({ name, totals, error }) =>
      `${name.padEnd(longest)}  ${String(totals.scored).padStart(8)} tokens  ${inUnits(totals, error)}\n`,
  );
  return `${lines.join("")}${describeRecipe(recipe)}\n`;
}

/** A header line and one line per token; with several texts, each text's name precedes its lines. */
export function* scoreTable({ model: { tokenizer }, texts }: ScoreReport): Generator<string> {
  const show = tokenShower(tokenizer);
  for (const { name, scores } of texts) {
    if (texts.length > 1) yield `${visibleText(name)}\n`;
    yield tableLine(["position", "probability", "bits", "rank", "entropy (bits)", "token"], "most probable");
    for (let i = 0; i < scores.ids.length; i++) {
      const { id, logprob, rank, entropy, top } = tokenScore(scores, i);
      const others = top.map((other) => `${show(other.id)} ${fixedPercent(Math.exp(other.logprob))}`).join("  ");
      const numbers =
        logprob === null || entropy === null
          ? ["-", "-", "-", "-"]
          : [fixedPercent(Math.exp(logprob)), inBits(-logprob), `${rank}`, inBits(entropy)];
      yield tableLine([`${i}`, ...numbers, show(id)], others);
    }
  }
}

const inBits = (nats: number): string => (nats / Math.LN2).toFixed(2);

function tableLine(cells: readonly string[], last: string): string {
  const widths = [8, 11, 6, 6, 14];
  const left = cells.map((cell, i) => (i < widths.length ? cell.padStart(widths[i] as number) : cell.padEnd(16)));
  return `${left.join("  ")}  ${last}`.trimEnd().concat("\n");
}
