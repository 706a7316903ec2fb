import { expect, test } from "vitest";
import { alreadyLine, evaluationLine, resumeCommand, sampleLines, stepLine } from "../src/terminal/train-report.ts";
import { secondsLeft } from "../src/train/run.ts";

const REPORT = {
  step: 100,
  loss: 3.4121,
  gradientNorm: 0.8123,
  learningRate: 0.003,
  tokens: 1,
  tokensPerSecond: 2431.2,
};

test("a step's line: loss, bits per byte, norm, learning rate, tokens per second, time left", () => {
  expect(stepLine(REPORT, { steps: 1000, secondsLeft: 301.2, bitsPerByte: 0.58 })).toBe(
    "step 100/1000  loss 3.412  1.98 bits per byte  norm 0.812  rate 3.0e-3  2,431 tokens/s  5 min 2 s left",
  );
});

test("batches have no bytes, and the last step no time left", () => {
  expect(stepLine(REPORT, { steps: 100, secondsLeft: 0, bitsPerByte: undefined })).toBe(
    "step 100/100  loss 3.412  norm 0.812  rate 3.0e-3  2,431 tokens/s",
  );
});

test.each([
  ["steps", "already at step 30; give --steps N for more"],
  ["epochs", "already at step 30; give --epochs N for more"],
  ["minutes", "already at step 30; give --minutes N for more"],
  ["batches", "already at step 30, and --batches has no more"],
] as const)("a run that is at the end of its %s says what gives more", (limit, text) => {
  expect(alreadyLine(30, limit)).toBe(text);
});

test.each([
  [{ step: 30, seconds: 400 }, { steps: 100 }, 700],
  [{ step: 100, seconds: 1100 }, { steps: 100 }, 0],
  [{ step: 30, seconds: 400 }, { seconds: 500 }, 100],
  [{ step: 30, seconds: 501 }, { seconds: 500 }, 0],
])("the time that is left is at the pace since the process began: %j of %j", (now, duration, left) => {
  expect(secondsLeft(now, { step: 20, seconds: 300 }, duration)).toBe(left);
});

test("an evaluation's line", () => {
  expect(evaluationLine(20, 2, 0.5)).toBe("step 20  validation loss 2.000  1.00 bits per byte");
});

test("a sample is indented, and its control characters are replaced", () => {
  expect(sampleLines(7, "a\nb\u001b[2J")).toBe("step 7  sample:\n  | a\n  | b\ufffd[2J");
});

test("the command that continues can be pasted into a shell, with standard input where the text came from it", () => {
  expect(resumeCommand("runs/story-1", false)).toBe("tsgpt train --output runs/story-1 --resume");
  expect(resumeCommand("it's mine", true)).toBe("tsgpt train - --output 'it'\\''s mine' --resume");
});
