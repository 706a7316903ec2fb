/**
 * Detects a watermark: counts the tokens that are green under the key and tests how far the count exceeds chance. Needs
 * neither the model nor its logits. Kirchenbauer et al., "A Watermark for Large Language Models" (arXiv
 * 2301.10226), equation 3; the colors are those of the step that writes the watermark (@tsgpt/sampling). The first
 * `width` tokens have no full window before them and are not counted. Leave out the prompt: it is not watermarked, and
 * including it weakens the evidence.
 */
import { type Checks, checkOptions } from "@tsgpt/numeric";
import { checkWatermarkKey, colorHash, WATERMARK_GAMMA, type WatermarkKey } from "@tsgpt/sampling";
import { upperTail } from "./upper-tail.ts";

const THRESHOLD = 4;

/** The part of the vocabulary that a token is in at its position; the watermark prefers green. */
export type Color = "green" | "red";

/** Which watermark is looked for. */
export interface DetectOptions {
  /**
   * Count tokens with the same color hash once, because repeated text adds no evidence. With a left hash these are the
   * same token after the same window; with a self hash of width 2 or more also the same token after windows that share
   * the token with the smallest hash. Default true.
   */
  readonly ignoreRepeats?: boolean;
  /** Texts with z above it are flagged; default 4. */
  readonly threshold?: number;
}

const CHECKS: Checks<DetectOptions> = { ignoreRepeats: "boolean", threshold: "number" };

/** The test for a watermark: green tokens against those expected without one. */
export interface WatermarkEvidence {
  /** T: number of tokens counted. */
  readonly scored: number;
  /** g: number of counted tokens that are green. */
  readonly green: number;
  /** g / T; about gamma in a text without this watermark. */
  readonly share: number;
  /** Standard deviations above the expectation: (g - gamma T) / sqrt(T gamma (1 - gamma)). */
  readonly z: number;
  /** z if every counted token were green; not above the threshold means that the text is too short to be flagged. */
  readonly highestZ: number;
  /**
   * One-sided p-value: the probability of at least this z in a text without the watermark. The normal distribution
   * approximates the binomial; for a few dozen tokens, small p-values are too small. With `ignoreRepeats` false they
   * are too small for any text with repetitions.
   */
  readonly pValue: number;
  readonly flagged: boolean;
  /** The color of every token, counted or not; undefined for the first `width` tokens. */
  readonly colors: readonly (Color | undefined)[];
}

/**
 * Tests [T] ids for the watermark of a key. A statistic, not a proof: among many texts some are flagged by chance,
 * edited or predictable text loses the watermark, and anyone with the key can forge it.
 * @throws SamplingError for a key that the watermark step rejects; RangeError for an invalid id or option, or a text
 * without a token to count
 */
export function detectWatermark(
  ids: readonly number[],
  key: WatermarkKey,
  options: DetectOptions = {},
): WatermarkEvidence {
  checkOptions("detectWatermark", options, CHECKS);
  const { ignoreRepeats = true, threshold = THRESHOLD } = options;
  checkWatermarkKey(key, "detectWatermark");
  const { gamma = WATERMARK_GAMMA, width = 1 } = key;
  check(ids, width, threshold);
  const hashes = ids.map((id, i) => (i < width ? undefined : colorHash(key, ids.slice(i - width, i))(id)));
  const colors = hashes.map((hash) => (hash === undefined ? undefined : hash < gamma * 2 ** 32 ? "green" : "red"));
  const counted = ignoreRepeats ? firstOfEach(hashes) : [...ids.keys()].slice(width);
  const scored = counted.length;
  const green = counted.filter((i) => colors[i] === "green").length;
  const z = zScore(green, scored, gamma);
  const highestZ = zScore(scored, scored, gamma);
  return { scored, green, share: green / scored, z, highestZ, pValue: upperTail(z), flagged: z > threshold, colors };
}

/** (g - gamma T) / sqrt(T gamma (1 - gamma)): the count of a binomial, in its standard deviations from its mean. */
export function zScore(green: number, scored: number, gamma: number): number {
  return (green - gamma * scored) / Math.sqrt(scored * gamma * (1 - gamma));
}

/**
 * The first position of each hash: equal hashes have equal colors, so only the first is evidence.
 */
function firstOfEach(hashes: readonly (number | undefined)[]): number[] {
  const first = new Map<number, number>();
  for (const [i, hash] of hashes.entries()) if (hash !== undefined && !first.has(hash)) first.set(hash, i);
  return [...first.values()];
}

function check(ids: readonly number[], width: number, threshold: number): void {
  if (!Number.isFinite(threshold) || threshold <= 0) {
    throw new RangeError(`detectWatermark: threshold must be a finite number above 0, got ${threshold}`);
  }
  const wrong = ids.findIndex((id) => !Number.isSafeInteger(id) || id < 0);
  if (wrong >= 0) {
    throw new RangeError(`detectWatermark: ids[${wrong}] must be a whole number, 0 or more, got ${ids[wrong]}`);
  }
  if (ids.length > width) return;
  const [text, window] = [ids.length, width].map((count) => (count === 1 ? "1 token" : `${count} tokens`));
  throw new RangeError(
    `detectWatermark: nothing to count in ${text}, for a token's color takes ${window} before it; give a longer text`,
  );
}
