/** The rules of a beam search: how a text is scored, when it ends, and when the search ends. */
import { type Checks, oneOf, required } from "@tsgpt/numeric";
import { eosTokenIds, type GPT2Config } from "../config/config.ts";
import { type FinishReason, type TextOptions, textOptionChecks } from "./continuation.ts";

/** The number of beams, and how finished ones are scored and returned. */
export interface BeamOptions extends Omit<TextOptions, "stop"> {
  /** N, the number of texts continued in parallel; 2 or more. */
  readonly beams: number;
  /**
   * A text's score is its summed ln p divided by (tokens generated) ** lengthPenalty: above 0 favors long texts.
   * Default 1.
   */
  readonly lengthPenalty?: number | undefined;
  /**
   * When to stop once N texts have ended. true: at once. false (default): when the best unfinished text, scored as if
   * it ended now, is no better than the worst finished one. "never": the same, but a positive penalty is applied with
   * the maximum length.
   */
  readonly earlyStopping?: boolean | "never" | undefined;
  /** Number of texts to return, at most N. Default 1. */
  readonly numReturn?: number | undefined;
}

const { maxTokens, ignoreEos, signal, onHeldText } = textOptionChecks;

export const beamOptionChecks: Checks<BeamOptions> = {
  maxTokens,
  ignoreEos,
  signal,
  onHeldText,
  beams: required("number"),
  lengthPenalty: "number",
  earlyStopping: oneOf<boolean | "never">(true, false, "never"),
  numReturn: "number",
};

export interface BeamRules {
  /** The score of a text of `length` generated tokens whose ln p sum to `sum`. */
  score(sum: number, length: number): number;
  /** Why a text ends whose last token, number `length`, is `id`; undefined if it continues. */
  endOf(id: number, length: number): FinishReason | undefined;
  /**
   * How many candidates a step considers: enough that N continue even if all of the N best end, by any of the end
   * tokens.
   */
  readonly considered: number;
  /** The maximum number of tokens, and the reason why a text with that many ends. */
  readonly limit: number;
  readonly atLimit: FinishReason;
  /**
   * Whether no unfinished text can still rank among the N finished; `bestSum` is the largest sum of the unfinished,
   * `worst` the lowest finished score.
   */
  isSettled(bestSum: number, worst: number, length: number): boolean;
}

/** The rules for a prompt of `promptLength` tokens. @throws RangeError for an invalid option */
export function beamRules(config: GPT2Config, promptLength: number, options: BeamOptions): BeamRules {
  checkRanges(options);
  const { maxTokens = Number.POSITIVE_INFINITY, lengthPenalty = 1, earlyStopping = false, ignoreEos = false } = options;
  const limit = Math.min(maxTokens, config.nPositions - promptLength);
  const atLimit = limit === maxTokens ? "length" : "context";
  const ends = eosTokenIds(config);
  const score = (sum: number, length: number) => (length === 0 ? 0 : sum / length ** lengthPenalty);
  return {
    score,
    considered: Math.max(2, 1 + ends.length) * options.beams,
    limit,
    atLimit,
    endOf: (id, length) => {
      if (!ignoreEos && ends.includes(id)) return "eos";
      return length === limit ? atLimit : undefined;
    },
    isSettled: (bestSum, worst, length) => {
      if (earlyStopping === true) return true;
      const attained = earlyStopping === "never" && lengthPenalty > 0 ? limit : length;
      return score(bestSum, attained) <= worst;
    },
  };
}

function checkRanges({ beams, lengthPenalty = 1, numReturn = 1 }: BeamOptions): void {
  if (!Number.isInteger(beams) || beams < 2) {
    const fix = "one beam is greedy search, which is generate() with an argmax";
    throw new RangeError(`beamSearch: beams must be a whole number, 2 or more, got ${beams}; ${fix}`);
  }
  if (!Number.isInteger(numReturn) || numReturn < 1 || numReturn > beams) {
    throw new RangeError(
      `beamSearch: numReturn must be a whole number from 1 to beams = ${beams}, got ${numReturn}; ` +
        "search with more beams",
    );
  }
  if (!Number.isFinite(lengthPenalty)) {
    throw new RangeError(`beamSearch: lengthPenalty must be a finite number, got ${lengthPenalty}`);
  }
}
