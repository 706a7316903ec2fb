/** Whether a way of decoding draws by chance, so that a seed means something. */
import { presetChain } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { drawsByChance, type Strategy } from "../src/generate/strategy.ts";

const chains = {
  default: presetChain("lecture", {}),
  greedy: presetChain("lecture", { greedy: true }),
  "temperature 0": presetChain("llama.cpp", { temperature: 0 }),
  "temperature 0 with xtc": presetChain("llama.cpp", { temperature: 0, xtcProbability: 0.5 }),
} as const;

test.each<[Strategy, keyof typeof chains, boolean]>([
  ["sample", "default", true],
  ["samples", "default", true],
  ["speculative", "default", true],
  ["beams", "default", false],
  ["contrastive", "default", false],
  ["sample", "greedy", false],
  ["speculative", "greedy", false],
  ["sample", "temperature 0", false],
  ["sample", "temperature 0 with xtc", true],
])("%s, %s: %s", (strategy, chain, byChance) => {
  expect(drawsByChance(strategy, chains[chain])).toBe(byChance);
});
