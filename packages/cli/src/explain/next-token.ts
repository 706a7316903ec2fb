/** The chain of explain: that of tsgpt generate with the same options, applied to the position's logits. */
import type { Walkthrough } from "@tsgpt/analysis";
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { applyChain, type ChainResult, type ChainSpec, SamplingError } from "@tsgpt/sampling";
import { usageError } from "../cli-error.ts";
import { noteUnapplied, withModelDefaults } from "../generate/model-defaults.ts";
import type { LoadedModel } from "../model/load-model.ts";
import { resolveChain } from "../options/resolve-chain.ts";
import type { ExplainFlags } from "./explain-flags.ts";

/** The most tokens that a distribution names. */
const NAMED = 10;

/** The chain that continues the first `length` tokens. @throws CliError for options that the model does not allow */
export function resolveExplainChain(flags: ExplainFlags, model: LoadedModel, length: number): ChainSpec {
  const asGenerate = { ...flags, cache: true };
  noteUnapplied(model, asGenerate);
  const { flags: filled } = withModelDefaults(asGenerate, model, "sample", length);
  return resolveChain(filled, model, length, { defaults: true });
}

/** What the chain does to the distribution after the position. @throws CliError if no token is left */
export function runChain(chain: ChainSpec, { logits, ids, position }: Walkthrough, seed = 0): ChainResult {
  const generator = createGenerator(seed);
  const history = ids.slice(0, position + 1);
  try {
    return applyChain(
      chain,
      logits,
      { history, promptLength: history.length },
      {
        limit: NAMED,
        uniform: () => nextUniform(generator),
      },
    );
  } catch (error) {
    if (error instanceof SamplingError) throw usageError(error.message);
    throw error;
  }
}
