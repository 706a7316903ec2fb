import { expect, test } from "vitest";
import { CheckpointError, ContextOverflowError, quote } from "../src/errors.ts";

test("a checkpoint error names file, tensor and bytes, and carries them", () => {
  const error = new CheckpointError("m.safetensors", "is wrong", { tensor: "a", range: [8, 12] });
  expect(error.message).toBe('m.safetensors: tensor "a" is wrong (bytes 8 to 12)');
  expect(error).toMatchObject({ name: "CheckpointError", file: "m.safetensors", tensor: "a", range: [8, 12] });
});

test("a context overflow gives the counts and the way out", () => {
  const error = new ContextOverflowError({ past: 5, adding: 4, limit: 8, what: "cache capacity" });
  expect(error.message).toBe(
    "context overflow: 5 past + 4 new tokens = 9, cache capacity is 8; make the cache larger, truncate it, or feed fewer tokens",
  );
  expect(error).toMatchObject({ past: 5, adding: 4, limit: 8, what: "cache capacity" });
});

test("past the model's positions, only fewer tokens help", () => {
  const error = new ContextOverflowError({ past: 0, adding: 9, limit: 8, what: "nPositions" });
  expect(error.message).toBe(
    "context overflow: 0 past + 9 new tokens = 9, nPositions is 8; the model has no positions beyond these: feed fewer tokens",
  );
});

test("a name from a file cannot break the line or command the terminal", () => {
  expect(quote('a"\n\u001b[31m\u009b\u202e')).toBe('"a\\"\\n\\u001b[31m\\u{9b}\\u{202e}"');
});

test("a long value is cut at 80 characters", () => {
  expect(quote("x".repeat(1000))).toHaveLength(80);
});
