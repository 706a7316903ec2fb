/**
 * The text itself as proposer (Saxena 2023, "Prompt Lookup Decoding"): where its last few tokens occurred before, the
 * tokens that followed are proposed again. Costs almost nothing, and helps where a text repeats itself or its prompt:
 * names, quotes, code, loops.
 */
import { type Checks, checkOptions } from "@tsgpt/numeric";
import type { Proposal, ProposerFor } from "./proposer.ts";

/** How much of the end of the text is looked up. */
export interface PromptLookupOptions {
  /** The longest suffix of the text that is searched for; the longest one that occurred before is used. Default 3. */
  readonly longest?: number | undefined;
}

const CHECKS: Checks<PromptLookupOptions> = { longest: "number" };

/**
 * Proposes what followed the latest earlier occurrence of the text's suffix. A copy that reaches the end of the text
 * continues into its own output, as in LZ77, so that a loop of one token is proposed at any length. Proposals are
 * certain: q is 1.
 * @throws RangeError for an invalid option, or unless `longest` is an integer, 1 or more
 * @see https://github.com/apoorvumang/prompt-lookup-decoding
 */
export function promptLookup(options: PromptLookupOptions = {}): ProposerFor {
  checkOptions("promptLookup", options, CHECKS);
  const { longest = 3 } = options;
  if (!Number.isInteger(longest) || longest < 1) {
    throw new RangeError(`promptLookup: longest must be a whole number, 1 or more, got ${longest}`);
  }
  return () => ({
    propose: async ({ history }, count) => {
      const start = continuationOfEnd(history, longest);
      return start === undefined ? [] : copied(history, start, count);
    },
    dispose: () => {},
  });
}

/** The index after the latest earlier occurrence of the longest suffix that has one. */
function continuationOfEnd(ids: readonly number[], longest: number): number | undefined {
  for (let n = Math.min(longest, ids.length - 1); n > 0; n--) {
    for (let start = ids.length - 1; start >= n; start--) if (endsAt(ids, start, n)) return start;
  }
  return undefined;
}

/** Whether the n tokens before `start` equal the last n. */
function endsAt(ids: readonly number[], start: number, n: number): boolean {
  for (let i = 1; i <= n; i++) if (ids[start - i] !== ids[ids.length - i]) return false;
  return true;
}

function copied(history: readonly number[], start: number, count: number): Proposal[] {
  const text = [...history];
  return Array.from({ length: count }, (_, i) => {
    const id = text[start + i] as number;
    text.push(id);
    return { id, from: { ids: [id], probabilities: [1] } };
  });
}
