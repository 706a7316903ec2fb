/** How the AUROC depends on the length of the text and on replaced words. */
import type { TokenScores } from "@tsgpt/analysis";
import { createGenerator, type Generator, nextUniform } from "@tsgpt/numeric";
import type { Chapter } from "../sampling/lab.ts";
import { percent, table } from "../sampling/markdown.ts";
import { auroc } from "./auroc.ts";
import { named, picture, shown, TOP_P } from "./decoders.ts";
import { claim, firstTokens, humanTexts, type Lab, LENGTH, modelTexts, scored, valuesOf } from "./lab.ts";

const NAMES = ["log-likelihood", "LRR", "Fast-DetectGPT", "entropy"];
const LENGTHS = [10, 20, 40, 80, LENGTH];
const SHARES = [0, 0.05, 0.1, 0.2, 0.3];

export async function lengths(lab: Lab): Promise<Chapter> {
  const [human, model] = [await humanTexts(lab), await modelTexts(lab, TOP_P)];
  const byName = NAMES.map((name) => ({
    name,
    found: LENGTHS.map((length) => {
      const values = (scores: typeof human.scores) =>
        valuesOf(
          named(name),
          scores.map((text) => firstTokens(text, length)),
        );
      return auroc(values(model.scores), values(human.scores));
    }),
  }));
  const fast = byName.find(({ name }) => name === "Fast-DetectGPT")!.found;
  claim(fast.at(-1)!.value > fast[0]!.value, "Fast-DetectGPT detects long texts better than short ones");
  const rows = LENGTHS.map((length, i) => [String(length), ...byName.map(({ found }) => shown(found[i]!))]);
  const curves = new Map(
    byName.map(({ name, found }) => [name, found.map(({ value }, i) => ({ x: LENGTHS[i]!, y: value }))]),
  );
  return {
    values: { "lengths.table": table(["tokens", ...NAMES], rows), "lengths.decoder": TOP_P.name },
    pictures: { "length.svg": picture(`AUROC by the length of the text, ${TOP_P.name}`, "tokens →", curves) },
  };
}

export async function replacedWords(lab: Lab): Promise<Chapter> {
  const [human, model] = [await humanTexts(lab), await modelTexts(lab, TOP_P)];
  const words = lab.human.flatMap((ids) => lab.tokenizer.decode(ids).split(/\s+/).slice(1, -1));
  const byShare: (readonly TokenScores[])[] = [];
  for (const share of SHARES) {
    const generator = createGenerator(1);
    const texts = model.texts.map((ids) => {
      const text = lab.tokenizer.decode(ids);
      return share === 0 ? ids : lab.tokenizer.encode(replaced(text, share, words, generator));
    });
    byShare.push((await scored(lab, texts)).scores);
  }
  const found = NAMES.map((name) =>
    byShare.map((scores) => auroc(valuesOf(named(name), scores), valuesOf(named(name), human.scores))),
  );
  const likelihood = found[0]!;
  claim(
    likelihood.at(-1)!.high < 0.5,
    "with 30% of its words replaced generated text is less probable than human text",
  );
  const rows = SHARES.map((share, i) => [percent(share), ...found.map((column) => shown(column[i]!))]);
  const curves = new Map(
    NAMES.map((name, n) => [name, found[n]!.map(({ value }, i) => ({ x: 100 * SHARES[i]!, y: value }))]),
  );
  return {
    values: { "words.table": table(["words replaced", ...NAMES], rows) },
    pictures: {
      "words.svg": picture(`AUROC by the share of words replaced, ${TOP_P.name}`, "words replaced, % →", curves),
    },
  };
}

/** Replaces each word, with probability `share`, by a random word of the stories. */
function replaced(text: string, share: number, words: readonly string[], generator: Generator): string {
  return text.replaceAll(/\S+/g, (word) => {
    const isReplaced = nextUniform(generator) < share;
    return isReplaced ? words[Math.floor(nextUniform(generator) * words.length)]! : word;
  });
}
