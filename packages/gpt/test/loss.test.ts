import { expect, test } from "vitest";
import { forward } from "../src/model.ts";
import { crossEntropies, crossEntropy } from "../src/pass/loss.ts";
import { countPasses } from "./count-passes.ts";
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

test("the windows of a text have the losses that each has alone; a pass takes as many as feed nPositions = 24 tokens", () => {
  const { model: counted, passes } = countPasses(model);
  const windows = [8, 8, 8, 2, 20, 24, 3].map((length, w) =>
    Array.from({ length }, (_, i) => (17 * w + 5 * i * i) % 61),
  );
  const alone = windows.map((ids) => crossEntropy(model, ids));
  expect(crossEntropies(counted, windows)).toEqual(alone);
  expect(passes()).toBe(4); // 7 + 7 + 7 + 1, 19, 23, 2
  expect(crossEntropies(counted, [])).toEqual([]);
});

test("the last token of a text is not fed: 25 tokens fit into nPositions = 24", () => {
  const ids = Array.from({ length: 25 }, (_, i) => (5 * i * i) % 61);
  const logits = forward(model, ids.slice(0, 24));
  const last = Array.from(logits.row(23).data);
  const expected =
    Math.log(last.reduce((sum, logit) => sum + Math.exp(logit), 0)) - (last[ids[24] as number] as number);
  const { perPosition } = crossEntropy(model, ids);
  expect(perPosition).toHaveLength(24);
  expect(perPosition.slice(0, 23)).toEqual(crossEntropy(model, ids.slice(0, 24)).perPosition);
  expect(perPosition[23]).toBeCloseTo(expected, 5); // float32 logits of a few units
});

test("a window that is too long is named before anything is computed", () => {
  const { model: counted, passes } = countPasses(model);
  expect(() => crossEntropies(counted, [[1, 2], new Array(26).fill(1)])).toThrow(
    "context overflow of sequence 1: 0 past + 25 new tokens = 25, nPositions is 24",
  );
  expect(() => crossEntropies(counted, [[1, 2], [3]])).toThrow("crossEntropy: needs 2 tokens or more, got 1");
  expect(passes()).toBe(0);
});
