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

test.each([FACTS, { ...FACTS, count: 1, isAlone: true, layers: 1, computedFrom: 1 }, { ...FACTS, isDrawn: false }])(
  "at most 25 words a step",
  (facts) => {
    for (const [step, text] of Object.entries(texts)) {
      const words = text(facts).split(/\s+/);
      expect(words.length, `${step}: ${text(facts)}`).toBeLessThanOrEqual(MOST);
    }
  },
);

test("one token, one block", () => {
  const alone = { ...FACTS, count: 1, isAlone: true, layers: 1, computedFrom: 1 };
  expect(texts.ids(alone)).toContain("Your text is 1 token.");
  expect(texts.score(alone)).toContain("the key of the same token");
  expect(texts.blocks(alone)).toContain("the only block");
  expect(texts.append(alone)).toContain("of the 1 token before");
  expect(texts.append({ ...alone, isDrawn: false })).toContain("No token can follow");
});

test("after the draw, no guess is asked for", () => {
  expect(texts.draw(FACTS)).not.toContain("guess");
  expect(texts.draw({ ...FACTS, isDrawn: false })).toContain("What is your guess?");
});
