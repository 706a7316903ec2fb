/** DetectGPT by rewrites, and what of all this holds on this model: computed, line by line. */
import { detectGpt, probabilitySpread } from "@tsgpt/analysis";
import type { Chapter } from "../sampling/lab.ts";
import { table } from "../sampling/markdown.ts";
import { type Auroc, auroc } from "./auroc.ts";
import { aurocOf, DECODERS, GREEDY, named, shown, TOP_P } from "./decoders.ts";
import { claim, humanTexts, type Lab, modelTexts, type Written } from "./lab.ts";

const PERTURBATIONS = 5;
/** Each is rewritten so often that fewer have to do. */
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
  claim(found.low > 0.5, "DetectGPT's form tells the model's text under top-p 0.9");
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

/** How much a text's probabilities jump, for their height; of each text. */
const jumps = ({ scores }: Written): number[] =>
  scores.map((text) => {
    const { mean, deviation } = probabilitySpread(text);
    return deviation / mean;
  });

/** `holds` or not, where the interval leaves no doubt. */
function aboveHalf({ low, high }: Auroc): string {
  return low > 0.5 ? "holds" : high < 0.5 ? "does not hold" : "is not decided by these texts";
}

/** Whether one statistic tells better than another, where their intervals do not overlap. */
function isBetter(one: Auroc, other: Auroc): string {
  return one.low > other.high ? "holds" : one.high < other.low ? "does not hold" : "is not decided by these texts";
}

/** What is said elsewhere, whether it is so here, and the numbers. */
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
  const [jumpGreedy, jumpWhole] = [auroc(jumps(human), jumps(greedy)), auroc(jumps(human), jumps(drawn))];
  const better = (one: Auroc) => [isBetter(one, plain), `${shown(one)} against ${shown(plain)}`];
  const rows = [
    ["Greedy text is more probable than people's (1904.09751)", aboveHalf(probable), shown(probable)],
    [
      "People's text jumps more, for its height, than greedy text (1904.09751)",
      aboveHalf(jumpGreedy),
      shown(jumpGreedy),
    ],
    ["and than text drawn from the whole distribution", aboveHalf(jumpWhole), shown(jumpWhole)],
    [
      "Text drawn from the whole distribution is told by its likelihood",
      aboveHalf(wholeLikelihood),
      shown(wholeLikelihood),
    ],
    ["Fast-DetectGPT tells better than log-likelihood (2310.05130), top-p 0.9", ...better(fast)],
    ["LRR tells better than log-likelihood (2306.05540), top-p 0.9", ...better(lrr)],
    ["Log-rank tells better than log-likelihood (2301.11305), top-p 0.9", ...better(logRank)],
    ["Low entropy speaks for the model (1906.04043), top-p 0.9", aboveHalf(entropy), shown(entropy)],
  ];
  return { values: { "verdicts.table": table(["what is said", "here", "AUROC"], rows, 3) } };
}
