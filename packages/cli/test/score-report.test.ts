/** The marked text and its legend, with color and without. */
import { scoreText, type TokenScores } from "@tsgpt/analysis";
import type { Model } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { createSimdEngine } from "@tsgpt/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { classHistogram, markedText } from "../src/terminal/score-report.ts";
import { fixture } from "./process.ts";

const engine = createSimdEngine({ threads: 1 });
let model: Model;
let scores: TokenScores;
beforeAll(async () => {
  model = await loadModel(fixture("fairytales-1"), { engine });
  scores = await scoreText(model, model.tokenizer?.encode("Once upon a time\nthe 🦓 computed quanta") ?? []);
});
afterAll(() => engine.dispose());

const COLOR = /\p{Cc}\[[\d;]*m/gu;
const MARKS = /[¹²³°]/g;

describe("the marked text", () => {
  test("without color has marks alone: taken away, the text is left", () => {
    const text = markedText({ scores }, model.tokenizer, false);
    expect(text.replaceAll(MARKS, "")).toBe("Once upon a time\nthe 🦓 computed quanta");
    expect(text).toMatch(/^Once° upon a time\n/);
    expect(text).toContain("🦓³");
  });

  test("with color has the same marks, so that nothing is said by color alone", () => {
    const text = markedText({ scores }, model.tokenizer, true);
    expect(text.replaceAll(COLOR, "")).toBe(markedText({ scores }, model.tokenizer, false));
    expect(text).toContain("\u{1b}[38;5;231;48;5;54m🦓³\u{1b}[0m");
  });

  test("no color runs over the end of a line or a blank", () => {
    for (const [colored] of markedText({ scores }, model.tokenizer, true).matchAll(/48;5;\d+m.*?\p{Cc}\[0m/gsu)) {
      expect(colored).not.toMatch(/\s/);
    }
  });
});

test("the legend shows each class as the text does, with its count and share", () => {
  const [head, ...lines] = classHistogram({ scores }, true).trimEnd().split("\n");
  expect(head).toBe("tokens by their rank among the model's predictions (token°: no score)");
  expect(lines.map((line) => line.replaceAll(COLOR, "").slice(2, 8))).toEqual(["token ", "token¹", "token²", "token³"]);
  const shares = lines.map((line) => Number(/([\d.]+)%/.exec(line)?.[1]));
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0);
});
