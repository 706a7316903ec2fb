/** The graph is the model: every kind of tiny checkpoint gives the same logits in both runtimes as with our reference kernels. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadModel } from "@tsgpt/gpt/node";
import { createReferenceEngine } from "@tsgpt/tensor";
import { largestDifference } from "../src/contest.ts";
import type { LanguageModel } from "../src/engines/language-model.ts";
import { onnxruntimeNode, onnxruntimeWeb } from "../src/engines/onnxruntime.ts";
import { tsgptModel } from "../src/engines/tsgpt.ts";
import { gpt2Onnx } from "../src/onnx/gpt2.ts";

const FIXTURES = fileURLToPath(new URL("../../../../packages/gpt/test/fixtures/", import.meta.url)); // from dist/test

/** Ours sums in float64, they in float32: a few units in the last place of logits of about 1. */
const TOLERANCE = 1e-5;

const folder = mkdtempSync(join(tmpdir(), "tsgpt-peers-test-"));
after(() => rmSync(folder, { recursive: true }));

const checkpoints = readdirSync(FIXTURES).filter((name) => name.startsWith("tiny-"));

test("there are tiny checkpoints", () => assert.ok(checkpoints.length >= 10));

for (const name of checkpoints) {
  test(`${name}: a prompt, steps, and another prompt`, async () => {
    const model = await loadModel(join(FIXTURES, name), { engine: createReferenceEngine() });
    const path = join(folder, `${name}.onnx`);
    writeFileSync(path, Buffer.concat(gpt2Onnx(model).pieces));
    const expected = await everyLogits(tsgptModel(model, 8));
    for (const load of [onnxruntimeNode, onnxruntimeWeb]) {
      const actual = await everyLogits(await load(path, model.config, 1));
      expected.forEach((logits, i) => {
        const difference = largestDifference(actual[i] as Float32Array, logits);
        assert.ok(difference <= TOLERANCE, `${load.name}, pass ${i}: logits differ by up to ${difference}`);
      });
    }
  });
}

async function everyLogits(model: LanguageModel): Promise<Float32Array[]> {
  const prompt = await model.prefill([5, 3, 8, 1, 2]);
  return [prompt.slice(), await model.step(7), await model.step(0), await model.prefill([4, 4])];
}
