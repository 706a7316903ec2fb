import { forward } from "@tsgpt/gpt";
import { expect, test } from "vitest";
import { tinyModel } from "../../gpt/test/tiny-model.ts";
import { timedForward } from "../src/timed-forward.ts";

const model = tinyModel();

test.each([[[7]], [[7, 3, 11]]])("logits of %j go into the array given, and to a new one without it", async (ids) => {
  const expected = forward(model, ids, { positions: "last" }).data;
  const into = new Float32Array(model.config.vocabSize);
  const { logits } = await timedForward(model, ids, undefined, undefined, into);
  expect(logits.data).toBe(into);
  expect(into).toEqual(expected);
  expect((await timedForward(model, ids, undefined, undefined)).logits.data).not.toBe(into);
  expect(into).toEqual(expected);
});
