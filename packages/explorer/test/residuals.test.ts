import { Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { tinyConfig } from "../../gpt/test/tiny-model.ts";
import { createResiduals } from "../src/worker/residuals.ts";

test("without memory for the residual streams, one sentence with the size", () => {
  const { nEmbd } = tinyConfig;
  const { hooks } = createResiduals({ ...tinyConfig, nPositions: 2 ** 60 });
  const keep = hooks["blocks.0.hook_resid_pre"];
  expect(() => keep?.(Tensor.zeros([1, nEmbd]), "blocks.0.hook_resid_pre", 0, 2 ** 50)).toThrow(
    /^this browser has no [\d.]+ MB more for the residual streams of the text; shorten it$/,
  );
});
