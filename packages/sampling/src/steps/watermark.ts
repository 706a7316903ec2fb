/**
 * A watermark: before each draw a keyed pseudo-random function of the preceding tokens colors a share gamma of the
 * vocabulary green, and delta is added to green logits. With the key, green tokens can be counted (packages/analysis).
 * Kirchenbauer et al., "A Watermark for Large Language Models" (arXiv 2301.10226). "left" colors by all the tokens in
 * the window before; "self" by the one of them whose hash with the token itself is smallest, so that a wide window
 * survives edits (Kirchenbauer et al., "On the Reliability of Watermarks", arXiv 2306.04634). The paper's code shuffles
 * the vocabulary with a library's generator; here a token is green if a hash is below gamma, so nothing is sorted. Not
 * compatible with their key.
 */
import { objectWith } from "@tsgpt/numeric";
import { bounded } from "../bounded.ts";
import type { Candidates } from "../candidates.ts";
import { number, optional, wholeNumber, word } from "../parameter.ts";
import { checkStep, contextStep, type StepContext } from "../step.ts";

/** What the writer and the detector must share. */
export interface WatermarkKey {
  /** The secret: an integer, 0 or more. */
  readonly key: number;
  /** Share of green tokens, above 0 and below 1; default 0.25. */
  readonly gamma?: number;
  /** Default "left". */
  readonly hash?: "left" | "self";
  /** Number of preceding tokens that seed the colors, 1 or more; default 1. */
  readonly width?: number;
}

export interface Watermark extends WatermarkKey {
  readonly type: "watermark";
  /** Added to green logits; default 2; 0 is off. */
  readonly delta?: number;
}

/** The share of the vocabulary that is green. */
export const WATERMARK_GAMMA = 0.25;
const DELTA = 2;

function favorGreen(candidates: Candidates, step: Omit<Watermark, "type">, { history }: StepContext): Candidates {
  const { delta = DELTA, width = 1 } = step;
  if (delta === 0 || history.length < width) return candidates;
  const { ids, logits } = candidates;
  const before = Array.from({ length: width }, (_, i) => history[history.length - width + i]!);
  const green = greenTest(step, before);
  const favored = (logit: number, i: number): number =>
    green(ids[i]!) ? bounded(logit + delta, "watermark", ids[i]!) : logit;
  return { ids, logits: logits.map(favored) };
}

/** Which tokens are green after the last `width` tokens `before`. */
export function greenTest(key: WatermarkKey, before: readonly number[]): (id: number) => boolean {
  const limit = (key.gamma ?? WATERMARK_GAMMA) * 2 ** 32;
  const hash = colorHash(key, before);
  return (id) => hash(id) < limit;
}

/**
 * The 32 bits that decide a token's color after the last `width` tokens `before`. Of "left" they follow from the whole
 * window, of "self" from one token of it: under a wide one, several windows may give a token the same bits.
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

interface Options {
  readonly watermark: WatermarkKey & { readonly delta?: number };
}

interface Flags {
  readonly watermarkKey?: number;
  readonly watermarkGamma?: number;
  readonly watermarkDelta?: number;
  readonly watermarkHash?: "left" | "self";
  readonly watermarkWidth?: number;
}

const needs = ["watermarkKey"] as const;

/**
 * The logits with delta added to the green ones; none is green before the text has `width` tokens.
 * @throws SamplingError if a parameter is out of range, or a logit would leave its bounds.
 */
export const watermark = contextStep<Watermark, Options, Flags>({
  type: "watermark",
  kind: "constraint",
  parameters: {
    key: wholeNumber(0),
    gamma: optional(number("must be above 0 and below 1", (value) => value > 0 && value < 1)),
    delta: optional(number("must be a finite number, 0 or more (0 is off)", (value) => value >= 0)),
    hash: optional(word("left", "self")),
    width: optional(wholeNumber(1)),
  },
  options: { watermark: { check: objectWith("an object with a key") } },
  flags: {
    watermarkKey: {
      takes: { kind: "integer", least: 0 },
    },
    watermarkGamma: {
      takes: { kind: "number", above: 0, below: 1 },
      needs,
    },
    watermarkDelta: {
      takes: { kind: "number", least: 0 },
      needs,
    },
    watermarkHash: {
      takes: { kind: "word", words: ["left", "self"] },
      needs,
    },
    watermarkWidth: {
      takes: { kind: "integer", least: 1 },
      needs,
    },
  },
  fromFlags: ({ watermarkKey: key, watermarkGamma, watermarkDelta, watermarkHash, watermarkWidth }) => {
    if (key === undefined) return {};
    const given = { gamma: watermarkGamma, delta: watermarkDelta, hash: watermarkHash, width: watermarkWidth };
    return {
      watermark: { key, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) },
    };
  },
  build: ({ watermark }) => ({ type: "watermark", ...watermark }),
  run: favorGreen,
});

/**
 * @throws SamplingError unless `key` has the parameters of the step, in range, and nothing else; the message begins
 * with `at`.
 */
export function checkWatermarkKey(key: WatermarkKey, at: string): void {
  checkStep(watermark, key, at);
}
