/** What a token is made of: its bytes, and the merges that made it. */
import type { Model, TokenMerge } from "@tsgpt/gpt";
import type { MergeStep, TokenDetails } from "../protocol/text.ts";

export function describeToken({ tokenizer }: Model, id: number): TokenDetails {
  const bytes = Uint8Array.from(tokenizer?.tokenBytes(id) ?? []);
  const merges = tokenizer?.tokenMerges(id);
  return { id, bytes, steps: merges && stepsOf(merges, bytes.length) };
}

/** A symbol ends where the next begins, so that a merge removes one beginning. */
function stepsOf(merges: readonly TokenMerge[], length: number): MergeStep[] {
  const start: MergeStep = { rank: undefined, begins: Array.from({ length }, (_, i) => i), merged: undefined };
  const steps = [start];
  for (const { rank, at } of merges) {
    const { begins } = steps.at(-1) as MergeStep;
    const right = begins[begins.indexOf(at) + 1];
    steps.push({ rank, begins: begins.filter((begin) => begin !== right), merged: at });
  }
  return steps;
}
