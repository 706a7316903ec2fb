/**
 * The figure of "The Curious Case of Neural Text Degeneration" for this model: the probability of each token in human
 * and in greedy text.
 */
import { probabilitySpread, probabilityStrips } from "@tsgpt/analysis";
import type { Chapter } from "../sampling/lab.ts";
import { quotation, table } from "../sampling/markdown.ts";
import { DECODERS, GREEDY } from "./decoders.ts";
import { claim, humanTexts, type Lab, LENGTH, modelTexts, PROMPT, type Written } from "./lab.ts";

/** The index of the story in the figure. */
export const STORY = 2;

export async function strips(lab: Lab): Promise<Chapter> {
  const [human, greedy] = [await humanTexts(lab), await modelTexts(lab, GREEDY)];
  const rows = [["human", ...spread(human)]];
  for (const decoder of DECODERS) rows.push([decoder.name, ...spread(await modelTexts(lab, decoder))]);
  claim(average(greedy).mean > 1.5 * average(human).mean, "greedy text is far more probable than human text");
  const text = (ids: readonly number[]) => lab.tokenizer.decode(ids);
  return {
    values: {
      "lab.length": String(LENGTH),
      "lab.prompt": String(PROMPT),
      "strips.table": table(["text", "mean probability", "standard deviation", "deviation / mean"], rows),
      "strips.human": quotation(text(lab.prompts[STORY]!), text(human.texts[STORY]!)),
      "strips.greedy": quotation(text(lab.prompts[STORY]!), text(greedy.texts[STORY]!)),
    },
    pictures: { "strips.svg": stripsPicture(lab, human, greedy) },
  };
}

/** Both continuations of the story, as an SVG. */
export function stripsPicture({ tokenizer }: Lab, human: Written, greedy: Written): string {
  return probabilityStrips(
    [
      { name: "human story", scores: human.scores[STORY]! },
      { name: "greedy continuation", scores: greedy.scores[STORY]! },
    ],
    { title: "Probability of each token after the same prompt", tokenizer },
  );
}

function average({ scores }: Written): { mean: number; deviation: number } {
  const spreads = scores.map(probabilitySpread);
  const mean = (of: "mean" | "deviation") => spreads.reduce((sum, found) => sum + found[of], 0) / spreads.length;
  return { mean: mean("mean"), deviation: mean("deviation") };
}

function spread(written: Written): string[] {
  const { mean, deviation } = average(written);
  return [mean.toFixed(3), deviation.toFixed(3), (deviation / mean).toFixed(2)];
}
