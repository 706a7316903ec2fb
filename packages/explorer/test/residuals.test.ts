import { Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { tinyConfig } from "../../gpt/test/tiny-model.ts";
import { createResiduals, residualBytes } from "../src/worker/residuals.ts";

const KEY = "blocks.0.hook_resid_pre";

test("without memory for the residual streams, one sentence with the size", () => {
  expect(() => createResiduals({ ...tinyConfig, nPositions: 2 ** 40 })).toThrow(
    /^this browser has no [\d.]+ MB more for the residual streams of a whole context; close other pages, or use a smaller model$/,
  );
});

test("rows stay in one piece of memory, of the size that is stated", () => {
  const residuals = createResiduals(tinyConfig);
  const { nEmbd, nLayer } = tinyConfig;
  residuals.trace.visit(KEY, Tensor.from([Array(nEmbd).fill(1), Array(nEmbd).fill(2)]), 0, 0);
  residuals.trace.visit(KEY, Tensor.from([Array(nEmbd).fill(3)]), 0, 2);
  const { buffer } = residuals.row(0, 2);
  expect(residuals.before(0, 3).data).toEqual(
    Float32Array.from({ length: 3 * nEmbd }, (_, i) => 1 + Math.floor(i / nEmbd)),
  );
  expect(residuals.row(nLayer, 0).buffer).toBe(buffer);
  expect(buffer.byteLength).toBe(residualBytes(tinyConfig));
});
