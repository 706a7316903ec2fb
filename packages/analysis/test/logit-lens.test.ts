/** The logit lens against PyTorch in float64, and its last entry against the model itself. */
import { lensHooks, logitLens, residualPredictions } from "@tsgpt/analysis";
import { forward, logProbabilities, record } from "@tsgpt/gpt";
import { createReferenceEngine, ShapeError, type Tensor } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { LENS_ENGINES, lensFixture, recorded } from "./lens-fixtures.ts";

const RTOL = 1e-5; // of a log-probability, and of a probability

describe.each(LENS_ENGINES)("on $engineName kernels", ({ create, models }) => {
  test.each(models)("%s: log-probabilities and the ten likeliest tokens are PyTorch's", async (name) => {
    const { ids, cases } = await lensFixture(name);
    const { model, activations } = await recorded(name, ids, create());
    for (const { position, target, lens } of cases) {
      const found = logitLens(model, activations, { position, target: target ?? undefined });
      expect(found.map(({ hook }) => hook)).toEqual(lens.map(({ hook }) => hook));
      for (const [i, { targetLogprob, top }] of found.entries()) {
        const expected = lens[i];
        expect(Math.abs(targetLogprob / (expected?.targetLogprob as number) - 1)).toBeLessThan(RTOL);
        expect(top.map(({ id }) => id)).toEqual(expected?.top.map(([id]) => id));
        for (const [j, { probability }] of top.entries())
          expect(Math.abs(probability / (expected?.top[j]?.[1] as number) - 1)).toBeLessThan(RTOL);
      }
    }
  });

  test("the last entry is the model's own prediction, bit for bit, at every position", async () => {
    const name = models.at(-1) as string;
    const { ids } = await lensFixture(name);
    const { model, activations, logits } = await recorded(name, ids, create());
    for (const position of [0, 7, ids.length - 1]) {
      const last = logitLens(model, activations, { position, target: 26 }).at(-1);
      expect(last?.targetLogprob).toBe(logProbabilities(logits.row(position).data, position, "test")[26]);
    }
  });
});

describe.each(LENS_ENGINES)("rows of many positions on $engineName kernels", ({ create, models }) => {
  test("in one product have the predictions of logitLens, bit for bit", async () => {
    const name = models.at(-1) as string;
    const { ids } = await lensFixture(name);
    const { model, activations } = await recorded(name, ids, create());
    const expected = ids.map((_, position) => logitLens(model, activations, { position, top: 3 }));
    for (const [depth, hook] of lensHooks(model.config.nLayer).entries()) {
      const found = residualPredictions(model, activations.get(hook) as Tensor, { top: 3 });
      expect(found).toEqual(expected.map((entries) => entries[depth]?.top));
    }
  });
});

test("it reads the activations that lensHooks names, and no others", async () => {
  const { ids, cases } = await lensFixture("tiny-tied");
  const { model, activations } = await recorded("tiny-tied", ids, createReferenceEngine());
  expect(lensHooks(3)).toEqual([
    "blocks.0.hook_resid_pre",
    "blocks.0.hook_resid_post",
    "blocks.1.hook_resid_post",
    "blocks.2.hook_resid_post",
  ]);
  const few = new Map<string, Tensor>();
  forward(model, ids, { trace: record(few, (key) => lensHooks(3).includes(key)) });
  expect(logitLens(model, few)).toEqual(logitLens(model, activations, { position: cases[0]?.position }));
});

describe("refuses", async () => {
  const { ids } = await lensFixture("tiny-tied");
  const { model, activations } = await recorded("tiny-tied", ids, createReferenceEngine());
  test.each([
    [{ position: 11 }, "logitLens: position must be a whole number from 0 to 10, got 11"],
    [{ position: -1 }, "logitLens: position must be a whole number from 0 to 10, got -1"],
    [{ target: 61 }, "logitLens: target must be a whole number from 0 to 60, got 61"],
    [{ target: 0.5 }, "logitLens: target must be a whole number from 0 to 60, got 0.5"],
    [{ top: -1 }, "logitLens: top must be a whole number, 0 or more, got -1"],
  ])("%j", (options, message) => {
    expect(() => logitLens(model, activations, options)).toThrow(new RangeError(message));
  });

  test("a number of predictions that is not one, and rows of another width", () => {
    const rows = activations.get("blocks.0.hook_resid_pre") as Tensor;
    expect(() => residualPredictions(model, rows, { top: 1.5 })).toThrow(
      new RangeError("residualPredictions: top must be a whole number, 0 or more, got 1.5"),
    );
    expect(() => residualPredictions(model, rows.reshape([rows.size, 1]))).toThrow(ShapeError);
  });

  test("a pass that did not record what it reads", () => {
    const without = new Map([...activations].filter(([key]) => key !== "blocks.1.hook_resid_post"));
    expect(() => logitLens(model, without)).toThrow(
      new RangeError('logitLens: the activation "blocks.1.hook_resid_post" is missing; record it in the pass'),
    );
  });
});
