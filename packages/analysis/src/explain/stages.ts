/** The stages of a walkthrough by name. */
import { attentionStage, residualStage } from "./block-stages.ts";
import { cacheStage } from "./cache-stage.ts";
import { embeddingsStage, tokensStage } from "./input-stages.ts";
import { attributionStage, distributionStage, lensStage } from "./prediction-stages.ts";
import type { Stage, StageInput, StageName } from "./stage.ts";

const BUILDERS: { readonly [Name in StageName]: (input: StageInput) => Stage } = {
  tokens: tokensStage,
  embeddings: embeddingsStage,
  attention: attentionStage,
  residual: residualStage,
  lens: lensStage,
  attribution: attributionStage,
  distribution: distributionStage,
  cache: cacheStage,
};

/** The content of one stage. */
export function stageOf(name: StageName, input: StageInput): Stage {
  return BUILDERS[name](input);
}
