/** Direct logit attribution against PyTorch in float64, and that the parts sum to the logit in every dtype. */
import { type Attribution, attributionHooks, directLogitAttribution } from "@tsgpt/analysis";
import { forward, type Model, record } from "@tsgpt/gpt";
import { createReferenceEngine, type Tensor, WEIGHT_DTYPES } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { LENS_ENGINES, type LensCase, lensFixture, narrowed, passOver, recorded } from "./lens-fixtures.ts";

const RTOL = 1e-5;
const SUM_ATOL = 1e-5;
const PLACES = [
  [5, undefined],
  [5, 33],
  [0, 60],
] as const;

/** Every part, in the order of the keys. */
const partsOf = (all: Attribution | LensCase["attribution"]): number[] => [
  all.constant,
  all.token,
  all.positionEmbedding,
  ...all.attentionBias,
  ...all.heads.flat(),
  ...all.mlps,
];
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const asTensor = (data: readonly number[]) => ({ data, shape: [data.length] });

describe.each(LENS_ENGINES)("on $engineName kernels", ({ create, atol, models }) => {
  test.each(models)("%s: the parts are PyTorch's, and sum to the model's logit", async (name) => {
    const { ids, cases } = await lensFixture(name);
    const { model, activations, logits } = await recorded(name, ids, create());
    for (const { position, target, attribution } of cases) {
      const found = directLogitAttribution(model, activations, { position, target: target ?? undefined });
      expect(found.target).toBe(attribution.target);
      expect(asTensor(partsOf(found))).toBeCloseToTensor(asTensor(partsOf(attribution)), { atol, rtol: RTOL });
      expect(Math.abs(found.logit / attribution.logit - 1)).toBeLessThan(RTOL);
      expect(Math.abs(sumOf(partsOf(found)) - found.logit)).toBeLessThan(SUM_ATOL);
      expect(Math.abs((logits.row(position).data[found.target] as number) - found.logit)).toBeLessThan(SUM_ATOL);
      expect([found.heads.length, found.heads[0]?.length]).toEqual([model.config.nLayer, model.config.nHead]);
    }
  });
});

describe.each(LENS_ENGINES)("with weights of every dtype, on $engineName kernels", ({ create, models }) => {
  test.each(WEIGHT_DTYPES)("%s: the parts sum to the model's own logit, at any target", async (dtype) => {
    for (const name of ["tiny-untied", models.at(-1) as string]) {
      const { ids } = await lensFixture(name);
      const model: Model = await narrowed(name, create(), dtype);
      const { activations, logits } = passOver(model, ids.slice(0, 6));
      for (const [position, target] of PLACES) {
        const found = directLogitAttribution(model, activations, { position, target });
        const own = logits.row(position).data[found.target] as number;
        expect(Math.abs(sumOf(partsOf(found)) - own)).toBeLessThan(SUM_ATOL);
        expect(Math.abs(found.logit - own)).toBeLessThan(SUM_ATOL);
      }
    }
  });
});

test("it reads the activations that attributionHooks names, and no others", async () => {
  const { ids } = await lensFixture("tiny-tied");
  const { model, activations } = await recorded("tiny-tied", ids, createReferenceEngine());
  const hooks = attributionHooks(model.config.nLayer);
  const few = new Map<string, Tensor>();
  forward(model, ids, { trace: record(few, (key) => hooks.includes(key)) });
  expect([...few.keys()].sort()).toEqual([...hooks].sort());
  expect(directLogitAttribution(model, few)).toEqual(directLogitAttribution(model, activations));
});

describe("refuses", async () => {
  const { ids } = await lensFixture("tiny-tied");
  const { model, activations } = await recorded("tiny-tied", ids, createReferenceEngine());
  test.each([
    [{ position: 11 }, "directLogitAttribution: position must be a whole number from 0 to 10, got 11"],
    [{ target: 61 }, "directLogitAttribution: target must be a whole number from 0 to 60, got 61"],
  ])("%j", (options, message) => {
    expect(() => directLogitAttribution(model, activations, options)).toThrow(new RangeError(message));
  });

  test("a pass that did not record what it reads", () => {
    const without = new Map([...activations].filter(([key]) => key !== "blocks.0.attn.hook_z"));
    expect(() => directLogitAttribution(model, without)).toThrow(
      new RangeError('directLogitAttribution: the activation "blocks.0.attn.hook_z" is missing; record it in the pass'),
    );
  });
});
