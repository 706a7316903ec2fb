/** Options of a chain whose values are texts or token ids, and that the library's chain of the same flags is the same. */
import { type Model, presetConfig, type Tokenizer } from "@tsgpt/gpt";
import { loadFolderTokenizer } from "@tsgpt/gpt/node";
import { type ChainFlags, chainOfFlags, dialects } from "@tsgpt/sampling";
import { Command } from "commander";
import { beforeAll, describe, expect, test } from "vitest";
import { chainOptions } from "../src/options/chain-options.ts";
import { addOptions, option } from "../src/options/option.ts";
import { type ResolvedFlags, resolveChain, textOptions } from "../src/options/resolve-chain.ts";
import { fixture } from "./process.ts";

test("without a tokenizer texts are token ids, and none disables breakers", () => {
  const flags = { dialect: "lecture", banned: ["1,2", "3"], dryMultiplier: 1 } as const;
  const banned = [[1, 2], [3]];
  expect(textOptions({ ...flags, dryBreaker: ["4,5", "6"] }, undefined, 7)).toEqual({
    banned,
    dryBreakers: [4, 5, 6],
  });
  expect(textOptions({ ...flags, dryBreaker: ["none"] }, undefined, 7)).toEqual({ banned, dryBreakers: [] });
});

const named = { name: "tiny", tokenizer: undefined } as never;
test.each([
  [{ banned: ["1,7"] }, "--banned: token id 7 is out of range; ids go from 0 to 6", undefined],
  [{ dryMultiplier: 1, dryBreaker: ["8"] }, "--dry-breaker: token id 8 is out of range; ids go from 0 to 6", undefined],
  [{ banned: ["x"] }, '--banned "x": with --logits give token ids, 1,2,3; a text needs --prompt or --model', undefined],
  [{ banned: ["x"] }, 'model "tiny" has no tokenizer: --banned takes token ids here, 1,2,3', named],
  [
    { dryMultiplier: 1, dryBreaker: ['a "\n: a text needs a tokenizer;'] },
    '--dry-breaker "a \\"\\n: a text needs a tokenizer;": with --logits give token ids, 1,2,3; a text needs --prompt or --model',
    undefined,
  ],
  [{ banned: ['""'] }, '--banned "\\"\\"": must not be empty', undefined],
])("%j is an error", (flags, message, model) => {
  expect(() => textOptions({ dialect: "lecture", ...flags }, model, 7)).toThrow(
    expect.objectContaining({ name: "CliError", message, exitCode: 2 }),
  );
});

describe("the library's chain of the same flags", () => {
  let tokenizer: Tokenizer;
  let model: Model;
  beforeAll(async () => {
    tokenizer = (await loadFolderTokenizer(fixture("fairytales-1")))!;
    model = {
      name: "fairytales-1",
      config: { ...presetConfig("gpt2"), vocabSize: 4096 },
      tokenizer,
    } as Model;
  });

  const parsed = (typed: string): ResolvedFlags => {
    const command = new Command();
    addOptions(command, [option("--greedy", ""), chainOptions]);
    return {
      maxTokens: 100,
      ...command.parse(typed.split(" ").filter(Boolean), { from: "user" }).opts<Omit<ResolvedFlags, "maxTokens">>(),
    };
  };

  test.each<[string, ChainFlags & { readonly greedy?: boolean }]>([
    ["", {}],
    ["--greedy --repetition-penalty 1.2", { greedy: true, repetitionPenalty: 1.2 }],
    ["--temperature 0.7 --top-k 40", { temperature: 0.7, topK: 40 }],
    ["--top-p 0.5 --min-p 0.1 --typical 0.9", { topP: 0.5, minP: 0.1, typical: 0.9 }],
    ["--epsilon 0.001 --eta 0.001 --top-n-sigma 2", { epsilon: 0.001, eta: 0.001, topNSigma: 2 }],
    ["--xtc-probability 0.5 --xtc-threshold 0.2", { xtcProbability: 0.5, xtcThreshold: 0.2 }],
    ["--mirostat-tau 4 --mirostat-eta 0.2", { mirostatTau: 4, mirostatEta: 0.2 }],
    ["--dry-multiplier 0.8", { dryMultiplier: 0.8 }],
    [
      "--dry-multiplier 1 --dry-breaker king --dry-breaker 5,6 --dry-base 2",
      { dryMultiplier: 1, dryBreaker: ["king", "5,6"], dryBase: 2 },
    ],
    ["--dry-multiplier 1 --dry-breaker none", { dryMultiplier: 1, dryBreaker: ["none"] }],
    ['--banned king --banned 7,8 --banned "12"', { banned: ["king", "7,8", '"12"'] }],
    ["--frequency-penalty 1.1 --penalty-scope generated", { frequencyPenalty: 1.1, penaltyScope: "generated" }],
    [
      "--logit-bias 5:1,6:-1 --allowed 5,6,7 --forced-first 5 --no-repeat-ngram 3",
      { logitBias: { 5: 1, 6: -1 }, allowed: [5, 6, 7], forcedFirst: 5, noRepeatNgram: 3 },
    ],
    [
      "--watermark-key 3 --watermark-gamma 0.5 --watermark-hash self",
      { watermarkKey: 3, watermarkGamma: 0.5, watermarkHash: "self" },
    ],
  ])("%s", (typed, flags) => {
    for (const dialect of dialects) {
      const chain = chainOfFlags(dialect, flags, tokenizer, 4096);
      expect(chain).toEqual(resolveChain(parsed(`${typed} --dialect ${dialect}`), model, 1, { defaults: true }));
      if (typed !== "" || dialect !== "openai") expect(chain).not.toEqual([]);
    }
  });
});
