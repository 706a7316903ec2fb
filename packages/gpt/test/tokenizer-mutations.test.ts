/**
 * Mutated files of tokenizers: each is read or refused in one line, and those that are read give the ids that AutoTokenizer of
 * transformers 5.18 gave (tools/reference/judge_tokenizers.py). `pnpm test:full` makes 100,000, and checks 2,000 of each kind.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { digestOf, fuzzTokenizer, mutationKinds, mutations } from "./fuzz/tokenizer-mutations.ts";

const recorded: { seed: number; digests: Record<string, string> } = JSON.parse(
  readFileSync(new URL("./fixtures/gpt2-tokenizer/mutations.json", import.meta.url), "utf8"),
);

test.each(mutationKinds)(
  "$name: what is read has the reference's ids",
  (kind) => {
    const digests = (recorded.digests[kind.name] as string).match(/.{6}/g) as string[];
    expect(digests).toHaveLength(2000);
    const count = FULL ? digests.length : 100;
    const ours: string[] = [];
    for (const { ids } of mutations(kind, recorded.seed)) {
      if (ids) ours.push(digestOf(ids));
      if (ours.length === count) break;
    }
    expect(ours).toEqual(digests.slice(0, count));
  },
  300_000,
);

test.each(mutationKinds)(
  "$name: any mutation is read or refused in one line",
  (kind) => {
    expect(fuzzTokenizer(kind, FULL ? 25_000 : 200, recorded.seed + 1)).toEqual([]);
  },
  600_000,
);
