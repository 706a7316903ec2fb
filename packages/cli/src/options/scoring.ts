/** The options of the commands that score a text: score and detect. */
import type { Recipe } from "@tsgpt/analysis";
import { usageError } from "../cli-error.ts";
import { engineOptions } from "./engine.ts";
import { modelOptions } from "./model.ts";
import { type OptionsOf, option } from "./option.ts";
import { tokenIds, wholeNumber } from "./values.ts";

/** How a text is read. */
export const readingOptions = [
  option(
    "--bos",
    "also score the first token, after the model's beginning-of-text token or else its end-of-text token",
  ),
  option("--stride <n>", "step between windows of a long text; 0 disables windows (default: half the context)", {
    parse: wholeNumber(0),
  }),
  option("--recipe <name>", "how a long text is split: transformers' sliding window or llama.cpp's chunks", {
    choices: ["transformers", "llama.cpp"],
    default: "transformers",
  }),
] as const;

export const scoringOptions = [
  ...modelOptions,
  ...engineOptions,
  option("--tokens <ids>", "the text as token ids: 1,2,3", { parse: tokenIds }),
  ...readingOptions,
] as const;

export type ScoringFlags = OptionsOf<typeof scoringOptions>;

/** @throws CliError for --stride with llama.cpp's recipe, whose chunks do not overlap */
export function recipeOf({ recipe, stride }: Pick<ScoringFlags, "recipe" | "stride">): Recipe {
  if (recipe === "transformers") return { name: recipe, stride };
  if (stride !== undefined)
    throw usageError("--stride is for --recipe transformers; llama.cpp's chunks do not overlap");
  return { name: recipe };
}

/** The help text on windows and recipes. */
export const RECIPE_HELP = `\
A text longer than the context is read in windows. --recipe transformers: a window as long as the context moves by
--stride and scores the tokens that the previous window did not. The first token of the first window has no score; if
the stride is the whole context, this applies to every window (Hugging Face, "Perplexity of fixed-length models").
--recipe llama.cpp: the text is split into disjoint chunks of one context; the second half of each chunk is scored, and
an incomplete last chunk is ignored. Also reports the running perplexity and its standard error (llama.cpp,
tools/perplexity). The perplexities of the two recipes are not comparable.`;
