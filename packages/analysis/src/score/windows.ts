/**
 * Splits a text longer than the context into windows. Two recipes, whose perplexities are not comparable:
 * "transformers", a window that moves by a stride and scores the tokens that the previous window did not (Hugging Face,
 * "Perplexity of fixed-length models"); "llama.cpp", disjoint chunks whose second half is scored (tools/perplexity).
 * Hugging Face's page weights each window's mean loss by one token less than it scores; here every scored token has the
 * same weight.
 */
import { type Checks, checkOptions, type Kind, objectWith, oneOf, required } from "@tsgpt/numeric";

/** Whose windows and averages: those of transformers or of llama.cpp. */
export type Recipe =
  | {
      readonly name: "transformers";
      /**
       * Step between windows, in tokens; 0 disables windows, so a longer text is an error. Default: half the context.
       */
      readonly stride?: number | undefined;
    }
  | { readonly name: "llama.cpp" };

export const recipeKind: Kind<Recipe> = objectWith('a recipe, such as { name: "transformers" }', "name");

interface AnyRecipe {
  readonly name: Recipe["name"];
  readonly stride?: number | undefined;
}

const CHECKS: Checks<AnyRecipe> = { name: required(oneOf("transformers", "llama.cpp")), stride: "number" };

/** Tokens `start` to `end` are fed to the model, and `from` to `end` are scored, given the tokens since `start`. */
export interface Window {
  readonly start: number;
  readonly from: number;
  readonly end: number;
}

/**
 * The windows of `length` tokens for a context of `size`. The first token of a window has no context and no score.
 * @throws RangeError for an invalid recipe, a stride above the context, a text too short to score, or a text too long
 * for stride 0
 */
export function windowsOf(length: number, size: number, recipe: Recipe): Window[] {
  checkRecipe(recipe);
  if (length < 2)
    throw new RangeError(
      `score: needs 2 tokens or more, got ${length}; a first token has no score without a begin token`,
    );
  return recipe.name === "llama.cpp" ? chunks(length, size) : slidingWindows(length, size, recipe.stride);
}

function checkRecipe(recipe: AnyRecipe): void {
  checkOptions("score: recipe", recipe, CHECKS);
  if (recipe.name === "transformers" || recipe.stride === undefined) return;
  throw new RangeError(`score: the ${recipe.name} recipe has no stride, got ${recipe.stride}; leave it out`);
}

/** Half the context. */
export function defaultStride(size: number): number {
  return Math.max(1, size >> 1);
}

function slidingWindows(length: number, size: number, stride = defaultStride(size)): Window[] {
  if (!Number.isInteger(stride) || stride < 0 || stride > size) {
    throw new RangeError(`score: stride must be a whole number from 0 to the context's ${size} tokens, got ${stride}`);
  }
  if (stride === 0 && length > size) {
    throw new RangeError(
      `score: ${length} tokens are more than the context's ${size}; give a stride above 0 to read them in windows`,
    );
  }
  const windows: Window[] = [];
  for (let start = 0, scored = 0; scored < length; start += stride) {
    const end = Math.min(start + size, length);
    const from = Math.max(scored, start + 1);
    if (from < end) windows.push({ start, from, end });
    scored = end;
  }
  return windows;
}

/** Full chunks only; the remaining tokens are not scored. */
function chunks(length: number, size: number): Window[] {
  if (length < 2 * size) {
    const need = `the llama.cpp recipe needs two chunks of ${size} tokens, ${2 * size} or more`;
    throw new RangeError(`score: ${need}, got ${length}; leave the recipe out for a shorter text`);
  }
  const half = size >> 1;
  return Array.from({ length: Math.floor(length / size) }, (_, i) => {
    return { start: i * size, from: i * size + half + 1, end: (i + 1) * size };
  });
}
