import { applyChain, type ChainSpec, candidatesOf, type StepSpec } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { dry } from "../src/steps/dry.ts";
import { logitBias } from "../src/steps/logit-bias.ts";
import { repetitionPenalty } from "../src/steps/repetition-penalty.ts";
import { temperature } from "../src/steps/temperature.ts";
import { watermark } from "../src/steps/watermark.ts";
import { row, said } from "./rows.ts";

const range = "logits go from -1e+100 to 1e+100";

test.each([1e101, -1e308])("a row with %s is refused", (logit) => {
  expect(() => candidatesOf(Float64Array.of(0, logit))).toThrow(`logits: the logit of token 1 is ${logit}; ${range}`);
});

test("every step that changes logits refuses to take one out of bounds", () => {
  const [large, negative] = [row(3e38), row(-3e38)];
  expect(() => repetitionPenalty(negative, { penalty: 1e300 }, said([0]))).toThrow(
    `repetition-penalty: the logit of token 0 is -Infinity; ${range}`,
  );
  expect(() => repetitionPenalty(large, { penalty: 1e-300 }, said([0]))).toThrow("logit of token 0 is Infinity");
  expect(() => logitBias(large, { bias: { 0: 1e101 } }, said([]))).toThrow(
    `logit-bias: the logit of token 0 is 1e+101`,
  );
  const repeated = { multiplier: 1e101, base: 1, allowedLength: 1 };
  expect(() => dry(large, repeated, said([0, 0]))).toThrow(`dry: the logit of token 0 is -1e+101; ${range}`);
  const green = { key: 1, gamma: 1 - 1e-9, delta: 1e101 };
  expect(() => watermark(large, green, said([0]))).toThrow(`watermark: the logit of token 0 is 1e+101; ${range}`);
  expect(() => temperature(large, { temperature: 1e-300 })).toThrow("so small that the logit");
});

test("extreme steps, repeated, end in an error and never in NaN", () => {
  const step: StepSpec = { type: "logit-bias", bias: { 0: 9e99 } };
  const chain: ChainSpec = [step, step, { type: "top-n-sigma", n: 1 }];
  expect(() => applyChain(chain, Float32Array.of(0, 1))).toThrow("logit-bias: the logit of token 0 is 1.8e+100");
});

test("a row as wide as the bounds passes the steps that square and subtract", () => {
  const widest = Float64Array.of(1e100, -1e100, 0);
  const chain: ChainSpec = [
    { type: "lecture-penalties", frequency: 2, presence: 1 },
    { type: "top-n-sigma", n: 1 },
  ];
  // Shifted by -1e100: [2e100, 0, 1e100]; token 0 halved: [1e100, 0, 1e100]. Sigma = sqrt(2) / 3 * 1e100: both largest stay.
  expect(Array.from(applyChain(chain, widest, { history: [0] }).candidates.ids)).toEqual([0, 2]);
});
