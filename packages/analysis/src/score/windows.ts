/**
 * How a text longer than the context is cut into windows. Two recipes, whose perplexities are not comparable:
 * "transformers", a window that slides by a stride and scores what the last one has not (Hugging Face, "Perplexity of
 * fixed-length models"); "llama.cpp", disjoint chunks of which the second half is scored (tools/perplexity). Their page
 * weights the windows' mean losses by one token less than they score; here every scored token counts once.
 */

export type Recipe =
  | {
      readonly name: "transformers";
      /** Tokens a window moves on by; 0 cuts nothing, so that a longer text is an error. Default: half the context. */
      readonly stride?: number | undefined;
    }
  | { readonly name: "llama.cpp" };

/** Tokens `start` to `end` are fed, and those from `from` on scored: each by the tokens of the window before it. */
export interface Window {
  readonly start: number;
  readonly from: number;
  readonly end: number;
}

/**
 * The windows of `length` tokens for a context of `size`. The first token of a window has nothing before it and no
 * score.
 * @throws RangeError for a stride that skips tokens, a text too short to score, or at stride 0 too long
 */
export function windowsOf(length: number, size: number, recipe: Recipe): Window[] {
  if (length < 2)
    throw new RangeError(
      `score: needs 2 tokens or more, got ${length}; a first token has no score without a begin token`,
    );
  return recipe.name === "llama.cpp" ? chunks(length, size) : slidingWindows(length, size, recipe.stride);
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

/** Whole chunks; what is left at the end is not scored. */
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
