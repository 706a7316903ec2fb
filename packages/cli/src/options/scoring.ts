/** The options of the commands that score a text: score and detect. */
import type { Recipe } from "@tsgpt/analysis";
import { usageError } from "../cli-error.ts";
import { engineOptions } from "./engine.ts";
import { modelOptions } from "./model.ts";
import { type OptionsOf, option } from "./option.ts";
import { tokenIds, wholeNumber } from "./values.ts";

export const scoringOptions = [
  ...modelOptions,
  ...engineOptions,
  option("--tokens <ids>", "the text as token ids: 1,2,3", { parse: tokenIds }),
  option("--bos", "score the first token too, after the model's begin token, or else its end token"),
  option("--stride <n>", "of the windows of a long text; 0: none (default: half the context)", {
    parse: wholeNumber(0),
  }),
  option("--recipe <name>", "how a long text is read: transformers' sliding window, or llama.cpp's chunks", {
    choices: ["transformers", "llama.cpp"],
    default: "transformers",
  }),
] as const;

export type ScoringFlags = OptionsOf<typeof scoringOptions>;

/** @throws CliError for a stride with llama.cpp's recipe, which has none */
export function recipeOf({ recipe, stride }: Pick<ScoringFlags, "recipe" | "stride">): Recipe {
  if (recipe === "transformers") return { name: recipe, stride };
  if (stride !== undefined)
    throw usageError("--stride is for --recipe transformers; llama.cpp's chunks do not overlap");
  return { name: recipe };
}

/** The help's lines on them. */
export const RECIPE_HELP = `A text longer than the context is read in windows. --recipe transformers: a window of
the whole context slides by --stride, and scores the tokens that the last one did not; the first token of the first
window has no score, and at a stride of the whole context none of each (Hugging Face, "Perplexity of fixed-length
models"). --recipe llama.cpp: disjoint chunks of the context, of each the second half scored, the rest left out; its
running perplexity and standard error (llama.cpp, tools/perplexity). Perplexities of the two are not comparable.`;
