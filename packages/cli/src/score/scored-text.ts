/** A scored text with what its recipe reports besides. */
import { type Recipe, runningPerplexities, type ScoredText, type TokenScores } from "@tsgpt/analysis";
import type { Model } from "@tsgpt/gpt";

/** The scores under the name of their text; with llama.cpp's recipe, the running perplexities too. */
export function scoredText(name: string, scores: TokenScores, { config }: Model, recipe: Recipe): ScoredText {
  if (recipe.name === "transformers") return { name, scores };
  return { name, scores, running: runningPerplexities(scores, config.nPositions) };
}
