/** tsgpt detect: statistics that help detect machine-generated text. */
import { detectGpt, detect as detection, recipeReport, scoreText } from "@tsgpt/analysis";
import { command } from "../command.ts";
import { checkRewritable, detectionJson, watermarkOf } from "../detect/statistics.ts";
import { findModel } from "../model/find-model.ts";
import { loadFound } from "../model/load-model.ts";
import { makeEngine } from "../model/make-engine.ts";
import { checkDetectionFlags, detectionOptions } from "../options/detection.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { RECIPE_HELP, recipeOf, scoringOptions } from "../options/scoring.ts";
import { TEXT_HELP } from "../options/text-help.ts";
import { asText, beginToken, checkStride, readInputs } from "../score/read-texts.ts";
import { type DetectReport, describeDetection, FEW_TOKENS } from "../terminal/detect-report.ts";
import { interruption } from "../terminal/interruption.ts";
import { note } from "../terminal/note.ts";
import { withPassProgress } from "../terminal/pass-progress.ts";
import { pluralize } from "../terminal/pluralize.ts";

const options = [...scoringOptions, ...detectionOptions, option("--json", "print one JSON object, in nats")] as const;

type DetectFlags = OptionsOf<typeof options>;

export const detect = command({
  name: "detect",
  summary: "statistics that help detect machine-generated text",
  arguments: [["[text]", "a text, @file, or - for stdin; default: stdin"]],
  options,
  help: `Examples:
  $ tsgpt detect @story.txt
  $ tsgpt detect @story.txt --perturbations 20 --seed 1 --json
  $ tsgpt detect @story.txt --watermark-key 42

Each is a statistic, neither a proof nor a probability: typical values depend on the model, the kind of text and its
length, and none of them detects a text that has been rewritten. docs/detection.md measures how well each works on the
bundled model. For the T scored tokens x_t, p is the model's distribution before the token, r_t the token's rank,
counted from 1, and H_t the entropy of p:
  log-likelihood  mean of ln p(x_t)                     high: generated (Solaiman et al., arXiv 1908.09203)
  rank, log-rank  mean of r_t, of ln r_t                low: generated (GLTR, arXiv 1906.04043; arXiv 2301.11305)
  entropy         mean of H_t                           low: generated (GLTR, arXiv 1906.04043)
  LRR             -log-likelihood / log-rank            high: generated (Su et al., arXiv 2306.05540)
  Fast-DetectGPT  (sum of ln p(x_t) - sum of mu_t) / sqrt(sum of var_t), mu_t = -H_t and var_t the mean and variance
                  of ln p under p; the analytic form, with one model as reference and scorer; high: generated
                  (Bao et al., arXiv 2310.05130)
  GLTR classes    tokens in the top 10, 100 and 1000 by rank, and the rest (arXiv 1906.04043)
  DetectGPT       (log-likelihood - mean over N rewrites) / standard deviation over the rewrites (divisor N); high:
                  generated (Mitchell et al., arXiv 2301.11305). A rewrite resamples 15% of the tokens, in spans of two,
                  from this model given only the tokens to their left; the authors use T5. Human texts score high too
                  (docs/detection.md)
  watermark z     (g - gamma T) / sqrt(T gamma (1 - gamma)), g of T counted tokens green (Kirchenbauer et al.,
                  arXiv 2301.10226); see tsgpt watermark --help

${RECIPE_HELP}

${TEXT_HELP}`,
  action: detectCommand,
});

/**
 * Runs the command. @throws CliError for conflicting options, or a text that cannot be read or scored; AbortError on
 * Ctrl-C
 */
export async function detectCommand(typed: string | undefined, flags: DetectFlags): Promise<void> {
  const { signal } = interruption();
  const recipe = recipeOf(flags);
  checkDetectionFlags(flags);
  const [input] = await readInputs(typed === undefined ? [] : [typed], flags, signal);
  const model = await loadFound(await findModel(flags, signal), await makeEngine(flags), flags.dtype, signal);
  checkStride(model, recipe);
  const bos = beginToken(model, flags);
  const { ids } = asText(model, input ?? { name: "text", content: [] }, { bos, recipe });
  if (flags.perturbations !== undefined) checkRewritable(ids.length, bos);
  const scores = await withPassProgress((onProgress) =>
    scoreText(model, ids, { bos, top: 0, recipe, signal, onProgress }),
  );
  const { perturbations, seed = 0 } = flags;
  const rewritten =
    perturbations === undefined
      ? undefined
      : await withPassProgress(
          (onProgress) => {
            return detectGpt(model, scores, {
              perturbations,
              seed,
              recipe,
              signal,
              onProgress: (share) => onProgress(share, 1),
            });
          },
          { doing: "rewriting" },
        );
  write(
    {
      detection: detection(scores),
      tokens: ids.length,
      recipe: recipeReport(model, recipe),
      detectGpt: rewritten && perturbations !== undefined ? { score: rewritten.score, perturbations, seed } : undefined,
      watermark: watermarkOf(ids, flags),
    },
    flags,
  );
}

function write(report: DetectReport, { json }: DetectFlags): void {
  const { detection: found } = report;
  if (found.scored < FEW_TOKENS)
    note(`${pluralize(found.scored, "scored token")}: below ${FEW_TOKENS} the statistics of any text vary widely`);
  if (!json) return void process.stdout.write(describeDetection(report));
  process.stdout.write(`${detectionJson(report)}\n`);
}
