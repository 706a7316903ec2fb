/**
 * Operations against PyTorch in float64 (fixtures/ops.json, by tools/reference). FLOAT32's bound: the values are exact to
 * float64, ours are rounded to float32 once by the reference, and a few times by a faster set.
 */
import { readFileSync } from "node:fs";
import { attention, gelu, layerNorm, logSoftmax, silu, softmax, Tensor } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { engines, FLOAT32, tensorOn } from "./engines.ts";

const read = (name: string) => JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8"));
const ops = read("ops.json");

/** Heads side by side: [H, T, D] -> [T, H D] */
const sideBySide = (heads: number[][][]): number[][] =>
  (heads[0] as number[][]).map((_, t) => heads.flatMap((head) => head[t] as number[]));

describe.each(engines)("$name against PyTorch", ({ engine }) => {
  test.each(["tanh", "erf", "sigmoid"] as const)("gelu, %s form, from -12 to 12 and beyond", (form) => {
    const y = gelu(tensorOn(engine, ops.gelu.x), form, engine);
    expect(y).toBeCloseToTensor(Tensor.from(ops.gelu[form]), FLOAT32);
  });

  test("silu, from -12 to 12 and beyond", () => {
    const y = silu(tensorOn(engine, ops.gelu.x), engine);
    expect(y).toBeCloseToTensor(Tensor.from(ops.gelu.silu), FLOAT32);
  });

  test("softmax and log-softmax", () => {
    const x = tensorOn(engine, ops.softmax.x);
    expect(softmax(x, engine)).toBeCloseToTensor(Tensor.from(ops.softmax.softmax), FLOAT32);
    expect(logSoftmax(x, engine)).toBeCloseToTensor(Tensor.from(ops.softmax.logSoftmax), FLOAT32);
  });

  test("layer norm with weight and bias", () => {
    const { x, weight, bias, epsilon, out } = ops.layerNorm;
    const parameters = { weight: tensorOn(engine, weight), bias: tensorOn(engine, bias) };
    expect(layerNorm(tensorOn(engine, x), parameters, epsilon, engine)).toBeCloseToTensor(Tensor.from(out), FLOAT32);
  });

  test("causal attention of three heads", () => {
    const { q, k, v, out } = ops.attention;
    const past = k[0].length - q[0].length;
    const options = { past, scale: 1 / Math.sqrt(q[0][0].length) };
    const z = attention(tensorOn(engine, sideBySide(q)), tensorOn(engine, k), tensorOn(engine, v), options, engine);
    expect(z).toBeCloseToTensor(Tensor.from(out), FLOAT32);
  });
});
