/** The message of an error, as the CLI prints it. */
import { CheckpointError, ContextOverflowError } from "@tsgpt/gpt";
import { HubError } from "@tsgpt/hub";
import { SamplingError } from "@tsgpt/sampling";
import { ShapeError } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { usageError } from "../src/cli-error.ts";
import { errorMessage } from "../src/terminal/error-message.ts";

const overflow = { past: 0, adding: 9, limit: 8, what: "nPositions" } as const;

test.each<[Error, string]>([
  [new RangeError("beamSearch: beams must be 2 or more"), "beams must be 2 or more"],
  [new Error("generate: the logits at position 3 are NaN"), "the logits at position 3 are NaN"],
  [new ShapeError("matmul: b must be [k, n]"), "b must be [k, n]"],
  [new ContextOverflowError(overflow, "logits: the prompt has 9 tokens"), "the prompt has 9 tokens"],
  [
    new RangeError("beamSearch: numReturn must be from 1 to beams = 2, got 3"),
    "--num-return must be from 1 to beams = 2, got 3",
  ],
  [new RangeError("contrastiveSearch: topK must be 1 or more"), "--top-k must be 1 or more"],
  [new RangeError("generate: maxTokens must be 0 or more"), "--max-tokens must be 0 or more"],
  [new RangeError('generate: option "maxTokens" must be a number'), "--max-tokens must be a number"],
])("%s: without the function's name, and with options for parameters", (error, message) => {
  expect(errorMessage(error)).toBe(message);
});

test.each<[Error, string]>([
  [
    new HubError("org/x is not in /cache; scanCache lists what is"),
    "org/x is not in /cache; tsgpt models lists what is",
  ],
  [new HubError("offline (option offline or HF_HUB_OFFLINE)"), "offline (--offline or HF_HUB_OFFLINE)"],
  [
    new HubError("name a folder by HF_HUB_CACHE (or option cacheDir)"),
    "name a folder by HF_HUB_CACHE (or --cache-dir)",
  ],
  [new HubError("a pull request (option revision refs/pr/N)"), "a pull request (--revision refs/pr/N)"],
  [new SamplingError('temperature: 0; use the step { type: "greedy" }'), "temperature: 0; use --greedy"],
  [new SamplingError('0; use the step { type: "greedy" }, or the option greedy'), "0; use --greedy"],
  [
    usageError('temperature must be above 0; use the step { type: "greedy" }'),
    "temperature must be above 0; use --greedy",
  ],
])("%s: with options and commands in place of what a program would do", (error, message) => {
  expect(errorMessage(error)).toBe(message);
});

test.each([
  new ContextOverflowError(overflow),
  new CheckpointError("weights", "is empty"),
  new SamplingError("temperature: 1e-320 is too small"),
  usageError("banned: x"),
  new Error("ENOENT: no such file or directory"),
])("%s: the whole message", (error) => {
  expect(errorMessage(error)).toBe(error.message);
});
