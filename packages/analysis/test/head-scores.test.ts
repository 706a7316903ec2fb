/** Head scores against PyTorch in float64, and on a model whose heads are constructed. */
import {
  attentionPatterns,
  inductionScore,
  previousTokenScore,
  repeatedTokens,
  scoreTexts,
  zeroAblate,
} from "@tsgpt/analysis";
import { createReferenceEngine } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { engines, expectNear, interventionsOf, loadModel } from "./interventions.ts";

describe.each([
  ...engines.map((engine) => ({ name: "tiny-untied", ...engine })),
  { name: "fairytales-1", ...(engines[1] as (typeof engines)[number]) },
  { name: "induction", ...(engines[0] as (typeof engines)[number]) },
])("$name, $engineName kernels", ({ name, create }) => {
  test("scores are within 1e-5 of PyTorch in float64", async () => {
    const engine = create();
    const model = await loadModel(name, engine);
    const { scores } = await interventionsOf(name);
    const done: number[] = [];
    const induction = await inductionScore(model, scores.texts, { onProgress: (count) => done.push(count) });
    expectNear(induction.flat(), scores.induction.flat(), "induction");
    expect(done.at(-1)).toBe(scores.texts.length);
    expectNear((await previousTokenScore(model, scores.texts)).flat(), scores.previousToken.flat(), "previous token");
    engine.dispose();
  });
});

test("the constructed model: head 0.0 looks at the token before, head 1.0 after the earlier occurrence", async () => {
  const model = await loadModel("induction", createReferenceEngine());
  const texts = repeatedTokens(model, { count: 3 });
  const [induction, previous] = [await inductionScore(model, texts), await previousTokenScore(model, texts)];
  expect(induction[1]?.[0]).toBeGreaterThan(0.99);
  expect(previous[0]?.[0]).toBeGreaterThan(0.99);
  expect(Math.max(induction[0]?.[0] ?? 1, induction[0]?.[1] ?? 1, induction[1]?.[1] ?? 1)).toBeLessThan(0.1);
});

test("tokens that occur three times: the attention to both tokens that followed is summed", async () => {
  const model = await loadModel("induction", createReferenceEngine());
  // The last query is the third 5; it attends to positions 2 and 4, after the first two.
  const ids = [0, 5, 9, 5, 7, 5];
  const [, pattern] = attentionPatterns(model, ids);
  const row = [...(pattern?.row(0).row(5).data ?? [])];
  expect(Math.min(row[2] ?? 0, row[4] ?? 0)).toBeGreaterThan(0.3);
  expect((await inductionScore(model, [ids]))[1]?.[0]).toBeCloseTo(1, 3);
});

test("patterns have rows that sum to 1, a tensor per layer, and show what hooks change", async () => {
  const model = await loadModel("induction", createReferenceEngine());
  const ids = [0, 5, 9, 5];
  const patterns = attentionPatterns(model, ids);
  expect(patterns.map(({ shape }) => shape)).toEqual([
    [2, 4, 4],
    [2, 4, 4],
  ]);
  for (const pattern of patterns) {
    for (let i = 0; i < 8; i++) {
      const row = pattern.reshape([8, 4]).row(i).data;
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
    }
  }
  const [, broken] = attentionPatterns(model, ids, { hooks: [zeroAblate("blocks.0.attn.hook_z", { head: 0 })] });
  expect(broken?.row(0).row(3).data[2]).toBeLessThan(0.3); // without the head before it, it finds nothing
  expect(patterns[1]?.row(0).row(3).data[2]).toBeGreaterThan(0.99);
});

test("texts on which a score has no query are refused", async () => {
  const model = await loadModel("induction", createReferenceEngine());
  await expect(inductionScore(model, [[1, 2, 3], [4]])).rejects.toThrow(
    "inductionScore: no token occurs twice in 2 texts",
  );
  await expect(previousTokenScore(model, [[1]])).rejects.toThrow(
    "previousTokenScore: fewer than two tokens in each of 1 texts",
  );
});

test.each([inductionScore, previousTokenScore, scoreTexts])("%o: the ids of one text are refused", async (score) => {
  const model = await loadModel("tiny-untied", createReferenceEngine());
  const rule = `${score.name}: texts must be a list of lists of token ids, such as [[1, 2, 1, 2]], got`;
  await expect(score(model, [1, 2, 1, 2] as never)).rejects.toThrow(`${rule} a list that holds the number 1`);
  await expect(score(model, ["a wolf"] as never)).rejects.toThrow(`${rule} a list that holds the string "a wolf"`);
  await expect(score(model, "a wolf" as never)).rejects.toThrow(`${rule} the string "a wolf"`);
});
