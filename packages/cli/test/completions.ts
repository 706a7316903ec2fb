/** Completions as tsgpt generate --json prints them. */
import { expect } from "vitest";
import { fixture, tsgpt } from "./process.ts";

export interface Token {
  id: number;
  text: string | null;
  logprob: number;
  topLogprobs?: { id: number; logprob: number }[];
}
export interface Sequence {
  tokens: Token[];
  text: string | null;
  score: number;
  finishReason: string;
}

/** Eight tokens of the tiny model, which has no tokenizer. */
export const TINY = ["--model", fixture("tiny-tied"), "--tokens", "1,2,3", "--ignore-eos", "--max-tokens", "8"];

/** What `tsgpt generate --json ...args` prints, when nothing is wrong. */
export const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await tsgpt(["generate", "--json", "--quiet", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
};
export const idsOf = ({ tokens }: Pick<Sequence, "tokens">) => tokens.map(({ id }) => id);
/** ln p of a whole completion. */
export const summed = ({ tokens }: Sequence) => tokens.reduce((sum, { logprob }) => sum + logprob, 0);
