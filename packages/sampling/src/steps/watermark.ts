/**
 * A watermark: before each draw a keyed pseudo-random function of the tokens just before colours a share gamma of the
 * vocabulary green, and green logits get delta more. Who has the key counts green tokens (packages/analysis). Kirchenbauer
 * et al., "A Watermark for Large Language Models" (arXiv 2301.10226). "left" colours by all the tokens in the window before;
 * "self" by the one of them whose hash with the token itself is least, so that a wide window survives edits (Kirchenbauer et
 * al., "On the Reliability of Watermarks", arXiv 2306.04634). The paper's code shuffles the vocabulary with a library's generator; here each token is green if a
 * hash falls below gamma, so nothing is sorted and the list needs no vocabulary size. Not compatible with their key.
 */
import { bounded } from "../bounded.ts";
import type { Candidates } from "../candidates.ts";
import { number, optional, wholeNumber, word } from "../parameter.ts";
import { checkStep, type Rule, type StepContext } from "../rule.ts";

/** What the one who writes and the one who detects must agree on. */
export interface WatermarkKey {
  /** The secret: a whole number, 0 or more. */
  readonly key: number;
  /** Share of green tokens, above 0 and below 1; default 0.25. */
  readonly gamma?: number;
  /** Default "left". */
  readonly hash?: "left" | "self";
  /** Tokens before that seed the colours, 1 or more; default 1. */
  readonly width?: number;
}

export interface Watermark extends WatermarkKey {
  readonly type: "watermark";
  /** Added to green logits; default 2; 0 is off. */
  readonly delta?: number;
}

export const WATERMARK_GAMMA = 0.25;
const DELTA = 2;

/**
 * The logits with delta added to the green ones; none is green before the text has `width` tokens.
 * @throws SamplingError if a parameter is out of range, or a logit would leave its bounds.
 */
export function watermark(candidates: Candidates, step: Omit<Watermark, "type">, { history }: StepContext): Candidates {
  checkStep(WATERMARK, step);
  const { delta = DELTA, width = 1 } = step;
  if (delta === 0 || history.length < width) return candidates;
  const { ids, logits } = candidates;
  const before = Array.from({ length: width }, (_, i) => history[history.length - width + i]!);
  const green = greenTest(step, before);
  const favoured = (logit: number, i: number): number =>
    green(ids[i]!) ? bounded(logit + delta, WATERMARK.type, ids[i]!) : logit;
  return { ids, logits: logits.map(favoured) };
}

/** @throws SamplingError unless `key` has what the step asks for, in range, and nothing else; the message begins with `at`. */
export function checkWatermarkKey(key: WatermarkKey, at: string): void {
  checkStep(WATERMARK, key, at);
}

/** Which tokens are green behind the last `width` tokens `before`. */
export function greenTest(key: WatermarkKey, before: readonly number[]): (id: number) => boolean {
  const limit = (key.gamma ?? WATERMARK_GAMMA) * 2 ** 32;
  const hash = colorHash(key, before);
  return (id) => hash(id) < limit;
}

/**
 * The 32 bits that decide a token's color behind the last `width` tokens `before`. Of "left" they follow from the whole window, of "self"
 * from one token of it: under a wide one, several windows may give a token the same bits.
 */
export function colorHash({ key, hash = "left" }: WatermarkKey, before: readonly number[]): (id: number) => number {
  const secret = mix(mix(key >>> 0) ^ Math.floor(key / 2 ** 32));
  if (hash === "left") {
    const seed = before.reduce((seed, id) => mix(seed ^ id), secret);
    return (id) => mix(mix(seed) ^ id);
  }
  const seeds = before.map((id) => mix(secret ^ id));
  return (id) => mix(secret ^ seeds.reduce((least, seed) => Math.min(least, mix(seed ^ id)), Infinity));
}

/** The finalizer of MurmurHash3 after an odd constant: 32 bits in, 32 well-mixed bits out. */
function mix(value: number): number {
  let h = (value + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export const WATERMARK: Rule<Watermark> = {
  type: "watermark",
  kind: "constraint",
  parameters: {
    key: wholeNumber(0),
    gamma: optional(number("must be above 0 and below 1", (value) => value > 0 && value < 1)),
    delta: optional(number("must be a finite number, 0 or more (0 is off)", (value) => value >= 0)),
    hash: optional(word("left", "self")),
    width: optional(wholeNumber(1)),
  },
  apply: watermark,
};
