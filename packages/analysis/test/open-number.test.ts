/** Numbers opened: the operands sum to the number, at every level from a logit down to single weights. */
import { type NumberName, type NumberSource, type OpenedNumber, openNumber } from "@tsgpt/analysis";
import { activationKeys, forward, forwardBlock, type Model, record } from "@tsgpt/gpt";
import { createReferenceEngine, createSimdEngine, type Tensor, WEIGHT_DTYPES } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { sample } from "../../../test/setup/sample.ts";
import { narrowed, passOver, recorded } from "./lens-fixtures.ts";

const RTOL = 1e-5; // of the largest operand, if that is above 1: float32 sums of up to C terms against float64

/** The pass over the ids, without its logits, which openNumber computes itself. */
function sourceOf(model: Model, ids: readonly number[]): NumberSource {
  const { activations } = passOver(model, ids);
  return { model, ids, activation: (key) => (key === "logits" ? refused() : (activations.get(key) as Tensor)) };
}

function refused(): never {
  throw new Error("the logits of a whole text are not asked for");
}

/** Opens a number, checks it, and opens what is in it: the largest operands, to the last level. The levels that were seen. */
function openAll(source: NumberSource, name: NumberName, seen = new Set<string>()): Set<string> {
  const number = openNumber(source, name);
  expectToAddUp(number);
  seen.add(number.formula);
  const largest = [...number.operands].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)).slice(0, 2);
  for (const { from } of largest.flatMap(({ factors }) => factors)) {
    const key = JSON.stringify(from);
    if (!from || seen.has(key)) continue;
    seen.add(key);
    openAll(source, from, seen);
  }
  return seen;
}

function expectToAddUp({ name, value, result, operands }: OpenedNumber): void {
  const size = operands.reduce((largest, { contribution }) => Math.max(largest, Math.abs(contribution)), 1);
  if (value === result) return; // also -Infinity
  expect(Math.abs(value - result), JSON.stringify(name)).toBeLessThan(RTOL * size);
}

const IDS = [3, 1, 4, 1, 5];
const CASES = WEIGHT_DTYPES.flatMap((dtype) => [
  { dtype, kernels: "reference", create: () => createReferenceEngine() },
  { dtype, kernels: "simd", create: () => createSimdEngine({ threads: 1 }) },
]);

test.each(sample(CASES, 3))(
  "from a logit down to the weights: $dtype on $kernels kernels",
  async ({ dtype, create }) => {
    for (const name of ["tiny-tied", "tiny-untied"]) {
      const model = await narrowed(name, create(), dtype);
      const seen = openAll(sourceOf(model, IDS), { tensor: "logits", index: [4, 7] });
      const formulas = ["logit", "norm", "scale", "sum", "linear", "values", "activation", "lookup", "parameter"];
      for (const formula of formulas) expect(seen).toContain(formula);
    }
  },
);

describe("on a trained model", async () => {
  const engine = createSimdEngine({ threads: 1 });
  const { model, activations } = await recorded("fairytales-1", [12, 500, 7, 90], engine);
  const source = sourceOf(model, [12, 500, 7, 90]);

  test.each(sample(activationKeys(model.config.nLayer), 20))(
    "the value of %s is the trace's, and its operands sum to it",
    (key) => {
      const { shape, data } = activations.get(key) as Tensor;
      for (const offset of [0, data.length >> 1, data.length - 1]) {
        const index = indexOf(shape, offset);
        const number = openNumber(source, { tensor: key, index });
        expect(number.shape).toEqual(shape);
        expect(number.value).toBe(data[offset]);
        expectToAddUp(number);
      }
    },
  );

  test("a weight of a later token is masked", () => {
    const pattern = openNumber(source, { tensor: "blocks.0.attn.hook_pattern", index: [0, 1, 2] });
    expect(pattern).toMatchObject({ formula: "masked", value: 0, operands: [] });
  });

  test("a weight of attention is its score's share of the exponentials", () => {
    const { operands, result } = openNumber(source, { tensor: "blocks.1.attn.hook_pattern", index: [2, 3, 1] });
    expect(operands.map(({ factors: [factor] }) => factor?.from?.index)).toEqual([0, 1, 2, 3].map((s) => [2, 3, s]));
    const scores = operands.map(({ factors: [factor] }) => openNumber(source, factor?.from as NumberName).value);
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    expect(result).toBeCloseTo(Math.exp(scores[1] as number) / total, 6);
  });

  test.each([
    [{ tensor: "hook_nothing", index: [0, 0] }, /openNumber: no activation is called "hook_nothing"/],
    [{ tensor: "hook_embed", index: [4, 0] }, "openNumber: hook_embed has no index [4, 0]; its shape is [4, 192]"],
    [{ tensor: "logits", index: [0] }, "openNumber: logits has no index [0]; its shape is [4, 4096]"],
    [{ tensor: "wte.weight", index: [0, -1] }, "openNumber: wte.weight has no index [0, -1]"],
    [{ tensor: "ln_final.hook_scale", index: [9, 0] }, "openNumber: ln_final.hook_scale has no index [9, 0]"],
  ])("%o does not exist", (name, message) => {
    expect(() => openNumber(source, name)).toThrow(message);
  });
});

describe("one block alone", () => {
  test.each(["reference", "simd"])("has the bits of a whole pass, on %s kernels", async (kernels) => {
    const engine = kernels === "simd" ? createSimdEngine({ threads: 1 }) : createReferenceEngine();
    const { model, activations } = await recorded("tiny-tied", IDS, engine);
    for (let layer = 0; layer < model.config.nLayer; layer++) {
      const own = new Map<string, Tensor>();
      const before = activations.get(`blocks.${layer}.hook_resid_pre`) as Tensor;
      const after = forwardBlock(model, layer, before, { trace: record(own) });
      expect(after.data).toHaveBits(dataOf(activations, `blocks.${layer}.hook_resid_post`));
      for (const [key, activation] of own) expect(activation.data).toHaveBits(dataOf(activations, key));
      expect(own.size).toBe(15);
    }
    expect(forward(model, IDS).data).toHaveBits(dataOf(activations, "logits"));
  });

  test("a layer or a stream that the model does not have is refused", async () => {
    const { model, activations } = await recorded("tiny-tied", IDS, createReferenceEngine());
    const stream = activations.get("hook_embed") as Tensor;
    expect(() => forwardBlock(model, 9, stream)).toThrow("forwardBlock: layer must be from 0 to");
    expect(() => forwardBlock(model, 0, stream.reshape([stream.size, 1]))).toThrow();
  });
});

function indexOf(shape: readonly number[], offset: number): number[] {
  const index: number[] = [];
  for (const size of [...shape].reverse()) {
    index.unshift(offset % size);
    offset = Math.floor(offset / size);
  }
  return index;
}

function dataOf(activations: ReadonlyMap<string, Tensor>, key: string): Float32Array {
  return (activations.get(key) as Tensor).data;
}
