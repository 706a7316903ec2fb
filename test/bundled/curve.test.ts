/** The curve of held-out loss against tokens: its points are those of the logs, its picture is drawn from them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { curvePicture, heldOutCurve } from "../../tools/bundled/curve.ts";

const ROOT = join(import.meta.dirname, "../..");

test("an evaluation has the tokens of the step before it", () => {
  const log = [
    { step: 10, loss: 5, tokens: 2_000_000 },
    { step: 10, validationLoss: 4.5, validationBitsPerByte: 1.7 },
    { step: 12, sample: "Once" },
    { step: 20, loss: 4, tokens: 4_000_000 },
    { step: 20, validationLoss: 4.25, validationBitsPerByte: 1.6 },
  ];
  expect(heldOutCurve("a", `${log.map((line) => JSON.stringify(line)).join("\n")}\n`)).toEqual([
    { name: "a", millions: 2, nats: 4.5 },
    { name: "a", millions: 4, nats: 4.25 },
  ]);
});

test("the picture is that of the committed logs", async () => {
  expect(readFileSync(join(ROOT, "bench/results/bundled-loss.svg"), "utf8")).toBe(await curvePicture());
});

test("the curve of 3.6 million parameters ends at 18.4 million tokens, with its documented loss", () => {
  const last = heldOutCurve("3.6M", readFileSync(join(ROOT, "tools/bundled/logs/3.6M.jsonl"), "utf8")).at(-1);
  expect(last?.millions).toBe((4500 * 8 * 512) / 1e6);
  expect(last?.nats).toBeCloseTo(3.361, 3);
});
