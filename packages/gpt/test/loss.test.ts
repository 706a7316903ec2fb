import { expect, test } from "vitest";
import { crossEntropy } from "../src/loss.ts";
import { forward } from "../src/model.ts";
import { tinyModel } from "./tiny-model.ts";

const model = tinyModel();

test("the loss at position i is -ln softmax(logits[i])[ids[i + 1]]", () => {
  const ids = [3, 1, 4, 1, 5];
  const logits = forward(model, ids);
  const { perPosition, mean } = crossEntropy(model, ids);
  expect(perPosition).toHaveLength(4);
  perPosition.forEach((loss, i) => {
    const row = logits.row(i).data;
    const p = Math.exp(row[ids[i + 1] as number] as number) / row.reduce((sum, logit) => sum + Math.exp(logit), 0);
    expect(loss).toBeCloseTo(-Math.log(p), 5);
  });
  expect(mean).toBeCloseTo(perPosition.reduce((sum, loss) => sum + loss, 0) / 4, 12);
});

test("one token has no loss", () => {
  expect(() => crossEntropy(model, [3])).toThrow("crossEntropy: needs 2 tokens or more, got 1");
});
