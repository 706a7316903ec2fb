/**
 * DRY, "don't repeat yourself": a token that would extend a sequence already in the text loses multiplier *
 * base^(length - allowedLength), where length is how many tokens at the end of the text stood before an earlier
 * occurrence of it; the longest counts. Shorter than allowedLength is free. By p-e-w
 * (oobabooga/text-generation-webui#5677), as in llama.cpp (base 1.75, allowed length 2). No match runs across a
 * sequence breaker, and none is penalized itself: a newline, a colon, quotes, an asterisk there. llama.cpp matches
 * breakers as text; here they are the ids of the tokens that contain one.
 */
import { bounded } from "../bounded.ts";
import { type Candidates, indexOf } from "../candidates.ts";
import { scopeStart } from "../history.ts";
import { idList, number, optional, type Scope, scope, tokenIds, wholeNumber } from "../parameter.ts";
import { contextStep, type StepContext } from "../step.ts";
import { copyLogits, type Workspace } from "../workspace.ts";
import { type ScopeOption, scopeFlag, scopeOption } from "./scope-option.ts";

export interface Dry {
  readonly type: "dry";
  /** In logits; 0 is off. */
  readonly multiplier: number;
  /** Growth of the penalty with each further token, 1 or more. */
  readonly base: number;
  /** The longest repetition that costs nothing is one token shorter. */
  readonly allowedLength: number;
  /** Ids that no repetition runs across, free themselves; default none. */
  readonly breakers?: readonly number[];
  /** Default "all". */
  readonly scope?: Scope;
}

const LARGEST_LN = 88.7; // ln of the largest float32: a penalty stays finite, as in llama.cpp

function penalize(
  candidates: Candidates,
  { multiplier, base, allowedLength, breakers = [], scope = "all" }: Omit<Dry, "type">,
  context: StepContext,
  workspace: Workspace,
): Candidates {
  if (multiplier === 0) return candidates;
  const largestExponent = base > 1 ? Math.floor(LARGEST_LN / Math.log(base)) : Infinity;
  const logits = copyLogits(workspace, candidates.logits);
  for (const [id, length] of repetitions(context, scope, new Set(breakers))) {
    const at = indexOf(candidates, id);
    if (at < 0 || length < allowedLength) continue;
    const penalty = multiplier * base ** Math.min(length - allowedLength, largestExponent);
    logits[at] = bounded(logits[at]! - penalty, "dry", id);
  }
  return { ids: candidates.ids, logits };
}

/** For each token of the scope, how many tokens at the text's end also stand before one of its occurrences. */
function repetitions(context: StepContext, scope: Scope, breakers: ReadonlySet<number>): Map<number, number> {
  const reversed = Array.from(context.history).slice(scopeStart(context, scope)).reverse();
  const breaker = reversed.findIndex((id) => breakers.has(id));
  const limit = breaker < 0 ? reversed.length : breaker;
  const lengths = new Map<number, number>();
  const matches = prefixMatches(reversed);
  for (let i = 1; i < reversed.length; i++) {
    const next = reversed[i - 1]!; // what followed there
    if (breakers.has(next)) continue;
    lengths.set(next, Math.max(lengths.get(next) ?? 0, Math.min(matches[i]!, limit)));
  }
  return lengths;
}

/**
 * The Z-function: how long the sequence that begins at i is the same as the one that begins at 0 (Gusfield 1997, 1.4).
 */
function prefixMatches(ids: readonly number[]): Int32Array {
  const matches = new Int32Array(ids.length);
  let [left, right] = [0, 0];
  for (let i = 1; i < ids.length; i++) {
    let length = i < right ? Math.min(right - i, matches[i - left]!) : 0;
    while (i + length < ids.length && ids[length] === ids[i + length]) length++;
    matches[i] = length;
    if (i + length > right) [left, right] = [i, i + length];
  }
  return matches;
}

interface Options extends ScopeOption {
  readonly dryMultiplier: number;
  /** Default 1.75. */
  readonly dryBase?: number;
  /** Default 2. */
  readonly dryAllowedLength?: number;
  readonly dryBreakers?: readonly number[];
}

interface Flags extends Omit<Options, "dryMultiplier" | "dryBreakers"> {
  readonly dryMultiplier?: number;
  readonly dryBreaker?: readonly string[];
}

const needs = ["dryMultiplier"] as const;

/**
 * The logits minus the penalty of each token that would extend a repetition.
 * @throws SamplingError for a parameter out of range
 */
export const dry = contextStep<Dry, Options, Flags>({
  type: "dry",
  kind: "penalty",
  parameters: {
    multiplier: number("must be a finite number, 0 or more (0 is off)", (value) => value >= 0),
    base: number("must be a finite number, 1 or more", (value) => value >= 1),
    allowedLength: wholeNumber(1),
    breakers: optional(tokenIds),
    scope,
  },
  options: {
    dryMultiplier: { check: "number", neutral: 0 },
    dryBase: { check: "number", needs },
    dryAllowedLength: { check: "number", needs },
    dryBreakers: { check: idList, needs },
    ...scopeOption("dryMultiplier"),
  },
  flags: {
    dryMultiplier: {
      takes: { kind: "number", least: 0 },
    },
    dryBase: {
      takes: { kind: "number", least: 1 },
    },
    dryAllowedLength: {
      takes: { kind: "integer", least: 1 },
    },
    dryBreaker: { takes: { kind: "texts" }, needs },
    ...scopeFlag,
  },
  build: ({ dryMultiplier, dryBase = 1.75, dryAllowedLength = 2, dryBreakers = [], penaltyScope = "all" }) => ({
    type: "dry",
    multiplier: dryMultiplier,
    base: dryBase,
    allowedLength: dryAllowedLength,
    ...(dryBreakers.length > 0 && { breakers: dryBreakers }),
    scope: penaltyScope,
  }),
  run: penalize,
});
