/** tsgpt score: the probability, rank and entropy of each token of a text, and its loss and perplexity. */
import { recipeReport, type ScoreReport, scoreCsv, scoreJson, scoreTexts } from "@tsgpt/analysis";
import { usageError } from "../cli-error.ts";
import { command } from "../command.ts";
import { findModel } from "../model/find-model.ts";
import { loadFound } from "../model/load-model.ts";
import { makeEngine } from "../model/make-engine.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { RECIPE_HELP, recipeOf, scoringOptions } from "../options/scoring.ts";
import { TEXT_HELP } from "../options/text-help.ts";
import { path, wholeNumber } from "../options/values.ts";
import { filesOf, STDIN } from "../output/own-input.ts";
import {
  checkPictureFiles,
  checkPictureFlags,
  checkPictureSize,
  GREEDY_PROMPT,
  writePictures,
} from "../score/pictures.ts";
import { asText, beginToken, checkStride, readInput, readInputs } from "../score/read-texts.ts";
import { scoredText } from "../score/scored-text.ts";
import { interruption } from "../terminal/interruption.ts";
import { withPassProgress } from "../terminal/pass-progress.ts";
import { printed } from "../terminal/printed.ts";
import { classHistogram, describeFiles, describeTotals, markedText, scoreTable } from "../terminal/score-report.ts";
import { writePieces } from "../terminal/write-pieces.ts";

const options = [
  ...scoringOptions,
  option("--top <n>", "most probable alternatives to show per token", { parse: wholeNumber(0, 1000), default: 5 }),
  option("--json", "print one JSON object, in nats"),
  option("--csv", "print one line per token, comma-separated, in nats", { conflicts: "json" }),
  option("--table", "print one line per token, in columns, in bits", { conflicts: "json" }),
  option("--html <file>", "write one self-contained page", { parse: path }),
  option("--svg <file>", "write the probability per token as a strip", { parse: path }),
  option("--against <text>", "with --svg: a second strip below it, of this text or @file"),
  option("--against-greedy", "with --svg: a second strip, of the model's greedy continuation", {
    conflicts: "against",
  }),
] as const;

type ScoreFlags = OptionsOf<typeof options>;

export const score = command({
  name: "score",
  summary: "score each token of a text: probability, rank, entropy; loss and perplexity",
  arguments: [["[text...]", "a text, @file, or - for stdin; each text gets its own totals; default: stdin"]],
  options,
  help: `Examples:
  $ tsgpt score "The zebra's stripes were black and white." --table
  $ tsgpt score "The zebra's stripes were black and green." --table
  $ tsgpt score @story.txt --stride 512
  $ tsgpt score @one.txt @two.txt --bos --json
  $ tsgpt score @story.txt --html story.html --svg story.svg --against-greedy

The first two examples are the lecture's zebra: a likely word carries little information, and an unlikely one much.

probability: p of the token given the tokens before it; rank: number of tokens that are strictly more probable, 0 for
the most probable; entropy: the mean of -ln p over the whole distribution. loss: mean of -ln p, in nats; perplexity:
exp(loss); bits per token: loss / ln 2; bits per byte: bits of the scored tokens divided by their UTF-8 bytes. The
first token has no score unless --bos puts the model's bos_token_id, or else its eos_token_id, before it. JSON and CSV
are in nats. Tokens are marked by their rank, as in GLTR (arXiv 1906.04043).

--svg: as in the figure of "The Curious Case of Neural Text Degeneration" (arXiv 1904.09751). --against-greedy: the
first ${GREEDY_PROMPT} tokens of the text (half of a shorter text) are the prompt; the model continues to the length of
the text or to the end of the context.

${RECIPE_HELP}

${TEXT_HELP}`,
  action: scoreCommand,
});

/**
 * Runs the command. @throws CliError for conflicting options, a stride above the context, a text that cannot be read or
 * scored, or a file that cannot be written; AbortError on Ctrl-C
 */
export async function scoreCommand(typed: readonly string[], flags: ScoreFlags): Promise<void> {
  const { signal } = interruption();
  const recipe = recipeOf(flags);
  checkPictureFlags(flags, Math.max(1, typed.length));
  if (flags.csv && flags.table)
    throw usageError("--csv and --table print the same rows in two formats; give one of them");
  const readsStdin = typed.includes("-") || (typed.length === 0 && flags.tokens === undefined);
  if (flags.against === "-" && readsStdin) throw usageError("- is standard input, which is read once only");
  await checkPictureFiles(flags, [...filesOf([...typed, flags.against]), ...(readsStdin ? [STDIN] : [])]);
  const inputs = await readInputs(typed, flags, signal);
  const against = flags.against === undefined ? undefined : await readInput(flags.against, "--against", signal);
  const found = await findModel(flags, signal);
  await checkPictureFiles(flags, [[found.folder, "--model"]]);
  const model = await loadFound(found, await makeEngine(flags), flags.dtype, signal);
  checkStride(model, recipe);
  const bos = beginToken(model, flags);
  const texts = inputs.map((input) => asText(model, input, { bos, recipe }));
  const other = against && asText(model, against, { bos, recipe });
  for (const text of other ? [...texts, other] : texts) checkPictureSize(flags, text);
  const scored = await withPassProgress((onProgress) =>
    scoreTexts(
      model,
      texts.map(({ ids }) => ids),
      { bos, top: flags.top, recipe, signal, onProgress },
    ),
  );
  const report: ScoreReport = {
    model,
    bos,
    recipe: recipeReport(model, recipe),
    texts: scored.map((scores, i) => scoredText(texts[i]?.name ?? "", scores, model, recipe)),
  };
  await writePictures(report, flags, { recipe, other, signal });
  if (flags.csv) return writeCsv(report);
  await writePieces(output(report, flags));
}

/** Writes CSV to stdout and the totals to stderr, so that stdout stays valid CSV. */
async function writeCsv(report: ScoreReport): Promise<void> {
  await writePieces(scoreCsv(report));
  const [text, ...others] = report.texts;
  if (!text) return;
  const { tokenizer } = report.model;
  await printed();
  process.stderr.write(others.length > 0 ? describeFiles(report) : describeTotals(text, report.recipe, tokenizer));
}

/** The output on stdout. For one text: the marked text, unless it was written to a file, and the totals. */
function* output(report: ScoreReport, { json, table, html, svg }: ScoreFlags): Generator<string> {
  if (json) return yield* scoreJson(report);
  if (table) yield* scoreTable(report);
  const [text, ...others] = report.texts;
  if (!text) return;
  if (others.length > 0) return yield describeFiles(report);
  const { tokenizer } = report.model;
  const color = process.stdout.isTTY && process.stdout.hasColors(256);
  if (!table && html === undefined && svg === undefined) yield `${markedText(text, tokenizer, color)}\n\n`;
  if (!table) yield classHistogram(text, color);
  yield describeTotals(text, report.recipe, tokenizer);
}
