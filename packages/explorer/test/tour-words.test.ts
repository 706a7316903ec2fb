/** The tour's words: at most 25 a step for any text and model, and none that are wrong for a short text or a small model. */
import { expect, test } from "vitest";
import { strings } from "../src/strings.ts";

const MOST = 25;
const FACTS = {
  count: 1024,
  vocabulary: "50,257",
  layers: 48,
  channels: 1600,
  token: " antidisestablishment",
  id: 50_256,
  source: " Once",
  isAlone: false,
  best: " was",
  place: strings.tour.place(47, 24),
  computedFrom: 1023,
  isDrawn: true,
};
const { texts } = strings.tour;

const STATES = [
  FACTS,
  { ...FACTS, count: 1, isAlone: true, layers: 1, computedFrom: 1 },
  { ...FACTS, isDrawn: false },
] as const;

/** Of a step, all but its formula, its numbers and the tokens to choose from. */
function wordsOf(step: keyof typeof texts, facts: (typeof STATES)[number], chain: readonly string[]): string {
  const { others, headOutput, drawn, after, verdict, guess, another } = strings.tour;
  const kept = strings.tour.chain(chain, "50,256", "50,257");
  const token = `${drawn} was`;
  const appended = facts.isDrawn ? [token, after("12.3%"), verdict(false)] : [];
  const more: Partial<Readonly<Record<keyof typeof texts, readonly string[]>>> = {
    softmax: [others(1019)],
    values: [headOutput],
    draw: [kept, ...(facts.isDrawn ? [token] : [guess, another])],
    append: appended,
  };
  return [texts[step](facts), ...(more[step] ?? [])].join(" ");
}

const CHAINS = [[], ["top-p"], ["T = 0.8", "top-k"], ["T = 0.8", "top-k", "top-p", "min-p", "xtc"]];

test.each(STATES)("at most 25 words a step, all that it shows counted", (facts) => {
  for (const step of Object.keys(texts) as (keyof typeof texts)[]) {
    for (const chain of CHAINS) {
      const said = wordsOf(step, facts, chain);
      expect(said.split(/\s+/).length, `${step}: ${said}`).toBeLessThanOrEqual(MOST);
    }
  }
});

test("the chain's steps are named, or where they are many, counted", () => {
  const { chain } = strings.tour;
  expect(CHAINS.map((steps) => chain(steps, "3", "4,096"))).toEqual([
    "Kept: all 4,096 tokens.",
    "Kept: 3 of 4,096 tokens (top-p).",
    "Kept: 3 of 4,096 tokens (T = 0.8, top-k).",
    "Kept: 3 of 4,096 tokens (5 steps).",
  ]);
});

test("one token, one block", () => {
  const alone = { ...FACTS, count: 1, isAlone: true, layers: 1, computedFrom: 1 };
  expect(texts.ids(alone)).toContain("Your text is 1 token.");
  expect(texts.score(alone)).toContain("the key of the same token");
  expect(texts.blocks(alone)).toContain("the only block");
  expect(texts.append(alone)).toContain("the 1 before is cached");
  expect(texts.append({ ...alone, isDrawn: false })).toContain("No token can follow");
});

test("after the draw, it is over", () => {
  expect(texts.draw(FACTS)).toMatch(/decided\.$/);
  expect(texts.draw({ ...FACTS, isDrawn: false })).toMatch(/decides\.$/);
});
