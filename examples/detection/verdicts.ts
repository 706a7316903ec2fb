/** DetectGPT by rewrites, and what of all this holds on this model: computed, line by line. */
import { detectGpt } from "@tsgpt/analysis";
import type { Chapter } from "../sampling/lab.ts";
import { table } from "../sampling/markdown.ts";
import { auroc } from "./auroc.ts";
import { aurocOf, DECODERS, GREEDY, named, shown, TOP_P } from "./decoders.ts";
import { claim, humanTexts, type Lab, modelTexts, type Written } from "./lab.ts";
import { average } from "./strips.ts";

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

/** What is said elsewhere, whether it is so here, and the numbers. */
export async function verdicts(lab: Lab): Promise<Chapter> {
  const likelihood = (name: string) =>
    aurocOf(lab, DECODERS.find((decoder) => decoder.name === name)!, named("log-likelihood"));
  const fast = await aurocOf(lab, TOP_P, named("Fast-DetectGPT"));
  const logRank = await aurocOf(lab, TOP_P, named("log-rank"));
  const plain = await aurocOf(lab, TOP_P, named("log-likelihood"));
  const lrr = await aurocOf(lab, TOP_P, named("LRR"));
  const entropy = await aurocOf(lab, TOP_P, named("entropy"));
  const [human, greedy] = [average(await humanTexts(lab)), average(await modelTexts(lab, GREEDY))];
  const whole = average(await modelTexts(lab, DECODERS.find(({ name }) => name === "the whole distribution")!));
  const verdict = (holds: boolean) => (holds ? "holds" : "does not hold");
  const rows = [
    [
      "Greedy text is more probable than people's (1904.09751)",
      verdict(greedy.mean > human.mean),
      `mean probability ${greedy.mean.toFixed(3)} against ${human.mean.toFixed(3)}`,
    ],
    [
      "People's text fluctuates more, for its mean, than greedy text (1904.09751)",
      verdict(human.deviation / human.mean > greedy.deviation / greedy.mean),
      `deviation over mean ${(human.deviation / human.mean).toFixed(2)} against ${(greedy.deviation / greedy.mean).toFixed(2)}`,
    ],
    [
      "People's text fluctuates more than text drawn from the whole distribution",
      verdict(human.deviation / human.mean > whole.deviation / whole.mean),
      `${(human.deviation / human.mean).toFixed(2)} against ${(whole.deviation / whole.mean).toFixed(2)}`,
    ],
    [
      "Text drawn from the whole distribution is told by its likelihood",
      verdict((await likelihood("the whole distribution")).low > 0.5),
      shown(await likelihood("the whole distribution")),
    ],
    [
      "Fast-DetectGPT tells better than log-likelihood (2310.05130), top-p 0.9",
      verdict(fast.value > plain.value),
      `${shown(fast)} against ${shown(plain)}`,
    ],
    [
      "LRR tells better than log-likelihood (2306.05540), top-p 0.9",
      verdict(lrr.value > plain.value),
      `${shown(lrr)} against ${shown(plain)}`,
    ],
    [
      "Log-rank tells better than log-likelihood (2301.11305), top-p 0.9",
      verdict(logRank.value > plain.value),
      `${shown(logRank)} against ${shown(plain)}`,
    ],
    ["Low entropy speaks for the model (1906.04043), top-p 0.9", verdict(entropy.low > 0.5), shown(entropy)],
  ];
  return { values: { "verdicts.table": table(["what is said", "here", "by"], rows, 3) } };
}
