/**
 * The detector of a watermark: it counts the tokens that the key colors green and asks how far that is above chance,
 * without the model and without its logits. Kirchenbauer et al., "A Watermark for Large Language Models" (arXiv
 * 2301.10226), equation 3; the colors are those of the step that writes the watermark (@tsgpt/sampling). The first
 * tokens, which have no whole window before them, are not counted; nor is the prompt told from what follows: leave it
 * out, or it thins the mark.
 */
import { checkWatermarkKey, colorHash, WATERMARK_GAMMA, type WatermarkKey } from "@tsgpt/sampling";
import { upperTail } from "./upper-tail.ts";

const THRESHOLD = 4;

export type Color = "green" | "red";

export interface DetectOptions {
  /**
   * What the same hash colors counts once, however often it comes: a loop says no more than its first round. Of a left
   * hash that is the same token behind the same window; of a wide self hash also behind windows that share the token
   * whose hash is least. Default true.
   */
  readonly ignoreRepeats?: boolean;
  /** A z above it is flagged; default 4. */
  readonly threshold?: number;
}

export interface WatermarkEvidence {
  /** T: how many tokens were counted. */
  readonly scored: number;
  /** g: how many of those are green. */
  readonly green: number;
  /** g / T; about gamma in a text that knows nothing of the key. */
  readonly share: number;
  /** Standard deviations above what chance gives: (g - gamma T) / sqrt(T gamma (1 - gamma)). */
  readonly z: number;
  /** z if all that was counted were green: a text for which this is below the threshold is too short to be flagged. */
  readonly highestZ: number;
  /**
   * How often a text that knows nothing of the key has a z so high: the normal distribution's upper tail, one-sided.
   * The normal distribution stands for the binomial: of a few dozen tokens the small values are too small. With
   * `ignoreRepeats` false they are too small for any text that repeats itself.
   */
  readonly pValue: number;
  readonly flagged: boolean;
  /** Of every token, counted or not; undefined for the first, which have no whole window before them. */
  readonly colors: readonly (Color | undefined)[];
}

/**
 * How green a text is under a key, [T] ids. A statistic, not a proof: of many texts some are flagged by chance, an
 * edited or a predictable text loses its mark, and who has the key can forge it.
 * @throws SamplingError for a key that the step would not take; RangeError for an id or an option that cannot be, and
 * for a text too short to have a token to count
 */
export function detectWatermark(
  ids: readonly number[],
  key: WatermarkKey,
  { ignoreRepeats = true, threshold = THRESHOLD }: DetectOptions = {},
): WatermarkEvidence {
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
 * The positions whose hash stands for the first time: equal ones are colored by one draw, and say what it says once.
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
