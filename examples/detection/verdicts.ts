/** DetectGPT on rewrites, and which published claims hold on this model. */
import { detectGpt, probabilitySpread } from "@tsgpt/analysis";
import type { Chapter } from "../sampling/lab.ts";
import { table } from "../sampling/markdown.ts";
import { type Auroc, auroc } from "./auroc.ts";
import { aurocOf, DECODERS, GREEDY, named, shown, TOP_P } from "./decoders.ts";
import { claim, humanTexts, type Lab, modelTexts, type Written } from "./lab.ts";

const PERTURBATIONS = 5;
/** Texts per class; fewer than elsewhere, because each is rewritten several times. */
const TEXTS = 100;

export async function rewrites(lab: Lab): Promise<Chapter> {
  const scoresOf = async ({ scores }: Written) => {
    const found: number[] = [];
    for (const [seed, text] of scores.slice(0, TEXTS).entries()) {
      found.push((await detectGpt(lab.model, text, { perturbations: PERTURBATIONS, seed: 1000 * seed })).score ?? 0);
    }
    return found;
  };
  const [human, model] = [await scoresOf(await humanTexts(lab)), await scoresOf(await modelTexts(lab, TOP_P))];
  const found = auroc(model, human);
  claim(found.low > 0.5, "DetectGPT's statistic detects text generated with top-p 0.9");
  const mean = (values: readonly number[]) =>
    (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(2);
  return {
    values: {
      "rewrites.auroc": shown(found),
      "rewrites.count": String(PERTURBATIONS),
      "rewrites.texts": String(TEXTS),
      "rewrites.human": mean(human),
      "rewrites.model": mean(model),
    },
  };
}

/** The standard deviation of each text's token probabilities, divided by their mean. */
const relativeDeviations = ({ scores }: Written): number[] =>
  scores.map((text) => {
    const { mean, deviation } = probabilitySpread(text);
    return deviation / mean;
  });

/** `holds` or not; inconclusive if the interval contains 0.5. */
function aboveHalf({ low, high }: Auroc): string {
  return low > 0.5 ? "holds" : high < 0.5 ? "does not hold" : "inconclusive";
}

/** Whether one statistic detects better than another; inconclusive if their intervals overlap. */
function isBetter(one: Auroc, other: Auroc): string {
  return one.low > other.high ? "holds" : one.high < other.low ? "does not hold" : "inconclusive";
}

/** Published claims, whether they hold here, and the numbers. */
export async function verdicts(lab: Lab): Promise<Chapter> {
  const of = (name: string) => aurocOf(lab, TOP_P, named(name));
  const whole = DECODERS.find(({ name }) => name === "the whole distribution")!;
  const [human, greedy, drawn] = [await humanTexts(lab), await modelTexts(lab, GREEDY), await modelTexts(lab, whole)];
  const [plain, fast, lrr, logRank, entropy] = [
    await of("log-likelihood"),
    await of("Fast-DetectGPT"),
    await of("LRR"),
    await of("log-rank"),
    await of("entropy"),
  ];
  const probable = await aurocOf(lab, GREEDY, named("log-likelihood"));
  const wholeLikelihood = await aurocOf(lab, whole, named("log-likelihood"));
  const variation = relativeDeviations(human);
  const aboveGreedy = auroc(variation, relativeDeviations(greedy));
  const aboveWhole = auroc(variation, relativeDeviations(drawn));
  const better = (one: Auroc) => [isBetter(one, plain), `${shown(one)} against ${shown(plain)}`];
  const rows = [
    ["Greedy text is more probable than human text (1904.09751)", aboveHalf(probable), shown(probable)],
    [
      "Probabilities vary more, relative to their mean, in human text than in greedy text (1904.09751)",
      aboveHalf(aboveGreedy),
      shown(aboveGreedy),
    ],
    ["The same, compared with text sampled from the whole distribution", aboveHalf(aboveWhole), shown(aboveWhole)],
    [
      "Log-likelihood detects text sampled from the whole distribution",
      aboveHalf(wholeLikelihood),
      shown(wholeLikelihood),
    ],
    ["Fast-DetectGPT detects better than log-likelihood (2310.05130), top-p 0.9", ...better(fast)],
    ["LRR detects better than log-likelihood (2306.05540), top-p 0.9", ...better(lrr)],
    ["Log-rank detects better than log-likelihood (2301.11305), top-p 0.9", ...better(logRank)],
    ["Low entropy indicates generated text (1906.04043), top-p 0.9", aboveHalf(entropy), shown(entropy)],
  ];
  return { values: { "verdicts.table": table(["claim", "here", "AUROC"], rows, 3) } };
}
